"""A Slack with a desk for commands."""

from collections.abc import AsyncIterator

import pytest

from storage.scripts import Client
from tests.adapters.slack.desk.office import Office, opened


@pytest.fixture
async def office(client: Client) -> AsyncIterator[Office]:
    """A desk over an empty store."""
    async with opened(client) as made:
        yield made
