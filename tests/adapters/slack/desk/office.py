"""A desk for commands on a loopback Slack, over a real store, with nobody who answers."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import blocks
from adapters.slack.commands import CommandDesk
from adapters.slack.homes import Direct, Homes, People
from adapters.slack.inbound import PLATFORM, Me
from adapters.slack.intake import Intake
from adapters.slack.modes import Features, Modes
from adapters.slack.ways import Ways
from bot.accept import Door
from bot.access import Access
from bot.clock import SystemClock
from bot.commands.base import Services
from bot.commands.table import Commands
from bot.counters import Counters
from bot.messages import (
    Claim,
    ConversationKey,
    IncomingMessage,
    Offer,
    PartKey,
    Person,
    Scope,
    Trigger,
)
from bot.outcomes import Held
from bot.settings import Effective, SettingsReader
from storage.inbox import RedisInbox
from storage.keys import Keys
from storage.quotas.notices import RedisNotices
from storage.scripts import Client
from storage.settings import RedisSettings
from storage.tokens import RedisMarks
from storage.usage import RedisUsage
from tests.builders import answered
from tests.platforms.board_bot import Beat
from tests.platforms.slack import Delivery, Message, Slack, View
from tests.platforms.slack.payloads import APP_ID, BOT_ID
from tests.platforms.slack.probe import web_client

DEFAULTS = Effective("gpt-6-luna", "Be brief.", 20, 24_000, 4_000)


class Offered:
    """What the provider offers; its list may be slow, or have a bug."""

    def __init__(self) -> None:
        self.held, self.bug = asyncio.Event(), False
        self.held.set()

    async def offered(self, model: str) -> list[str]:  # noqa: ARG002 - the port's
        await self.held.wait()
        if self.bug:
            raise RuntimeError("secret")
        return ["gpt-6-luna", "gpt-6-terra"]


@dataclass(frozen=True)
class Office:
    """All that a test needs."""

    there: Slack
    client: Any
    inbox: RedisInbox
    store: RedisSettings
    offered: Offered
    features: Features
    me: Me
    clock: SystemClock
    fences: dict[str, str] = field(default_factory=dict)
    """Of the claims of answers, by their only part."""

    def key(self, channel: str = "general", thread: str = "") -> ConversationKey:
        """A conversation there."""
        return ConversationKey(PLATFORM, self.me.team, self.there.channel(channel).id, thread)

    async def says(self, sent: Delivery) -> str:
        """What a command was acknowledged with, to its giver alone; "" if with nothing.

        Raises:
            AssertionError: everybody can read it.
        """
        await self.there.until(lambda: sent.acked)
        if not sent.reply:
            return ""
        assert sent.reply["response_type"] == "ephemeral", sent.reply
        return str(sent.reply["blocks"][0]["text"])

    async def said(self, sent: Delivery) -> str:
        """What everybody reads of a command's reply."""
        await self.there.until(lambda: sent.acked)
        assert sent.reply["response_type"] == "in_channel", sent.reply
        return str(sent.reply["blocks"][0]["text"])

    async def heard(self, user: str) -> str:
        """What the bot says to somebody, as the next thing that only they see."""
        own = self.there.person(user).id
        await self.there.until(lambda: [post for post in self.there.posts if post.only == own])
        (post,) = [post for post in self.there.posts if post.only == own]
        return post.shown

    async def modal(self, user: str) -> View:
        """The form that somebody sees."""
        await self.there.until(lambda: self.there.modal(user))
        found = self.there.modal(user)
        assert found
        return found

    async def asked(
        self,
        user: str = "ann",
        *,
        offer: Offer | None = None,
        channel: str = "general",
        thread: str = "",
    ) -> Message:
        """A question, and its answer's only part; with an ``offer`` it is finished."""
        there = self.there
        events, there.events = there.events, set()  # what is heard is accepted only here
        said = there.say(channel, user, f"{there.mention} why?", thread=thread)
        there.events = events
        question = self._question(said)
        await self.inbox.accept(question)
        claim = await self._claimed(question.conversation)
        key = PartKey(question.conversation, said.ts, 0, said.user.id)
        part = await self._post(key, offer)
        self.fences[part] = claim.fence
        await self.inbox.note_part(claim, 0, part)
        if offer is not None:
            turn = answered(claim.noted(0, part))
            await self.inbox.commit(claim, turn, keep=20)
        return there.find(part)

    def _question(self, said: Message) -> IncomingMessage:
        return IncomingMessage(
            account=self.me.account,
            conversation=self.key(said.channel, said.thread_ts or said.ts),
            id=said.ts,
            author=Person(said.user.id, said.user.name),
            text="why?",
            at=self.clock.now(),
            trigger=Trigger.MENTION,
        )

    async def _post(self, key: PartKey, offer: Offer | None) -> str:
        async with web_client(self.there) as client:
            posted = await client.chat_postMessage(
                channel=key.conversation.channel,
                thread_ts=key.conversation.thread,
                text="An answer.",
                blocks=blocks.body("An answer.", key, offer),
            )
        return str(posted["ts"])

    async def _claimed(self, where: ConversationKey) -> Claim:
        claim = await self.inbox.claim(self.me.account, where, secrets.token_hex(4))
        assert isinstance(claim, Claim), claim
        return claim

    def of(self, answer: Message) -> ConversationKey:
        """The conversation of an answer."""
        return self.key(answer.channel, answer.thread_ts)

    async def stops(self, answer: Message) -> bool:
        """Whether somebody wished that this running answer stops."""
        where = self.of(answer)
        (state,) = await self.inbox.renew([Held(where, self.me.account, self.fences[answer.ts])])
        return state == "user"

    async def accepted(self, where: ConversationKey) -> None:
        """Wait until something is asked there, which no event of the server tells of."""
        async with asyncio.timeout(10):
            while not await self.inbox.waiting(where):
                await self.clock.sleep(0.02)

    async def thumbs(self, answer: Message) -> dict[str, int]:
        """What people think of an answer."""
        kept = await self.client.hgetall(Keys().own("thumbs", self.of(answer)))
        found = (field.split() for field in kept)
        return {who: int(kept[f"{part} {who}"]) for part, who in found if part == answer.ts}

    async def waiting(self, where: ConversationKey) -> tuple[IncomingMessage, ...]:
        """The questions that a worker would take there."""
        return (await self._claimed(where)).questions

    async def set(self, name: str, value: str, channel: str = "") -> None:
        """A setting of the workspace, or of a channel."""
        place = self.there.channel(channel).id if channel else ""
        await self.store.store(Scope(PLATFORM, self.me.team, place), name, value)

    async def stored(self, name: str, where: ConversationKey | None = None) -> list[str | None]:
        """What is stored for the workspace, the channel and the thread."""
        layers = await self.store.load(where or self.key())
        return [layer.get(name) for layer in layers]


