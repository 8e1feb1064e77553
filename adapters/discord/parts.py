"""One message of an answer on Discord."""

from contextlib import suppress
from typing import Any

import discord
from discord.http import handle_message_parameters

from adapters.discord.buttons import STOP, button
from adapters.discord.hooks import Hook
from adapters.discord.rest import ARCHIVED, TokenDead, translated
from adapters.discord.rooms import Rooms
from bot.errors import PartExpired, PartGone
from bot.messages import Offer, PartKey


def pings(key: PartKey) -> discord.AllowedMentions:
    """The asker may be mentioned, and nobody else; a reply mentions nobody."""
    users = [discord.Object(key.asker)] if key.asker else []
    return discord.AllowedMentions(everyone=False, roles=False, users=users, replied_user=False)


class DiscordPart:
    """Keeps the promises of ``bot.ports.Part``.

    The answer to a command is handled by the command's ``hook`` while that lives.
    """

    def __init__(
        self,
        rooms: Rooms,
        message: discord.PartialMessage,
        key: PartKey,
        text: str,
        hook: Hook | None = None,
    ) -> None:
        self.text = text
        self.stoppable = True
        """It has its Stop button; an answer that is redone has to get it back."""
        self.settled = True
        self._rooms, self._message, self._key, self._hook = rooms, message, key, hook
        self._pings = pings(key)

    @property
    def id(self) -> str:
        """The message's id."""
        return str(self._message.id)

    async def show(self, text: str) -> None:
        """Make this its text, with a Stop button."""
        await self._say(text, **({} if self.stoppable else {"view": button(STOP, self._key)}))
        self.stoppable = True

    async def close(self, text: str, offer: Offer) -> None:
        """Make this its last text, with the button of this offer or none."""
        await self._say(text, view=button(offer, self._key))
        self.settled = True

    async def delete(self) -> None:
        """Take it off the channel; it may be gone already."""
        with suppress(PartGone):
            if self._hook:
                with suppress(TokenDead):
                    await self._hook.delete(self._message.id)
                    return
            async with translated():
                await self._message.delete()

    async def _say(self, text: str, **more: Any) -> None:
        try:
            async with translated():  # all in all
                await self._edit(content=text, allowed_mentions=self._pings, **more)
        except PartExpired as old:
            raise PartExpired(_common(self.text, text)) from old
        self.text = text

    async def _edit(self, **changes: Any) -> None:
        if self._hook:
            with suppress(TokenDead):
                await self._hook.edit(self._message.id, **changes)
                return
            self._hook = None
        await self._edit_there(**changes)

    async def _edit_there(self, **changes: Any) -> None:
        try:
            await self._patch(**changes)
        except discord.HTTPException as error:
            if error.code != ARCHIVED:
                raise
            await self._rooms.unarchive(self._message.channel.id)
            await self._patch(**changes)

    async def _patch(self, **changes: Any) -> None:
        # not by the message's own call: it makes a Message of each reply, which nobody reads
        channel, http = self._message.channel.id, self._rooms.client.http
        with handle_message_parameters(**changes) as made:
            await http.edit_message(channel, self._message.id, params=made)


def _common(first: str, second: str) -> int:
    """Characters that both begin with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(first), len(second)))
