"""What people asked while the bot did not hear: read from the channels that it knows."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain

import discord
import structlog

from adapters.discord.inbound import Me, trigger
from adapters.discord.intake import Intake
from adapters.discord.rest import translated
from adapters.discord.ways import Ways
from bot.errors import (
    MessengerError,
    PlatformUnavailable,
    StoreError,
    StoreUnavailable,
    Undeliverable,
)
from bot.messages import ConversationKey
from bot.outcomes import Call
from bot.ports import Clock
from bot.stores import Marks

_log = structlog.stdlib.get_logger(__name__)
_BACK = 24 * 3600
"""Seconds; nobody waits longer for an answer."""
_OVERLAP = 120
"""Seconds before the mark: the library takes up to 101 to find out that a connection is dead."""
_MOST = 1_000
"""Messages of one channel or thread; of more, the newest."""
_PAGE = 100
"""Messages; Discord gives no more at once:
https://discord.com/developers/docs/resources/message#get-channel-messages
"""
_PAUSE = 5.0
"""Seconds before what failed is tried again."""
_PATIENCE = 600.0
"""Seconds in which the last try may begin."""
_EVERY = 30.0
"""Seconds between two marks."""

Known = tuple[str, str]
"""A guild and a channel of it, or a direct conversation that counts to it."""


class Heard:
    """Up to when all that was said to a shard was taken in: a mark in the store for each.

    It moves while the shard is connected and nothing is missing: what came before its session
    was read, and what came since was taken in.
    """

    def __init__(self, marks: Marks, account: str, clock: Clock) -> None:
        self._marks, self._account, self._clock = marks, account, clock
        self._connected = set[int]()
        self._whole = set[int]()
        self._sessions = Counter[int]()
        self._taking = set[int]()

    def began(self, shard: int) -> None:
        """A new session: what was said before it is missing."""
        self._sessions[shard] += 1
        self._whole.discard(shard)
        self._connected.add(shard)

    def resumed(self, shard: int) -> None:
        """The session goes on, and what was said meanwhile was told."""
        self._connected.add(shard)

    def lost(self, shard: int) -> None:
        """The connection ended."""
        self._connected.discard(shard)

    def session(self, shard: int) -> int:
        """The number of the session that began last."""
        return self._sessions[shard]

    def completed(self, shard: int, session: int) -> None:
        """What was missing when this session began is taken in."""
        if session == self._sessions[shard]:
            self._whole.add(shard)

    @contextmanager
    def taking(self, message: int) -> Iterator[None]:
        """While a message is taken in, marks stay before it; if that fails, for good."""
        self._taking.add(message)
        yield
        self._taking.discard(message)

    async def until(self, shard: int) -> int | None:
        """The mark, in ms since 1970; None: there is none.

        Raises:
            StoreUnavailable: nobody knows.
        """
        return await self._marks.get(self._account, shard)

    async def run(self) -> None:
        """Move the marks, until cancelled."""
        while True:
            try:
                await self._move()
            except StoreError as error:  # nothing is lost: the older mark counts
                _log.warning("not marked", error=str(error))
            await self._clock.sleep(_EVERY)

    async def _move(self) -> None:
        for shard in self._connected & self._whole:
            now = min([self._clock.now(), *map(_ms, self._taking)])
            await self._marks.keep(self._account, shard, now)


class CatchUp:
    """Takes in what was missed, oldest first; what was not missed is known to the store.

    A mention in a channel that never knew the bot is lost while it is away.
    """

    def __init__(
        self, client: discord.AutoShardedClient, ways: Ways, intake: Intake, me: Me, heard: Heard
    ) -> None:
        self._client, self._ways, self._intake, self._me = client, ways, intake, me
        self._heard = heard

    async def run(self, shard: int) -> None:
        """Take in what the guilds of a shard missed before its session.

        What fails for a moment is tried again for ten minutes, then left to the next session.
        """
        session = self._heard.session(shard)
        missing = await self._missing(shard)
        end = self._ways.clock.monotonic() + _PATIENCE
        while missing := await self._round(missing):
            if self._ways.clock.monotonic() > end:
                _log.error("catch-up given up", shard=shard, channels=len(missing))
                return
            await self._ways.clock.sleep(_PAUSE)
        self._heard.completed(shard, session)

    async def _missing(self, shard: int) -> Mapping[Known, datetime]:
        """Since when to read what; asked of the store until it answers."""
        while True:
            try:
                return await self._since(shard)
            except StoreUnavailable as error:
                _log.warning("not caught up yet", error=str(error))
                await self._ways.clock.sleep(_PAUSE)

    async def _since(self, shard: int) -> Mapping[Known, datetime]:
        mark = await self._heard.until(shard)
        channels = await self._ways.conversations.channels(self._me.account)
        floor = self._ways.clock.now() / 1000 - _BACK
        return {
            (guild, channel): datetime.fromtimestamp(
                max((mark or last) / 1000 - _OVERLAP, floor), UTC
            )
            for (_, guild, channel), last in channels.items()
            if self._shard(guild, channel) == shard
        }

    def _shard(self, guild: str, channel: str) -> int:
        """Direct messages come to the first one."""
        found = self._client.get_guild(int(guild))
        known = found and (found.unavailable or found.get_channel(int(channel)))
        return found.shard_id if found and known else 0

    async def _round(self, missing: Mapping[Known, datetime]) -> Mapping[Known, datetime]:
        """Take in what can be; what is still missing."""
        failed, found = set[Known](), list[tuple[discord.Message, Known]]()
        for known, after in missing.items():
            with _tried(known, failed):
                for place in await self._places(known, after):
                    with _tried(known, failed):
                        found += [(one, known) for one in await self._read(place, known, after)]
        for message, known in sorted(found, key=lambda one: one[0].id):
            with _tried(known, failed):
                await self._intake.message(message)
        return {known: after for known, after in missing.items() if known in failed}

    async def _places(self, known: Known, after: datetime) -> Collection[discord.abc.Messageable]:
        """The channel and its threads, or the direct conversation, where something was said."""
        guild, channel = map(int, known)
        home = self._client.get_guild(guild)
        if home is not None and home.unavailable:
            raise PlatformUnavailable("the guild is not there yet")
        found = home and home.get_channel(channel)
        if home is None or found is None:
            return await self._direct(known, after)
        threads = (thread for thread in home.threads if thread.parent_id == channel)
        places = chain([found], threads)
        return [
            place
            for place in places
            if isinstance(place, discord.abc.Messageable) and _spoken(place, after)
        ]

    async def _direct(self, known: Known, after: datetime) -> Collection[discord.DMChannel]:
        await self._admitted(known)
        async with translated():
            direct = await self._client.fetch_channel(int(known[1]))
        return [direct] if isinstance(direct, discord.DMChannel) and _spoken(direct, after) else []

    async def _read(
        self, place: discord.abc.Messageable, known: Known, after: datetime
    ) -> list[discord.Message]:
        """What was said to the bot there."""
        page = await self._page(place, known, after, None)
        found = page
        while len(page) == _PAGE and len(found) < _MOST:
            page = await self._page(place, known, after, page[-1])
            found += page
        return [one for one in found if trigger(one, self._me)]

    async def _page(
        self,
        place: discord.abc.Messageable,
        known: Known,
        after: datetime,
        before: discord.Message | None,
    ) -> list[discord.Message]:
        """The newest first: of more than can be read, these count."""
        await self._admitted(known)
        history = place.history(limit=_PAGE, before=before, after=after, oldest_first=False)
        async with translated():
            return [one async for one in history]

    async def _admitted(self, known: Known) -> None:
        await self._ways.pacer.admit(ConversationKey("discord", *known), Call.OTHER, int)


@contextmanager
def _tried(known: Known, failed: set[Known]) -> Iterator[None]:
    """What Discord refuses for good is left out; what fails otherwise is noted."""
    try:
        yield
    except Undeliverable as error:
        _log.info("not caught up", channel=known[1], error=str(error))
    except (MessengerError, StoreError) as error:
        _log.info("not caught up yet", channel=known[1], error=str(error))
        failed.add(known)


def _ms(snowflake: int) -> int:
    """When a message was made, in ms since 1970."""
    return int(discord.utils.snowflake_time(snowflake).timestamp() * 1000)


def _spoken(place: object, after: datetime) -> bool:
    """Whether anything was said since; where nobody knows, perhaps."""
    last = getattr(place, "last_message_id", None)
    return last is None or discord.utils.snowflake_time(last) > after
