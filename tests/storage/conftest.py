"""What tests of the store share."""

from collections.abc import Iterator

import pytest

from tests.platforms import stores


@pytest.fixture
def own() -> Iterator[stores.Server]:
    """A server on TCP that a test may spoil or kill."""
    with stores.single("--save", "3600 1", "--enable-debug-command", "yes", tcp=True) as server:
        yield server
