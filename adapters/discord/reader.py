"""Reads from Discord what belongs to a question: its files, and what was said before it."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import aiohttp
import discord

from adapters.discord.content import attributed, files, replied_to
from adapters.discord.inbound import INTERACTION, Me, place_of, reference
from adapters.discord.rest import translated
from bot.errors import PartGone, PlatformUnavailable
from bot.messages import IncomingMessage, Trigger
from bot.outcomes import Call
from bot.ports import Pacer
from bot.reading import Unread
from bot.sources import Blob
from bot.together import together

DOWNLOAD = 20.0
"""Seconds for one file. Other calls end well within a lease, since they may not land after it; a
download changes nothing, and the lease is renewed meanwhile."""

_CHUNK = 2**16


class DiscordReader:
    """Keeps the promises of ``bot.sources.Reader``.

    ``session``: downloads files; it is closed by whoever opened it.
    """

    def __init__(
        self, client: discord.Client, session: aiohttp.ClientSession, pacer: Pacer, me: Me
    ) -> None:
        self._client, self._session, self._pacer, self._me = client, session, pacer, me

    async def files(self, question: IncomingMessage) -> Mapping[str, Blob | Unread]:
        """By their places in the question's message, which is read anew: signed URLs expire.

        https://docs.discord.com/developers/reference#signed-attachment-cdn-urls
        """
        message = await self._message(question)
        found = files(message) if message else []
        return {f"{question.id}/{n}": self._blob(file) for n, file in enumerate(found)}

    def amid(self, question: IncomingMessage) -> bool:
        """In a thread that was there before it, or as a reply; a channel's backlog is nothing."""
        if _begins(question):
            return question.trigger is not Trigger.COMMAND and bool(question.quoted)
        return place_of(question.conversation).thread is not None

    async def before(self, question: IncomingMessage, most: int) -> Sequence[str]:
        """Of a thread its first message and its last ones; of a reply what it replies to.

        What a reply quotes itself is left out.
        """
        reading = self._above if _begins(question) else self._inside
        said = [one for one in await reading(question, most) if not one.is_system()]
        return list(filter(None, (attributed("From", one, self._me.id) for one in said)))

    async def _above(self, question: IncomingMessage, most: int) -> list[discord.Message]:
        """The chain of replies; its newest message stands in the question's own quotation."""
        chain: list[discord.Message] = []
        message = await self._message(question)
        while message and len(chain) <= most:
            message = await self._target(question, message)
            chain += [message] if message else []
        return chain[:0:-1]

    async def _target(
        self, question: IncomingMessage, message: discord.Message
    ) -> discord.Message | None:
        """What a message replies to: it comes with the message, but not with one that came so."""
        known, number = replied_to(message), reference(message)
        if known or not number:
            return known
        return await self._first(question, int(number), place_of(question.conversation).channel)

    async def _inside(self, question: IncomingMessage, most: int) -> list[discord.Message]:
        """The last messages of a thread, behind its first one, however long ago that was."""
        place = place_of(question.conversation)
        thread = place.thread or 0
        starting = self._first(question, thread, thread, place.channel)
        starter, last = await together(starting, self._last(question, thread, most))
        later = [one for one in last if one.id != thread][: most - bool(starter)]
        return [*([starter] if starter else []), *reversed(later)]

    async def _last(
        self, question: IncomingMessage, thread: int, most: int
    ) -> list[discord.Message]:
        """What was said in a thread before the question, the newest first."""
        behind = discord.Object(int(question.id.removeprefix(INTERACTION)))
        await self._pacer.admit(question.conversation, Call.OTHER, int)
        async with translated():
            return [
                one
                async for one in self._room(question, thread).history(limit=most, before=behind)
            ]

    async def _message(self, question: IncomingMessage) -> discord.Message | None:
        place = place_of(question.conversation)
        inside = place.thread if place.thread and not _begins(question) else place.channel
        number = int(question.about or question.id)
        return await self._first(question, number, inside, place.channel)

    async def _first(
        self, question: IncomingMessage, message: int, *channels: int
    ) -> discord.Message | None:
        """A message from the first of these channels that has it.

        That which began a thread has the thread's id; it stands in the parent, a forum's post in
        itself: https://docs.discord.com/developers/topics/threads
        """
        for channel in dict.fromkeys(channels):
            await self._pacer.admit(question.conversation, Call.OTHER, int)
            try:
                async with translated():
                    return await self._room(question, channel).fetch_message(message)
            except PartGone:
                continue
        return None

    def _room(self, question: IncomingMessage, channel: int) -> discord.PartialMessageable:
        guild = place_of(question.conversation).guild
        return self._client.get_partial_messageable(channel, guild_id=guild)

    def _blob(self, file: discord.Attachment) -> Blob:
        load = partial(self._load, file.url)
        return Blob(file.filename, file.content_type or "", file.size, load)

    async def _load(self, url: str, most: int) -> bytes:
        """A file, or its beginning where it has more bytes than ``most``.

        Raises:
            PlatformUnavailable: it did not come whole.
        """
        data = bytearray()
        get = self._session.get(url, raise_for_status=True)
        try:
            async with asyncio.timeout(DOWNLOAD), get as reply:
                async for chunk in reply.content.iter_chunked(_CHUNK):
                    data += chunk
                    if len(data) > most:
                        break
        except (aiohttp.ClientError, TimeoutError) as error:  # whose text names file and signature
            what = f"{type(error).__name__} {getattr(error, 'status', '')}"
            raise PlatformUnavailable(what) from error
        return bytes(data)


def _begins(question: IncomingMessage) -> bool:
    """Whether its conversation is named after it: its own thread, or a channel's replies."""
    place = place_of(question.conversation)
    return int(question.id.removeprefix(INTERACTION)) in {place.thread, place.root}
