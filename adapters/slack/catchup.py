"""What people asked while the bot did not hear: read from the channels that it knows."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack import inbound
from adapters.slack.homes import Homes
from adapters.slack.inbound import PLATFORM
from adapters.slack.intake import Intake
from adapters.slack.rest import translated
from adapters.slack.ways import Ways
from bot.errors import (
    MessengerError,
    PlatformBusy,
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
_THREADS = 7 * 24 * 3600
"""Seconds before what was missed; threads that began earlier are not looked into."""
_OVERLAP = 120
"""Seconds before the mark: the library takes 40 to find out that a connection is dead."""
_MOST = 1_000
"""Messages of one channel or thread; of a channel's, the newest."""
_PAGE = 200
"""Messages; more are not recommended:
https://docs.slack.dev/reference/methods/conversations.history
"""
_PAUSE = 5.0
"""Seconds before what failed is tried again."""
_PATIENCE = 600.0
"""Seconds in which the last try may begin."""
_EVERY = 30_000
"""Milliseconds between two marks."""
_SHARD = 0
"""Slack has one stream of events; any connection gets any of them."""

Event = dict[str, Any]
Ask = Callable[[str | None], Awaitable[AsyncSlackResponse]]
"""A call for the page at a cursor."""


class Heard:
    """Up to when all that was said was taken in: a mark in the store.

    It moves while somebody listens and nothing is missing.
    """

    def __init__(self, marks: Marks, account: str, clock: Clock) -> None:
        self._marks, self._account, self._clock = marks, account, clock
        self._hears = self._whole = False
        self._mark: int | None = None
        self.gap = asyncio.Event()
        """Something may have been missed since the mark."""

    async def look(self, *, connected: bool) -> None:
        """Say every few seconds whether events come in."""
        if connected and not self._hears:
            self._whole = False
            self.gap.set()
        self._hears = connected
        if connected and self._whole:
            await self._move()

    def missed(self) -> None:
        """An event was not taken in; what prevents that may outlast Slack's tries."""
        self._hears = False

    def completed(self) -> None:
        """What was missing is taken in."""
        self._whole = not self.gap.is_set()

    async def until(self) -> int | None:
        """The mark, in ms since 1970; None: there is none.

        Another process may have moved the one in the store past what this one missed.

        Raises:
            StoreUnavailable: nobody knows.
        """
        return self._mark or await self._marks.get(self._account, _SHARD)

    async def _move(self) -> None:
        now = self._clock.now()
        if now - (self._mark or 0) < _EVERY:
            return
        try:
            await self._marks.keep(self._account, _SHARD, now)
            self._mark = now
        except StoreError as error:  # nothing is lost: the older mark counts
            _log.warning("not marked", error=str(error))


