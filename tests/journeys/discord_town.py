"""A loopback Discord with a model and a store, all real, and bots to come and go."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app import Core
from bot.clock import SystemClock
from bot.config import Config
from bot.messages import ConversationKey, Turn
from bot.run import serving
from storage.inbox import RedisInbox
from tests.platforms.discord import Call, Discord, Message
from tests.platforms.model_server import ModelServer

PATIENCE = 15.0
"""Seconds for something to be true in the end."""


@dataclass(frozen=True)
class DiscordTown:
    """All that a story needs."""

    there: Discord
    model: ModelServer
    inbox: RedisInbox
    """What another process would see and say."""
    configure: Callable[..., Config]

    @asynccontextmanager
    async def bot(self, *platforms: str, **settings: str) -> AsyncIterator[Core]:
        """A bot in this process that hears what is said from here on; drained at the end."""
        config = self.configure(**settings)
        before = set(self.there.sessions.alive)
        async with serving(config, platforms) as core:
            await self.there.until(lambda: set(self.there.sessions.alive) - before)
            yield core

    @asynccontextmanager
    async def working(self, **settings: str) -> AsyncIterator[Core]:
        """A bot that answers, but has no ears."""
        async with serving(self.configure(**settings), ["worker"]) as core:
            yield core

    async def answered(self, text: str, within: float = PATIENCE) -> Message:
        """Wait until a message of the bot is this text, and has nothing to be pressed."""
        found: list[Message] = []

        def holds() -> bool:
            found[:] = [post for post in self.ended if post.content == text]
            return bool(found)

        try:
            await self.there.until(holds, within)
        except TimeoutError:
            shown = [(post.content, [*post.buttons]) for post in self.there.posts]
            raise AssertionError(f"nobody reads {text!r}: {shown}") from None
        return found[-1]

    @property
    def ended(self) -> list[Message]:
        """The bot's messages that stand, and where nothing is under way."""
        return [post for post in self.there.posts if not (post.deleted or post.buttons)]

    @property
    def standing(self) -> list[str]:
        """The texts of all messages of the bot that stand, oldest first."""
        return [post.content for post in self.there.posts if not post.deleted]

    def prompt(self, number: int = -1) -> list[str]:
        """What the model was told in this request, without the persona."""
        return [said["content"] for said in self.model.requests[number].body["messages"][1:]]

    def thread(self, question: Message) -> ConversationKey:
        """The conversation in the thread of a question."""
        return ConversationKey("discord", self.guild, question.channel, question.id)

    def replies(self, question: Message) -> ConversationKey:
        """The conversation in replies that a question began."""
        return ConversationKey("discord", self.guild, question.channel, f"r{question.id}")

    def direct(self, question: Message) -> ConversationKey:
        """The conversation in a DM."""
        return ConversationKey("discord", self.guild, question.channel)

    @property
    def guild(self) -> str:
        """The id of the guild that is served."""
        return self.there.guild().id

    async def settled(self, where: ConversationKey, turns: int = 1) -> tuple[Turn, ...]:
        """Wait for so many turns in the history, with nothing left to do.

        Raises:
            AssertionError: they do not come.
        """
        found = tuple[Turn, ...]()
        try:
            async with asyncio.timeout(PATIENCE):
                while len(found) != turns or await self.inbox.waiting(where):
                    await SystemClock().sleep(0.02)
                    found = await self.inbox.turns(where)
        except TimeoutError:
            raise AssertionError(f"not {turns} turns: {found}; {self.standing}") from None
        return found


async def eventually(holds: Callable[[], object]) -> None:
    """Wait for what no event tells of.

    Raises:
        TimeoutError: it does not come.
    """
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await SystemClock().sleep(0.02)


def allowed(call: Call) -> set[str]:
    """The ids of the only ones whom a post or an edit may ping."""
    told = call.body["allowed_mentions"]
    assert told.keys() == {"parse", "users"}, "who is replied to is not pinged by that"
    assert told["parse"] == []
    return set(map(str, told["users"]))
