"""One message of an answer on Discord."""

from typing import Any, cast

import discord

from adapters.discord.buttons import STOP, button
from adapters.discord.rest import ARCHIVED, DEAD_TOKEN, translated
from adapters.discord.rooms import Rooms
from bot.errors import PartExpired, PartGone
from bot.messages import Offer, PartKey

ORIGINAL = cast("int", "@original")
"""What Discord calls the first reply to a command, whose id is not known yet."""


def pings(key: PartKey) -> discord.AllowedMentions:
    """The asker may be mentioned, and nobody else; a reply mentions nobody."""
    users = [discord.Object(key.asker)] if key.asker else []
    return discord.AllowedMentions(everyone=False, roles=False, users=users, replied_user=False)


class DiscordPart:
    """Keeps the promises of ``bot.ports.Part``.

    The reply to a command is edited by its ``token`` while that lives, so that it is there also
    where the bot sees nothing.
    """

    def __init__(
        self,
        rooms: Rooms,
        message: discord.PartialMessage,
        key: PartKey,
        text: str,
        token: discord.Webhook | None = None,
    ) -> None:
        self.text = text
        self.stoppable = True
        """It has its Stop button; an answer that is redone has to get it back."""
        self.settled = True
        self._rooms, self._message, self._key, self._token = rooms, message, key, token

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
        try:
            async with translated():
                await self._message.delete()
        except PartGone:
            return

    async def _say(self, text: str, **more: Any) -> None:
        try:
            async with translated():
                await self._edit(content=text, allowed_mentions=pings(self._key), **more)
        except PartExpired as old:
            raise PartExpired(_common(self.text, text)) from old
        self.text = text

    async def _edit(self, **changes: Any) -> None:
        if self._token:
            try:
                await self._token.edit_message(self._message.id, **changes)
            except discord.HTTPException as error:
                if error.code not in DEAD_TOKEN:
                    raise
                self._token = None
            else:
                return
        await self._edit_there(**changes)

    async def _edit_there(self, **changes: Any) -> None:
        try:
            await self._message.edit(**changes)
        except discord.HTTPException as error:
            if error.code != ARCHIVED:
                raise
            await self._rooms.unarchive(self._message.channel.id)
            await self._message.edit(**changes)


def _common(first: str, second: str) -> int:
    """Characters that both begin with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(first), len(second)))
