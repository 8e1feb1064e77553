"""A loopback Slack with a model and a store, all real, and bots to come and go."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import pytest

from adapters.slack import catchup, client
from adapters.slack.blocks import STOP
from adapters.slack.parts import Tools
from adapters.slack.tiers import RULES
from bot import on_slack
from bot.app import Core
from bot.clock import SystemClock
from bot.config import Config
from bot.messages import ConversationKey, Turn
from bot.ports import Inbox
from bot.run import serving
from tests.platforms.model_server import ModelServer
from tests.platforms.slack import Message, Slack

HOST, PATIENCE = "127.0.0.1", 15.0
"""Seconds for something to be true in the end."""
SCALE = 1 / 30
"""Slack's own times, and what the bot knows of them, are so many times as long as really."""
SOCKETS = 2
"""Connections of one bot."""


@dataclass(frozen=True)
class SlackTown:
    """All that a story needs."""

    there: Slack
    model: ModelServer
    inbox: Inbox
    """What another process would see and say."""
    configure: Callable[..., Config]

    @asynccontextmanager
    async def bot(self, *platforms: str, **settings: str) -> AsyncIterator[Core]:
        """A bot in this process that hears over sockets; drained at the end."""
        wanted = self.there.sockets.opened + SOCKETS
        async with serving(self.configure(**settings), platforms) as core:
            await self.there.until(lambda: self.there.sockets.opened >= wanted, PATIENCE)
            yield core

    @asynccontextmanager
    async def posted(self, **settings: str) -> AsyncIterator[Core]:
        """A bot that hears by signed requests."""
        given = {
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": self.there.signing_secret,
            "PORT": str(free_port()),
        }
        self.there.push_to(f"http://{HOST}:{given['PORT']}/slack/events")
        async with serving(self.configure(**given, **settings)) as core:
            asked = self.there.verify_address()
            await self.there.until(lambda: asked.acked, PATIENCE)
            yield core

    @asynccontextmanager
    async def working(self, **settings: str) -> AsyncIterator[Core]:
        """A bot that answers, but has no ears."""
        async with serving(self.configure(**settings), ["worker"]) as core:
            yield core

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until this is true of Slack.

        Raises:
            AssertionError: it does not become so.
        """
        try:
            await self.there.until(holds, PATIENCE)
        except TimeoutError:
            raise AssertionError(f"not so: {self._seen()}") from None

    async def answered(self, text: str) -> Message:
        """Wait until a message of the bot is this text, and does not grow any more."""
        await self.until(lambda: any(post.shown == text for post in self.ended))
        return next(post for post in reversed(self.ended) if post.shown == text)

    @property
    def ended(self) -> list[Message]:
        """The bot's messages that everybody sees, and where nothing is under way."""
        return [post for post in self.posts if not growing(post)]

    @property
    def posts(self) -> list[Message]:
        """The bot's messages that stand, for everybody, oldest first."""
        return [post for post in self.there.posts if not (post.deleted or post.only)]

    @property
    def standing(self) -> list[str]:
        """Their texts."""
        return [post.shown for post in self.posts]

    @property
    def whispered(self) -> list[str]:
        """The texts that one person alone sees."""
        return [post.shown for post in self.there.posts if post.only]

    def prompt(self, number: int = -1) -> list[str]:
        """What the model was told in this request, without the persona."""
        return [said["content"] for said in self.model.requests[number].body["messages"][1:]]

    def thread(self, question: Message) -> ConversationKey:
        """The conversation in the thread of a question."""
        thread = question.thread_ts or question.ts
        return ConversationKey("slack", self.there.team, question.channel, thread)

    def flat(self, question: Message) -> ConversationKey:
        """The only conversation of a direct channel."""
        return ConversationKey("slack", self.there.team, question.channel)

    async def settled(
        self, where: ConversationKey, turns: int = 1, within: float = PATIENCE
    ) -> tuple[Turn, ...]:
        """Wait for so many turns in the history, with nothing left to do.

        Raises:
            AssertionError: they do not come.
        """
        found = tuple[Turn, ...]()
        try:
            async with asyncio.timeout(within):
                while len(found) != turns or await self.inbox.waiting(where):
                    await SystemClock().sleep(0.02)
                    found = await self.inbox.turns(where)
        except TimeoutError:
            raise AssertionError(f"not {turns} turns: {found}; {self._seen()}") from None
        return found

    def _seen(self) -> list[tuple[str, list[str]]]:
        return [(post.shown, [*post.actions]) for post in self.there.posts]


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot count on tiers and streams that are 30 times shorter, as the server's are."""
    rules = {name: replace(rule, seconds=rule.seconds * SCALE) for name, rule in RULES.items()}
    monkeypatch.setattr(on_slack, "RULES", rules)
    monkeypatch.setattr(on_slack, "Tools", partial(Tools, age=270 * SCALE))


def hasten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the catch-up try again soon, and mark often; likewise sockets."""
    monkeypatch.setattr(on_slack, "Bot", partial(client.Bot, ping=0.5))
    monkeypatch.setattr(catchup, "_PAUSE", 0.2)
    monkeypatch.setattr(catchup, "_EVERY", 50)
    monkeypatch.setattr(client, "_LOOK", 0.2)


def growing(post: Message) -> bool:
    """Whether more is to come, as far as people see."""
    return STOP in post.actions or bool(post.stream and post.stream.live)


def free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server((HOST, 0)) as server:
        number: int = server.getsockname()[1]
    return number


async def eventually(holds: Callable[[], object]) -> None:
    """Wait for what no event tells of.

    Raises:
        TimeoutError: it does not come.
    """
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await SystemClock().sleep(0.02)


class Way(Protocol):
    """How events reach the bot: ``SlackTown.bot`` or ``SlackTown.posted``."""

    def __call__(
        self, town: SlackTown, /, **settings: str
    ) -> AbstractAsyncContextManager[Core]: ...
