"""What people do on Discord, brought to the core."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

import discord
import structlog

from adapters.discord import inbound
from adapters.discord.callers import NOT_HERE
from adapters.discord.homes import Homes
from adapters.discord.inbound import Me
from adapters.discord.messenger import DECLINED, WAITING
from adapters.discord.rest import translated
from adapters.discord.ways import Ways
from bot import words
from bot.accept import Receipt
from bot.errors import (
    MessengerError,
    PlatformBusy,
    PlatformUnavailable,
    RecordUnreadable,
    StoreFull,
    StoreUnavailable,
    Undeliverable,
)
from bot.messages import ConversationKey, IncomingMessage, Trigger
from bot.outcomes import Accepted

T = TypeVar("T")
_log = structlog.stdlib.get_logger(__name__)
_PAUSE = 1.0
"""Seconds between two tries of a store that is away."""
STOPPED = "🛑"
_PASSING = (StoreUnavailable, RecordUnreadable, PlatformBusy, PlatformUnavailable)
THUMBS = {"👍": 1, "👎": -1}


class Intake:
    """Takes messages, edits, deletes and thumbs in; each returns when the store has it."""

    def __init__(self, ways: Ways, homes: Homes, me: Me, *, threads: bool) -> None:
        """``threads``: what place ``auto`` means here."""
        self._ways, self._homes, self._me, self._threads = ways, homes, me, threads

    async def message(self, message: discord.Message) -> None:
        """Take a message in, if it is for the bot, and say at once what must be said at once."""
        incoming = await self.read(message)
        if incoming is None:
            return await self._turn_away(message)
        try:
            here = _settled_place(incoming)
            refusal = await self._insist(lambda: self._ways.access.refusal(here, incoming.author))
            receipt = await self._insist(lambda: self._ways.door.accept(incoming, refusal))
        except StoreFull as error:
            return await self._say(message, words.sentence(error))
        return await self._respond(message, incoming, receipt)

    async def _turn_away(self, message: discord.Message) -> None:
        """Who writes directly, but is a member nowhere that is served, is told so now and then."""
        if inbound.trigger(message, self._me) is not Trigger.DIRECT:
            return
        first = self._ways.notices.first
        if await self._insist(lambda: first("discord", "", str(message.author.id))):
            await self._say(message, NOT_HERE)

    async def read(self, message: discord.Message) -> IncomingMessage | None:
        """The message for the bot, in its conversation; None if it is not for it."""
        why = inbound.trigger(message, self._me)
        home = await self._insist(lambda: self._homes.of(message)) if why else None
        if home is None:
            return None
        place = why is Trigger.MENTION and await self._in_thread(message, home)
        incoming = inbound.read(message, self._me, home=home, in_thread_place=place)
        return incoming and await self._continued(incoming, message)

    async def _in_thread(self, message: discord.Message, home: str) -> bool:
        channel = ConversationKey("discord", home, str(message.channel.id))
        settings = await self._insist(lambda: self._ways.access.settings(channel))
        return self._threads if settings.place == "auto" else settings.place == "thread"

    async def _continued(
        self, incoming: IncomingMessage, message: discord.Message
    ) -> IncomingMessage:
        """In the conversation of the message that it replies to, where that is known."""
        target, here = inbound.reference(message), incoming.conversation
        if not target:
            return incoming
        found = await self._insist(lambda: self._ways.conversations.find(here, target))
        begins = here.thread.removeprefix("r") == incoming.id
        if found is None or not (begins or found == here):
            return incoming
        return inbound.continued(incoming, message, self._me, found)

    async def edited(self, message: discord.Message) -> None:
        """Take an edit in; links that unfold, and the bot's own edits, are none."""
        if message.edited_at is None or message.author.bot:
            return
        incoming = await self.read(message)
        addressed = incoming is not None and incoming.trigger is not Trigger.FOLLOW_UP
        home = await self._insist(lambda: self._homes.of(message)) if incoming is None else None
        incoming = incoming or (
            inbound.written(message, self._me, home=home) if home is not None else None
        )
        if incoming is None:
            return
        now = replace(incoming, at=int(incoming.revision))  # asked, if it is asked, only then
        receipt = await self._insist(lambda: self._ways.door.edit(now, addressed=addressed))
        if receipt:
            await self._respond(message, now, receipt)

    async def channel(self, guild: int | None, channel: int) -> ConversationKey | None:
        """The channel of an event, of a thread's its parent; None: it is not served, or gone."""
        try:
            if guild is None:
                return await self._insist(lambda: self._homes.of_direct(channel))
            if not self._homes.serves(guild):
                return None
            parent = await self._insist(lambda: self._homes.parent(channel))
        except Undeliverable:
            return None
        return ConversationKey("discord", str(guild), str(parent))

    async def deleted(self, channel: ConversationKey, message: int) -> None:
        """A message was deleted, whoever wrote it."""
        account = self._me.account
        await self._insist(lambda: self._ways.door.delete(account, channel, str(message)))

    async def left(self, thread: ConversationKey) -> None:
        """A thread was deleted."""
        await self._insist(lambda: self._ways.door.leave(self._me.account, thread))

    async def thumb(
        self, channel: ConversationKey, message: int, person: int, emoji: str, *, on: bool
    ) -> None:
        """Somebody shows, or takes back, what they think of an answer."""
        part, thumb = str(message), THUMBS[emoji]
        where = await self._insist(lambda: self._ways.conversations.find(channel, part))
        if where is not None:
            rate = self._ways.conversations.rate
            await self._insist(lambda: rate(where, part, str(person), thumb if on else None))

    async def _respond(
        self, message: discord.Message, incoming: IncomingMessage, receipt: Receipt
    ) -> None:
        match receipt.outcome:
            case Accepted.QUEUED:
                if await self._ways.pacer.spare(incoming.conversation):
                    await self._have_wait(message, incoming)
            case Accepted.STOPPING:
                await self._react(message, STOPPED)
            case _ if receipt.sentence:
                await self._refuse(message, incoming, receipt.sentence)

    async def _have_wait(self, message: discord.Message, incoming: IncomingMessage) -> None:
        """Show that it waits; its turn may come while that is on its way."""
        await self._react(message, WAITING)
        waiting = self._ways.conversations.waiting
        if incoming.id in (await self._insist(lambda: waiting(incoming.conversation)))[1:]:
            return
        with _said():
            async with translated():
                await message.remove_reaction(WAITING, discord.Object(self._me.id))

    async def _refuse(
        self, message: discord.Message, incoming: IncomingMessage, sentence: str
    ) -> None:
        """Say it once in ten minutes to one person, else show it."""
        place = incoming.conversation
        first = self._ways.notices.first
        if not await self._insist(
            lambda: first(place.platform, place.workspace, incoming.author.id)
        ):
            return await self._react(message, DECLINED)
        return await self._say(message, sentence)

    async def _say(self, message: discord.Message, sentence: str) -> None:
        with _said():
            async with translated():
                await message.reply(
                    sentence, mention_author=False, allowed_mentions=discord.AllowedMentions.none()
                )

    async def _react(self, message: discord.Message, emoji: str) -> None:
        with _said():
            async with translated():
                await message.add_reaction(emoji)

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Ask the store, or Discord, until it answers: we are not told a second time.

        What is still asked when the process dies is found by the next one's catch-up.
        """
        while True:
            try:
                return await call()
            except _PASSING as error:
                _log.warning("not taken in yet", error=str(error))
                await self._ways.clock.sleep(getattr(error, "retry_after", _PAUSE))


def _settled_place(incoming: IncomingMessage) -> ConversationKey:
    """Where settings can hold by now: a conversation that begins has those of its channel."""
    here = incoming.conversation
    begins = here.thread.removeprefix("r") == incoming.id
    return replace(here, thread="") if begins else here


@contextmanager
def _said() -> Iterator[None]:
    """What could not be said is in the log."""
    try:
        yield
    except MessengerError as error:
        _log.info("not said", error=str(error))
