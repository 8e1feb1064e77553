"""What the tests of the models share: a way to ask, and to read what came."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

from bot.completion import ChatMessage, ModelEvent, Prompt, Role, TextDelta
from bot.models.deadlines import Deadlines
from bot.models.providers import Provider
from bot.models.retry import Retries
from bot.models.router import Models
from tests.platforms.model_server import ModelServer

AT_ONCE = Retries(attempts=3, first_wait=0.0, jitter=0.0)
SHORT = Deadlines(first=0.2, silence=0.2, ending=0.2)


def prompt(text: str = "hello", model: str = "m", **fields: Any) -> Prompt:
    """One question."""
    return Prompt(model, (ChatMessage(Role.USER, text),), **{"max_output_tokens": 100, **fields})


def provider(server: ModelServer, **fields: Any) -> Provider:
    """The loopback server as a provider."""
    return Provider(**{"name": "here", "base_url": server.url, "api_key": "sk-secret", **fields})


@asynccontextmanager
async def models(server: ModelServer, **settings: Any) -> AsyncIterator[Models]:
    """Models whose only provider is the loopback server; retries do not wait."""
    async with Models([provider(server)], **{"retries": AT_ONCE, **settings}) as running:
        yield running


async def ask(asked: Models, question: Prompt | None = None) -> list[ModelEvent]:
    """All events of an answer."""
    async with aclosing(asked.stream(question or prompt())) as events:
        return [event async for event in events]


async def ask_server(server: ModelServer, **settings: Any) -> list[ModelEvent]:
    """All events of one answer of the loopback server."""
    async with models(server, **settings) as asked:
        return await ask(asked)


def text(events: Sequence[ModelEvent]) -> str:
    """What people see."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))
