"""Delivers answers to Discord: in a thread, as replies, or as the reply to a command."""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import discord
import structlog

from adapters.discord.buttons import STOP, button, stands_under
from adapters.discord.dialect import dialect
from adapters.discord.hooks import ORIGINAL, Hook
from adapters.discord.inbound import INTERACTION, place_of, reference
from adapters.discord.parts import DiscordPart, pings
from adapters.discord.rest import TokenDead, Unanswered, translated
from adapters.discord.rooms import Rooms
from adapters.discord.ways import Tokens
from bot.errors import MessengerError, PartGone, Undeliverable
from bot.messages import ConversationKey, Offer, PartKey
from bot.ports import Clock, Pacer, Part

_log = structlog.stdlib.get_logger(__name__)
LIMIT = 2000
WAITING, DECLINED = "👀", "⏳"
_ACKNOWLEDGED, _LOOK = 3.2, 0.25
"""Seconds until a command was acknowledged, or never is, and until another look. It has three:
https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback
"""
_LOOK_BACK = 300
"""Messages behind a question among which a part is looked for."""


class DiscordMessenger:
    """Keeps the promises of ``bot.ports.Messenger``."""

    limit = LIMIT

    def __init__(
        self, client: discord.Client, rooms: Rooms, pacer: Pacer, tokens: Tokens, clock: Clock
    ) -> None:
        self._client, self._rooms, self._pacer = client, rooms, pacer
        self._tokens, self._clock = tokens, clock

    def dialect(self, text: str) -> str:
        """The text in Discord's Markdown."""
        return dialect(text)

    def rings(self, conversation: ConversationKey) -> bool:
        """Direct messages notify; answers in a channel mention nobody."""
        return place_of(conversation).direct

    async def begin(self, key: PartKey, waited: Collection[str]) -> None:
        """Make the thread while the model thinks; take 👀 off, or a reply that nobody will fill.

        Several commands that became one turn are answered in the reply to the first of them.
        """
        with _optional("not begun"):
            if not key.question.startswith(INTERACTION):
                await self._rooms.open(key, self._pacer)
        for question in waited:
            with _optional("not taken off"):
                await self._take_off(replace(key, question=question), first=key.question)

    async def _take_off(self, key: PartKey, first: str) -> None:
        if not key.question.startswith(INTERACTION):
            async with translated():
                message = self._question(key, key.question)
                await message.remove_reaction(WAITING, self._me)
        elif key.question != first and (hook := await self._hook(key)):
            await hook.delete(ORIGINAL)

    async def end(self, key: PartKey) -> None:
        """Nothing is left: Discord takes off by itself that somebody types."""

    async def decline(self, key: PartKey) -> None:
        """A sign instead of the sentence that was said a short while ago."""
        with _optional("not declined"):
            if hook := await self._hook(key):
                await self._fill(hook, key, DECLINED, None)
            elif not key.question.startswith(INTERACTION):
                async with translated():
                    await self._question(key, key.question).add_reaction(DECLINED)

    async def typing(self, conversation: ConversationKey) -> None:
        """Discord shows it for about ten seconds; not under load."""
        if await self._pacer.spare(conversation):
            with _optional("not typing"):
                async with translated():
                    await self._client.http.send_typing(self._rooms.likely(conversation).id)

    async def open(self, key: PartKey, text: str, last: Offer | None) -> Part:
        """Post it; a nonce makes Discord take the same part once within some minutes.

        https://discord.com/developers/docs/resources/message#create-message

        The answer to a command is the reply that it waits for, and what follows that. Of those
        that follow, one whose post was lost is posted again where the bot sees no channel.
        """
        if hook := await self._hook(key):
            with suppress(TokenDead):
                return await self._reply(hook, key, text, last)
        room = await self._rooms.open(key, self._pacer)
        try:
            return await self._post(room, key, text, last)
        except Undeliverable:
            if not await self._rooms.forsake(key):
                raise
        return await self._post(self._rooms.likely(key.conversation), key, text, last)

    async def _post(
        self, room: discord.PartialMessageable, key: PartKey, text: str, last: Offer | None
    ) -> Part:
        answered = self._answered(key, room)
        view = button(STOP if last is None or not answered else last, key)
        more: dict[str, Any] = {"reference": answered, "view": view}
        async with translated():
            message = await room.send(
                text,
                nonce=_nonce(key),
                allowed_mentions=pings(key),
                suppress_embeds=True,
                **{name: value for name, value in more.items() if value is not None},
            )
        part = DiscordPart(self._rooms, room.get_partial_message(message.id), key, text)
        part.settled = last is None or answered is not None
        if message.content != text.strip():  # the nonce led to an earlier post of the same part
            part.text, part.settled = message.content, False
        return part

    async def find(self, key: PartKey, part: str, but: Collection[str] = ()) -> Part | None:
        """By its id; or by its button, or as a reply to its question, among what came behind.

        A command's first reply is always the same message: to fill it in again does no harm.
        """
        hook = await self._hook(key)
        if hook and part:
            with suppress(TokenDead):
                return self._as_part(key, await hook.fetch(int(part)), hook)
        if hook and not (part or key.number):
            return None
        try:
            return await self._find_there(key, part, but, hook)
        except Undeliverable:
            if part or not hook:
                raise
        return None  # it is not to be seen, but can be posted

    async def _find_there(
        self, key: PartKey, part: str, but: Collection[str], hook: Hook | None
    ) -> Part | None:
        where = key.conversation
        *others, last = self._rooms.all(where)
        for room in others:
            with suppress(Undeliverable):  # no thread was made, or it was deleted
                if found := await self._look(room, key, part, but):
                    return self._as_part(key, found, hook)
        if found := await self._look(last, key, part, but):
            if others:
                self._rooms.note(where, thread=False)
            return self._as_part(key, found, hook)
        if part:
            raise PartGone
        return None

    async def _look(
        self, room: discord.PartialMessageable, key: PartKey, part: str, but: Collection[str]
    ) -> discord.Message | None:
        return await (self._fetch(room, part) if part else self._seek(room, key, but))

    async def _fetch(self, room: discord.PartialMessageable, part: str) -> discord.Message | None:
        try:
            async with translated():
                return await room.fetch_message(int(part))
        except PartGone:
            return None

    async def _seek(
        self, room: discord.PartialMessageable, key: PartKey, but: Collection[str]
    ) -> discord.Message | None:
        behind = discord.Object(int(key.question.removeprefix(INTERACTION)))
        newest = None
        async with translated():
            async for message in room.history(limit=_LOOK_BACK, after=behind, oldest_first=True):
                if str(message.id) not in but and self._is(message, key):
                    newest = message
        return newest

    def _is(self, message: discord.Message, key: PartKey) -> bool:
        if message.author.id != self._me.id:
            return False
        first = key.number == 0 and reference(message) == key.question
        return first or stands_under(message, key)

    def _as_part(self, key: PartKey, message: discord.Message, hook: Hook | None) -> Part:
        room = self._rooms.channel(message.channel.id, place_of(key.conversation).guild)
        place = room.get_partial_message(message.id)
        part = DiscordPart(self._rooms, place, key, message.content, hook)
        part.stoppable = stands_under(message, key)
        part.settled = False
        return part

    def _answered(
        self, key: PartKey, room: discord.PartialMessageable
    ) -> discord.MessageReference | None:
        """The question, where a reply can point to it: also the mark by which it is found."""
        no_message = key.question.startswith(INTERACTION)
        if key.number or no_message or self._question(key, key.question).channel.id != room.id:
            return None
        return discord.MessageReference(
            message_id=int(key.question), channel_id=room.id, fail_if_not_exists=False
        )

    def _question(self, key: PartKey, question: str) -> discord.PartialMessage:
        number = self._rooms.of_question(key.conversation, question)
        room = self._rooms.channel(number, place_of(key.conversation).guild)
        return room.get_partial_message(int(question))

    async def _hook(self, key: PartKey) -> Hook | None:
        """What the answer to a command is shown with, while it lives."""
        if not key.question.startswith(INTERACTION):
            return None
        token = await self._tokens.get(key.conversation, key.question)
        application = self._client.application_id
        return Hook(self._client, application, token) if token and application else None

    async def _reply(self, hook: Hook, key: PartKey, text: str, last: Offer | None) -> Part:
        """Fill in the reply that a command waits for, or follow it."""
        if key.number:  # with its mark at first
            view = button(STOP, key)
            said = await hook.post(text, view=view, allowed_mentions=pings(key))
        else:
            said = await self._fill(hook, key, text, button(STOP if last is None else last, key))
        message = self._rooms.likely(key.conversation).get_partial_message(said)
        part = DiscordPart(self._rooms, message, key, text, hook)
        part.settled = last is None or key.number == 0
        return part

    async def _fill(
        self, hook: Hook, key: PartKey, text: str, view: discord.ui.View | None
    ) -> int:
        """Always the same message, whoever fills it; its id.

        Raises:
            Undeliverable: the question was refused, and that is what stands there.
        """
        async with translated():  # all in all
            waiting = await self._first_reply(hook)
            if waiting.flags.ephemeral:
                raise Undeliverable("refused before it was answered")
            return await hook.edit(ORIGINAL, content=text, view=view, allowed_mentions=pings(key))

    async def _first_reply(self, hook: Hook) -> discord.Message:
        """What stands there, as soon as the command was acknowledged."""
        until = self._clock.monotonic() + _ACKNOWLEDGED
        while True:
            try:
                return await hook.fetch(ORIGINAL)
            except Unanswered:
                if self._clock.monotonic() > until:
                    raise
            await self._clock.sleep(_LOOK)

    @property
    def _me(self) -> discord.ClientUser:
        me = self._client.user
        assert me is not None, "the client is logged in before its messenger works"  # noqa: S101
        return me


def _nonce(key: PartKey) -> str:
    """At most 25 characters, equal for the same part: Discord's own guard against doubles."""
    name = f"{key.conversation} {key.question} {key.number} {key.revision}"
    return hashlib.sha256(name.encode()).hexdigest()[:25]


@contextmanager
def _optional(event: str) -> Iterator[None]:
    """What an answer does without; the log says why."""
    try:
        yield
    except MessengerError as error:
        _log.info(event, error=str(error))
