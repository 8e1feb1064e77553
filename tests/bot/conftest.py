"""A loopback model for every test of the core."""

from collections.abc import AsyncIterator

import pytest

from tests.platforms.model_server import ModelServer


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    """An OpenAI-compatible server that answers at once."""
    async with ModelServer() as running:
        yield running
