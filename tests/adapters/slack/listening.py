"""A bot that listens to a loopback Slack, over a real store; nobody answers what it takes in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

from adapters.slack.client import Bot
from adapters.slack.homes import Direct, Homes, People
from adapters.slack.inbound import PLATFORM
from adapters.slack.login import look, web
from adapters.slack.modes import Features, Modes
from adapters.slack.ways import Ways
from bot.accept import Door
from bot.access import Access
from bot.clock import SystemClock
from bot.commands.base import Services
from bot.commands.table import Commands
from bot.counters import Counters
from bot.messages import ConversationKey, IncomingMessage, Scope
from bot.outcomes import Call, Held
from bot.ports import Clock
from bot.settings import Effective, SettingsReader
from storage.inbox import RedisInbox
from storage.keys import Keys
from storage.quotas.notices import RedisNotices
from storage.scripts import Client
from storage.settings import RedisSettings
from storage.tokens import RedisMarks
from storage.usage import RedisUsage
from tests.platforms.slack import Slack

DEFAULTS = Effective("gpt-6-luna", "Be brief.", 20, 24_000, 4_000)
PATIENCE = 10.0
"""Seconds for something to be true in the end."""
PING = 0.2
"""Seconds between two tries to connect."""


class Quick(SystemClock):
    """A clock whose naps are a hundred times shorter."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 100)


class Room:
    """A pacer that has a place for every call."""

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:
        pass

    async def spare(self, where: ConversationKey) -> bool:
        return bool(where)


class NoModels:
    """A provider that offers nothing."""

    async def offered(self, model: str) -> list[str]:
        return [model]


@dataclass(frozen=True)
class Listening:
    """All that a test needs."""

    there: Slack
    inbox: RedisInbox
    settings: RedisSettings
    homes: Homes
    ways: Ways
    features: Features
    bot: Bot

    def key(self, channel: str = "general", thread: str = "") -> ConversationKey:
        """A conversation there."""
        return ConversationKey(PLATFORM, self.there.team, self.there.channel(channel).id, thread)

    def direct(self, user: str, thread: str = "") -> ConversationKey:
        """A conversation with somebody alone."""
        return self.key(self.there.direct(user).id, thread)

    async def waiting(self, here: ConversationKey) -> tuple[str, ...]:
        """What waits in a conversation for its answer."""
        return await self.inbox.waiting(here)

    async def kept(self, here: ConversationKey, *messages: str) -> None:
        """Wait until these wait in a conversation for their answers."""
        async with asyncio.timeout(PATIENCE):
            while not set(messages) <= set(await self.waiting(here)):
                await self.ways.clock.sleep(1)

    async def marked(self) -> None:
        """Wait until all that was said up to now counts as heard."""
        now, marks = self.ways.clock.now(), self.ways.marks
        async with asyncio.timeout(PATIENCE):
            while (await marks.get(self.homes.me.account, 0) or 0) < now:
                await self.ways.clock.sleep(1)
            await self.ways.clock.sleep(1)  # its key gets its life time behind it

    async def question(self, here: ConversationKey) -> IncomingMessage:
        """The question that is answered next there; it is claimed by this."""
        claim = await self.inbox.claim(self.homes.me.account, here, "fence")
        assert not isinstance(claim, str), claim
        return claim.questions[0]

    async def stopping(self, here: ConversationKey) -> str:
        """Why the answer to the question that was claimed shall stop, or ""."""
        return (await self.inbox.renew([Held(here, self.homes.me.account, "fence")]))[0]

    async def heard(self) -> None:
        """Wait until all that was sent is acknowledged."""
        there = self.there
        await there.until(lambda: all(one.acked for one in there.deliveries.every), PATIENCE)

    async def refused(self, user: str) -> str:
        """What the bot said to somebody alone."""
        own = self.there.person(user).id
        await self.there.until(lambda: any(post.only == own for post in self.there.posts))
        return next(post.shown for post in self.there.posts if post.only == own)

    async def set(self, name: str, value: str) -> None:
        """Change a setting of the workspace."""
        await self.settings.store(Scope(PLATFORM, self.there.team), name, value)


async def homes_of(
    there: Slack, session: aiohttp.ClientSession, access: Access, features: Features, clock: Clock
) -> Homes:
    """The workspace as the bot sees it once it is logged in."""
    me = (await look(there.token, there.api)).me
    client = web(there.token, there.api, session)
    people = People(client, me, clock, frozenset({there.person("owen").id}))
    return Homes(client, me, people, Direct(client, me, access, features))


def ways_to(store: Client, clock: Clock) -> tuple[RedisInbox, RedisSettings, Ways]:
    """The core's ways in, over this store."""
    keys, counters = Keys(), Counters()
    inbox, settings = RedisInbox(store, keys), RedisSettings(store, keys)
    reader = SettingsReader(settings, DEFAULTS, {})
    ledger = RedisUsage(store, keys, clock)
    services = Services(inbox, settings, reader, ledger, NoModels(), clock=clock)
    ways = Ways(
        door=Door(inbox, counters, clock),
        conversations=inbox,
        commands=Commands(services),
        access=Access(reader, clock),
        notices=RedisNotices(store, keys),
        marks=RedisMarks(store, keys),
        pacer=Room(),
        clock=clock,
    )
    return inbox, settings, ways


@asynccontextmanager
async def placed(
    there: Slack, store: Client, clock: Clock | None = None, *, over: str = "", **changes: Any
) -> AsyncIterator[Listening]:
    """A bot that does not listen yet; ``over``: the signing secret of requests, "": sockets."""
    clock = clock or Quick()
    inbox, settings, ways = ways_to(store, clock)
    ways, features = replace(ways, **changes), Features()
    async with aiohttp.ClientSession() as session:
        homes = await homes_of(there, session, ways.access, features, clock)
        bot = Bot(
            homes,
            ways,
            Modes(ways.access, features),
            features,
            app_token="" if over else there.app_token,
            signing_secret=over,
            ping=PING,
        )
        yield Listening(there, inbox, settings, homes, ways, features, bot)


@asynccontextmanager
async def running(town: Listening) -> AsyncIterator[None]:
    """It listens for as long as the block runs; over sockets, both are open."""
    sockets = town.there.sockets
    async with asyncio.TaskGroup() as group:
        task = group.create_task(town.bot.listen())
        if not town.there.deliveries.address:
            await town.there.until(lambda: len(sockets.connections) >= 2, PATIENCE)
        try:
            yield
        finally:
            task.cancel()


@asynccontextmanager
async def listening(
    there: Slack, store: Client, clock: Clock | None = None, **changes: Any
) -> AsyncIterator[Listening]:
    """A bot that listens over sockets for as long as the block runs."""
    async with placed(there, store, clock, **changes) as town, running(town):
        yield town
