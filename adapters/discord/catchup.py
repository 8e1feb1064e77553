"""What people asked while the bot did not hear: read from the channels that it knows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import chain

import discord
import structlog

from adapters.discord.inbound import Me, trigger
from adapters.discord.intake import Intake
from adapters.discord.rest import translated
from adapters.discord.ways import Ways
from bot.errors import MessengerError, StoreUnavailable
from bot.messages import ConversationKey
from bot.outcomes import Call

_log = structlog.stdlib.get_logger(__name__)
_BACK = 24 * 3600
"""Seconds; nobody waits longer for an answer."""
_OVERLAP = 60
"""Seconds before the last message that came in: others of that minute may have been missed."""
_MOST = 500
"""Messages of one channel."""


class CatchUp:
    """Takes in what was missed, oldest first; what was not missed is known to the store.

    A mention in a channel that never knew the bot is lost while it is away.
    """

    def __init__(
        self, client: discord.AutoShardedClient, ways: Ways, intake: Intake, me: Me
    ) -> None:
        self._client, self._ways, self._intake, self._me = client, ways, intake, me
        self._since: dict[tuple[str, str, str], int] = {}

    async def mark(self) -> None:
        """Remember what came in last, before anything newer comes."""
        try:
            known = await self._ways.conversations.channels(self._me.account)
        except StoreUnavailable as error:  # then nothing came in since the mark before
            _log.warning("no mark", error=str(error))
            return
        self._since = {**known, **self._since}

    async def run(self, shard: int) -> None:
        """Take in what the guilds of a shard missed since the mark."""
        since, self._since = self._since, {}
        mine = {at: ms for at, ms in since.items() if self._shard(at[1], at[2]) == shard}
        self._since = {at: ms for at, ms in since.items() if at not in mine}
        missed = [found async for found in self._missed(mine)]
        for message in sorted(missed, key=lambda one: one.id):
            await self._intake.message(message)

    def _shard(self, guild: str, channel: str) -> int:
        """Direct messages come to the first one."""
        found = self._client.get_guild(int(guild))
        known = found and found.get_channel(int(channel))
        return found.shard_id if found and known else 0

    async def _missed(
        self, since: dict[tuple[str, str, str], int]
    ) -> AsyncIterator[discord.Message]:
        for (_, guild, channel), ms in since.items():
            floor = self._ways.clock.now() / 1000 - _BACK
            after = datetime.fromtimestamp(max(ms / 1000 - _OVERLAP, floor), UTC)
            try:
                for place in await self._places(int(guild), int(channel), after):
                    async for message in self._read(place, guild, after):
                        yield message
            except MessengerError as error:
                _log.info("not caught up", channel=channel, error=str(error))

    async def _places(
        self, guild: int, channel: int, after: datetime
    ) -> list[discord.abc.Messageable]:
        """The channel and its threads, or the direct conversation, where something was said."""
        home = self._client.get_guild(guild)
        found = home and home.get_channel(channel)
        if home is None or found is None:
            async with translated():
                direct = await self._client.fetch_channel(channel)
            return [direct] if isinstance(direct, discord.DMChannel) else []
        threads = (thread for thread in home.threads if thread.parent_id == channel)
        places = chain([found], threads)
        return [
            place
            for place in places
            if isinstance(place, discord.abc.Messageable) and _spoken(place, after)
        ]

    async def _read(
        self, place: discord.abc.Messageable, guild: str, after: datetime
    ) -> AsyncIterator[discord.Message]:
        number = str(getattr(place, "id", ""))
        await self._ways.pacer.admit(ConversationKey("discord", guild, number), Call.OTHER, int)
        async with translated():
            history = [
                one async for one in place.history(limit=_MOST, after=after, oldest_first=True)
            ]
        for message in history:
            if trigger(message, self._me):
                yield message


def _spoken(place: object, after: datetime) -> bool:
    """Whether anything was said since; where nobody knows, perhaps."""
    last = getattr(place, "last_message_id", None)
    return last is None or discord.utils.snowflake_time(last) > after
