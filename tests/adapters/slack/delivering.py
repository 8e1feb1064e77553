"""The Slack messenger on a loopback Slack, and the core's own delivery through it."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.homes import People
from adapters.slack.inbound import Me
from adapters.slack.messenger import SlackMessenger
from adapters.slack.modes import Features, Modes
from adapters.slack.parts import Tools
from adapters.slack.status import Status
from bot.access import Access
from bot.clock import SystemClock
from bot.delivery import Delivery, Desk
from bot.draft import Draft
from bot.lease import Lease
from bot.messages import Claim, ConversationKey, Ending, IncomingMessage, PartKey, Person, Trigger
from bot.outcomes import Call
from bot.ports import Inbox
from bot.settings import Effective, SettingsReader
from bot.together import together
from tests.platforms.slack import Message, Slack

ANN = "ann"
_CHAT = ("chat.postMessage", "chat.update", "chat.startStream", "chat.appendStream")


class Hurried(SystemClock):
    """Its waits take a fiftieth of their time; ``ahead`` moves its monotonic time."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 50)


class Free:
    """A pacer that lets everything go."""

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:
        """At once."""

    async def spare(self, where: ConversationKey) -> bool:  # noqa: ARG002 - the port's
        return True


@dataclass
class Layers:
    """What is set in the workspace."""

    here: dict[str, str] = field(default_factory=dict)

    async def load(self, conversation: ConversationKey) -> list[Mapping[str, str]]:  # noqa: ARG002 - the port's
        return [self.here, {}, {}]

    async def store(self, scope: object, name: str, value: str | None) -> str | None:
        raise NotImplementedError


@dataclass(frozen=True)
class Stage:
    """A messenger, its Slack, and what it was told of."""

    there: Slack
    tools: Tools
    messenger: SlackMessenger
    clock: Hurried
    layers: Layers
    news: list[tuple[str, float]]
    """Lanes that are at their limit."""

    def asks(self, channel: str = "general", *, flat: bool = False) -> PartKey:
        """Ann asks; the first part of the answer, in the thread of her question."""
        there = self.there
        room = there.direct(ANN) if channel == "@" else there.channel(channel)
        asked = there.say(room.id, ANN, "Why?")
        where = ConversationKey("slack", there.team, room.id, "" if flat else asked.ts)
        return PartKey(where, asked.ts, 0, asked.user.id, "Why?")

    def another(self) -> SlackMessenger:
        """The messenger of another process."""
        tools = equipped(self.there, self.tools.client, self.layers, self.clock, self.news)
        return SlackMessenger(tools, Free())

    async def natively(self) -> PartKey:
        """Ann asks in a direct message, and her answer is begun."""
        key = self.asks("@")
        await self.messenger.begin(key, ())
        return key

    def standing(self, key: PartKey) -> list[str]:
        """What is read of the bot where this was asked."""
        where = key.conversation
        return self.there.answers(where.channel, where.thread or None)

    def posts(self) -> list[Message]:
        """What stands of the bot."""
        return [post for post in self.there.posts if not post.deleted]

    async def more_than(self, calls: int) -> None:
        """Wait until more calls came that change what is read; stopped, none come."""
        there = self.there

        def came() -> bool:
            stopped = any(call.error == "stopped_by_user" for call in there.calls)
            return stopped or len(there.made(*_CHAT)) > calls

        await there.until(came, 5)

    def settled(self, key: PartKey, *texts: str) -> bool:
        """Exactly these stand, nothing still says that more comes."""
        stop = any("tw:stop" in post.actions for post in self.posts())
        left = self.there.open_streams or self.there.spinners or stop
        return self.standing(key) == list(texts) and not left


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """With no limits but those that a test sets."""
    clock, layers = Hurried(), Layers()
    news: list[tuple[str, float]] = []
    async with Slack() as there, aiohttp.ClientSession() as session:
        there.limits.rules.clear()
        client = AsyncWebClient(there.token, there.api, session=session, retry_handlers=[])
        tools = equipped(there, client, layers, clock, news)
        yield Stage(there, tools, SlackMessenger(tools, Free()), clock, layers, news)


def equipped(
    there: Slack,
    client: AsyncWebClient,
    layers: Layers,
    clock: Hurried,
    news: list[tuple[str, float]],
) -> Tools:
    """All that a process has for writing; none knows what another one showed."""
    me = Me("slack:A:T", there.team, "", there.bot.id, "B0LOOPBACK", "A0LOOPBACK", "bot")
    features = Features()
    reader = SettingsReader(layers, Effective("m", "p", 20, 1000, 1000), {})
    return Tools(
        client,
        me,
        Modes(Access(reader, clock), features),
        features,
        People(client, me, clock),
        clock,
        Status(client, features, clock),
        lambda lane, seconds: news.append((lane, seconds)),
    )


async def claimed(stage: Stage, inbox: Inbox, key: PartKey) -> Claim:
    """The right to answer what was asked there."""
    ann = Person(key.asker, ANN)
    at = int(float(key.question) * 1000)
    asked = IncomingMessage(
        stage.tools.me.account, key.conversation, key.question, ann, "Why?", at, Trigger.MENTION
    )
    await inbox.accept(asked)
    claim = await inbox.claim(asked.account, asked.conversation, "fence")
    assert isinstance(claim, Claim)
    return claim


async def delivered(
    stage: Stage, inbox: Inbox, key: PartKey, pieces: Iterable[str], ending: Ending
) -> Delivery:
    """Deliver an answer that grows by these pieces, through the core."""
    claim = await claimed(stage, inbox, key)
    lease = Lease(stage.clock, stage.clock.monotonic() + 10_000)
    desk = Desk(inbox, {"slack": Free()}, stage.clock)
    delivery, draft = Delivery(claim, lease, stage.messenger, desk), Draft()
    draft.asked.set()

    async def grow() -> None:
        for piece in pieces:
            before = len(stage.there.made(*_CHAT))
            draft.add(piece)
            await stage.more_than(before)
        draft.close()

    await delivery.begin(draft)
    await together(delivery.follow(draft), grow())
    await delivery.finish(ending)
    await delivery.end()
    return delivery


def part_of(key: PartKey, number: int) -> PartKey:
    """The key of another part of the same answer."""
    return replace(key, number=number)