class CatchUp:
    """Takes in what was missed; what was not is known to the store.

    Of a channel first what is new, then what goes on in its threads, each oldest first.

    A mention in a channel that never knew the bot is lost, if nobody hears it within minutes.
    """

    def __init__(self, homes: Homes, ways: Ways, intake: Intake, heard: Heard) -> None:
        self._client, self._me = homes.client, homes.me
        self._ways, self._intake, self._heard = ways, intake, heard

    async def run(self) -> None:
        """Fill every gap, until cancelled."""
        while True:
            await self._heard.gap.wait()
            self._heard.gap.clear()
            await self._fill()

    async def _fill(self) -> None:
        """What fails for a moment is tried again for ten minutes, then left to the next gap."""
        missing = await self._missing()
        end = self._ways.clock.monotonic() + _PATIENCE
        while missing := await self._round(missing):
            if self._ways.clock.monotonic() > end:
                _log.error("catch-up given up", channels=len(missing))
                return
            await self._ways.clock.sleep(_PAUSE)
        self._heard.completed()

    async def _missing(self) -> Mapping[str, float]:
        """Since when to read what; asked of the store until it answers."""
        while True:
            try:
                return await self._since()
            except StoreUnavailable as error:
                _log.warning("not caught up yet", error=str(error))
                await self._ways.clock.sleep(_PAUSE)

    async def _since(self) -> Mapping[str, float]:
        """The channel where the bot was called last comes first."""
        mark = await self._heard.until()
        channels = await self._ways.conversations.channels(self._me.account)
        floor = self._ways.clock.now() / 1000 - _BACK
        return {
            channel: max((mark or last) / 1000 - _OVERLAP, floor)
            for (_, _, channel), last in sorted(channels.items(), key=lambda one: -one[1])
        }

    async def _round(self, missing: Mapping[str, float]) -> Mapping[str, float]:
        """Take in what can be, channel by channel; what is still missing."""
        failed = set[str]()
        for channel, after in missing.items():
            with _tried(channel, failed):
                await self._channel(channel, after, failed)
        return {channel: after for channel, after in missing.items() if channel in failed}

    async def _channel(self, channel: str, after: float, failed: set[str]) -> None:
        """What was said there since, then in the threads that go on; of these, Slack has no list.

        https://docs.slack.dev/messaging/retrieving-messages
        """
        news = await self._history(channel, after)
        await self._take(channel, news, failed)
        older = await self._history(channel, after - _THREADS, after)
        for root in (*older, *news):
            if float(root.get("latest_reply", 0)) > after:
                replies = await self._replies(channel, root["ts"], after)
                await self._take(channel, replies, failed)

    async def _take(self, channel: str, said: Sequence[Event], failed: set[str]) -> None:
        """What was said to the bot, oldest first."""
        for one in sorted(said, key=itemgetter("ts")):
            event = {**one, "channel": channel}
            if inbound.trigger(event, self._me):
                with _tried(channel, failed):
                    await self._intake.message(event)

    async def _history(
        self, channel: str, after: float, before: float | None = None
    ) -> list[Event]:
        latest = f"{before:.6f}" if before else None
        return await self._pages(
            channel,
            lambda cursor: self._client.conversations_history(
                channel=channel, oldest=f"{after:.6f}", latest=latest, limit=_PAGE, cursor=cursor
            ),
        )

    async def _replies(self, channel: str, root: str, after: float) -> list[Event]:
        """Those since then; Slack puts the first message of the thread before them."""
        found = await self._pages(
            channel,
            lambda cursor: self._client.conversations_replies(
                channel=channel, ts=root, oldest=f"{after:.6f}", limit=_PAGE, cursor=cursor
            ),
        )
        return [one for one in found if one["ts"] != root]

    async def _pages(self, channel: str, ask: Ask) -> list[Event]:
        found, cursor = list[Event](), None
        while len(found) < _MOST:
            page = await self._page(channel, ask, cursor)
            found += page["messages"]
            cursor = (page["response_metadata"] or {}).get("next_cursor")
            if not cursor:
                break
        return found

    async def _page(self, channel: str, ask: Ask, cursor: str | None) -> AsyncSlackResponse:
        here = ConversationKey(PLATFORM, self._me.team, channel)
        await self._ways.pacer.admit(here, Call.OTHER, int)
        try:
            async with translated():
                return await ask(cursor)
        except PlatformBusy as error:
            await self._ways.clock.sleep(error.retry_after)
            raise


@contextmanager
def _tried(channel: str, failed: set[str]) -> Iterator[None]:
    """What Slack refuses for good is left out, as is a bug; what fails otherwise is noted."""
    try:
        yield
    except Undeliverable as error:
        _log.info("not caught up", channel=channel, error=str(error))
    except (MessengerError, StoreError) as error:
        _log.info("not caught up yet", channel=channel, error=str(error))
        failed.add(channel)
    except Exception:  # noqa: BLE001 - as with events: one that hits a bug does not end the others
        _log.exception("not caught up", channel=channel)
