"""A loopback model for every test, and no other."""

from collections.abc import AsyncIterator

import pytest

from bot.models.router import Models
from tests.platforms.model_server import ModelServer


@pytest.fixture(autouse=True)
def only_loopback_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question to any other machine is a bug."""
    monkeypatch.setattr(Models, "loopback_only", True)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    """An OpenAI-compatible server that answers at once."""
    async with ModelServer() as running:
        yield running
