"""A reader on a loopback Slack."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.slack.inbound import Me, read
from adapters.slack.modes import Features
from adapters.slack.reader import SlackReader
from bot.clock import SystemClock
from bot.messages import ConversationKey, IncomingMessage
from bot.outcomes import Call
from bot.reading import Unread
from bot.sources import Blob
from storage.scripts import Client
from tests.adapters.slack.listening import homes_of, ways_to
from tests.platforms.slack import Message, Slack
from tests.platforms.slack.probe import web_client


@dataclass
class Gate:
    """A pacer that lets everybody pass, and counts them."""

    passed: list[Call] = field(default_factory=list)

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:  # noqa: ARG002 - the port's
        self.passed.append(call)

    async def spare(self, where: ConversationKey) -> bool:  # noqa: ARG002 - the port's
        return True


@dataclass(frozen=True)
class Desk:
    """All that a test needs."""

    there: Slack
    reader: SlackReader
    gate: Gate
    me: Me

    def mention(self, text: str = "why?", **more: Any) -> Message:
        """Ann asks in the channel."""
        return self.there.say("general", "ann", f"{self.there.mention} {text}", **more)

    def asked(self, said: Message, *, flat: bool = False, **more: Any) -> IncomingMessage:
        """What the bot makes of a message that is for it."""
        event = {**self.there.look(said), "channel": said.channel}
        question = read(event, self.me, sessions=not flat)
        assert question
        return replace(question, **more)

    def asks(self, **more: Any) -> IncomingMessage:
        """What the bot makes of it when Ann asks in the channel."""
        return self.asked(self.mention(**more))

    async def found(self, question: IncomingMessage) -> list[bytes]:
        """What is in the question's files."""
        return [await held(blob) for blob in (await self.reader.files(question)).values()]


async def held(blob: Blob | Unread, most: int = 1_000_000) -> bytes:
    """What is in a file."""
    assert isinstance(blob, Blob)
    return await blob.data(most)


@asynccontextmanager
async def opened(store: Client) -> AsyncIterator[Desk]:
    """A workspace with one channel, and a reader of it."""
    clock, gate = SystemClock(), Gate()
    _, _, ways = ways_to(store, clock)
    async with Slack() as there, web_client(there) as web:
        assert web.session
        homes = await homes_of(there, web.session, ways.access, Features(), clock)
        yield Desk(there, SlackReader(web, web.session, gate, homes), gate, homes.me)
