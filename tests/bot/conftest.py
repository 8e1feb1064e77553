"""A loopback model for every test of the core, and a way to configure the log in a test."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from tests.platforms.model_server import ModelServer


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    """An OpenAI-compatible server that answers at once."""
    async with ModelServer() as running:
        yield running


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """Logging is after the test as it was before."""
    root = logging.getLogger()
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    root.handlers = []  # or the new configuration would close them
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers, logging.raiseExceptions = handlers, raising
    root.setLevel(level)
    structlog.reset_defaults()