@asynccontextmanager
async def opened(client: Client) -> AsyncIterator[Office]:
    """A desk behind an unmodified app, connected over a socket."""
    async with Slack() as there, web_client(there) as web, asyncio.TaskGroup() as group:
        me = Me("slack:test", there.team, there.enterprise, there.bot.id, BOT_ID, APP_ID, "bot")
        office = Office(
            there=there,
            client=client,
            inbox=RedisInbox(client, Keys()),
            store=RedisSettings(client, Keys()),
            offered=Offered(),
            features=Features(),
            me=me,
            clock=SystemClock(),
        )
        app = _app(web, office, client, lambda work: _start(group, work))
        handler = AsyncSocketModeHandler(app, there.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # the library's
        await there.until(lambda: there.sockets.opened)
        yield office
        await handler.close_async()  # type: ignore[no-untyped-call]  # the library's


def _start(group: asyncio.TaskGroup, work: Coroutine[Any, Any, None]) -> None:
    group.create_task(work)


def _app(
    web: AsyncWebClient, office: Office, client: Client, later: Callable[..., None]
) -> AsyncApp:
    """The library's own app with our listeners, as the bot has them."""
    app = AsyncApp(client=web, process_before_response=True, ignoring_self_events_enabled=False)
    ways = _ways(office, client)
    people = People(web, office.me, office.clock, ways.admins)
    direct = Direct(web, office.me, ways.access, office.features)
    homes = Homes(web, office.me, people, direct)
    modes = Modes(ways.access, office.features)
    desk = CommandDesk(ways, homes, modes, office.features, later)
    intake = Intake(ways, homes, desk, office.features, later)

    async def heard(event: dict[str, Any]) -> None:
        await intake.event(event)

    every = re.compile(".*")
    app.event(every)(heard)
    app.command(every)(desk.command)
    app.action(every)(desk.action)
    app.shortcut(every)(desk.shortcut)
    app.view(every)(desk.view)
    return app


def _ways(office: Office, client: Client) -> Ways:
    keys, clock = Keys(), office.clock
    reader = SettingsReader(office.store, DEFAULTS, {})
    ledger = RedisUsage(client, keys, clock)
    services = Services(office.inbox, office.store, reader, ledger, office.offered)
    return Ways(
        door=Door(office.inbox, Counters(), clock),
        conversations=office.inbox,
        commands=Commands(services),
        access=Access(reader, clock),
        notices=RedisNotices(client, keys),
        marks=RedisMarks(client, keys),
        pacer=Beat(0, clock),
        clock=clock,
        admins=frozenset({office.there.person("cleo").id}),
    )
