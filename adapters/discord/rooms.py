"""The channels in which answers live: a thread that is made for them, or where they were asked."""

import asyncio
from typing import Literal
from weakref import WeakValueDictionary

import discord

from adapters.discord.inbound import place_of
from adapters.discord.rest import translated
from bot.errors import PartGone, Undeliverable
from bot.messages import ConversationKey, PartKey
from bot.outcomes import Call
from bot.ports import Pacer

HAS_THREAD = 160004
_ARCHIVE_MINUTES: Literal[60] = 60
_REMEMBERED = 10_000
"""Conversations whose thread is known to be there, or impossible."""
_LANES = {
    **dict.fromkeys((Call.OPEN, Call.NEXT, Call.POST), "create"),
    **dict.fromkeys((Call.INTERIM, Call.FINAL), "edit"),
}
"""Posts and edits of a channel have a bucket each."""


class Rooms:
    """Finds, and where needed makes, the channel of a conversation."""

    client: discord.Client
    """Set before anything else: it needs the pacer, and that the lanes of these rooms."""

    def __init__(self) -> None:
        self._making = WeakValueDictionary[ConversationKey, asyncio.Lock]()
        self._threads: dict[ConversationKey, bool] = {}

    def channel(self, number: int, guild: int) -> discord.PartialMessageable:
        """A channel, a thread or a direct conversation, without asking for it."""
        return self.client.get_partial_messageable(number, guild_id=guild)

    async def open(self, key: PartKey, pacer: Pacer) -> discord.PartialMessageable:
        """Where the next part goes; makes the thread of a first question.

        Where Discord makes no thread, that is the channel of the question: a missing permission,
        too many threads, or a kind of channel that has none.

        Raises:
            PlatformBusy, PlatformUnavailable: nobody knows yet.
        """
        place = place_of(key.conversation)
        if str(place.thread) == key.question and not self._is_forum(place.channel):
            await self._make_once(key, pacer)
        return self.likely(key.conversation)

    def all(self, conversation: ConversationKey) -> list[discord.PartialMessageable]:
        """Where parts of its answers may be, the likelier place first."""
        place, likely = place_of(conversation), self.likely(conversation)
        parent = self.channel(place.channel, place.guild)
        return [likely] if likely.id == parent.id else [likely, parent]

    async def forsake(self, key: PartKey) -> bool:
        """Whether its conversation has to stand in the channel itself, though we took a thread.

        No thread was made, as another process knew, or the bot may not write in it. Where the
        question stands in the thread, there is no other place; nor for what follows a part.
        """
        place = place_of(key.conversation)
        if key.number or self.likely(key.conversation).id != place.thread:
            return False
        try:
            async with translated():
                await self.channel(place.channel, place.guild).fetch_message(int(key.question))
        except (PartGone, Undeliverable):
            return False
        self.note(key.conversation, thread=False)
        return True

    def note(self, conversation: ConversationKey, *, thread: bool) -> None:
        """Remember whether it has a thread."""
        self._threads[conversation] = thread
        if len(self._threads) > _REMEMBERED:
            del self._threads[next(iter(self._threads))]

    def lane(self, conversation: ConversationKey, call: Call) -> str:
        """What a call takes its place from: posts and edits have a stock each, per channel."""
        kind = _LANES.get(call)
        return f"{kind}:{self._likely(conversation)}" if kind else ""

    def likely(self, conversation: ConversationKey) -> discord.PartialMessageable:
        """Where its answers stand, as far as is known here."""
        return self.channel(self._likely(conversation), place_of(conversation).guild)

    def _likely(self, conversation: ConversationKey) -> int:
        place = place_of(conversation)
        there = place.thread if self._threads.get(conversation, True) else None
        return there or place.channel

    def of_question(self, conversation: ConversationKey, question: str) -> int:
        """Where a question stands: what a thread was made from, outside; but in a forum's post."""
        place = place_of(conversation)
        outside = str(place.thread) == question and not self._is_forum(place.channel)
        return place.channel if outside else self._likely(conversation)

    def _is_forum(self, channel: int) -> bool:
        return isinstance(self.client.get_channel(channel), discord.ForumChannel)

    async def unarchive(self, number: int) -> None:
        """Wake a thread that nobody wrote in for long: a message in it could not be edited."""
        thread = await self.client.fetch_channel(number)
        if isinstance(thread, discord.Thread):
            await thread.edit(archived=False)

    async def _make_once(self, key: PartKey, pacer: Pacer) -> None:
        """However many ask at the same time."""
        where = key.conversation
        async with self._making.setdefault(where, asyncio.Lock()):
            if where not in self._threads:
                self.note(where, thread=await self._make(key, pacer))

    async def _make(self, key: PartKey, pacer: Pacer) -> bool:
        place = place_of(key.conversation)
        await pacer.admit(key.conversation, Call.OTHER, int)
        name = " ".join(key.title.split()) or "…"
        async with translated():
            try:  # not by a channel of the client: a worker without a gateway knows none
                await self.client.http.start_thread_with_message(
                    place.channel,
                    int(key.question),
                    name=name,
                    auto_archive_duration=_ARCHIVE_MINUTES,
                )
            except discord.HTTPException as error:
                return _exists(error) or await self._is_there(int(key.question))
        return True

    async def _is_there(self, thread: int) -> bool:
        """Whether it is a forum's post: a worker without a gateway does not know what is one."""
        try:
            return isinstance(await self.client.fetch_channel(thread), discord.Thread)
        except discord.NotFound:
            return False


def _exists(error: discord.HTTPException) -> bool:
    """Whether a refusal to make a thread means that it is there; one that will pass is raised.

    Raises:
        discord.HTTPException: a rate limit, or Discord's own failure.
    """
    if error.status == 429 or error.status >= 500:  # noqa: PLR2004 - a rate limit, a failure
        raise error
    return error.code == HAS_THREAD
