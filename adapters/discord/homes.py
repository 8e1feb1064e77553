"""Whom the bot serves: the guilds, and the direct messages of their members."""

import discord

from adapters.discord.rest import translated
from bot.errors import Undeliverable
from bot.messages import ConversationKey
from bot.ports import Clock
from bot.recent import Recent

_FRESH = 600.0
"""Seconds that a membership counts without being asked again."""


class Homes:
    """Finds the guild that a message counts to."""

    def __init__(self, client: discord.Client, guilds: frozenset[str], clock: Clock) -> None:
        self._client = client
        self._guilds = guilds
        self._recent = Recent(self._admits, clock, _FRESH)
        self._direct = Recent(self._talks, clock, _FRESH)
        self._parents = Recent(self._parent, clock, _FRESH)

    def serves(self, guild: int | None) -> bool:
        """Whether this guild is one of those."""
        return guild is not None and (not self._guilds or str(guild) in self._guilds)

    async def of(self, message: discord.Message) -> str | None:
        """The guild whose settings and budget apply to a message; None: it is not served."""
        if message.guild is not None:
            return str(message.guild.id) if self.serves(message.guild.id) else None
        return await self.of_person(message.author.id)

    async def of_person(self, person: int) -> str | None:
        """The first guild, by its id, that has this person as a member."""
        return await self._recent.get(person)

    async def parent(self, channel: int) -> int:
        """The channel that a thread is in; any other is its own."""
        return await self._parents.get(channel)

    async def _parent(self, channel: int) -> int:
        """A thread that was put away is not known to the client any more."""
        place = self._client.get_channel(channel)
        if place is None:
            async with translated():
                place = await self._client.fetch_channel(channel)
        return place.parent_id if isinstance(place, discord.Thread) else channel

    async def of_direct(self, channel: int) -> ConversationKey | None:
        """The direct conversation in this channel; None: with nobody who is served."""
        return await self._direct.get(channel)

    async def _talks(self, channel: int) -> ConversationKey | None:
        async with translated():
            found = await self._client.fetch_channel(channel)
        person = found.recipient if isinstance(found, discord.DMChannel) else None
        home = await self.of_person(person.id) if person else None
        return ConversationKey("discord", home, str(channel)) if home is not None else None

    async def _admits(self, person: int) -> str | None:
        for guild in sorted(self._client.guilds, key=lambda one: one.id):
            if self.serves(guild.id) and await _is_member(guild, person):
                return str(guild.id)
        return None


async def _is_member(guild: discord.Guild, person: int) -> bool:
    if guild.get_member(person):
        return True
    try:
        async with translated():
            await guild.fetch_member(person)
    except Undeliverable:  # no such member there
        return False
    return True
