"""A delivery's calls to its platform: paced, within the lease, repeated where that helps."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from bot.errors import PlatformBusy, PlatformUnavailable
from bot.lease import Lease
from bot.messages import ConversationKey
from bot.outcomes import Call
from bot.ports import Clock, Pacer

P = ParamSpec("P")
T = TypeVar("T")
_PAUSE = 1.0
"""Seconds before a call that failed on its way is made again."""
_PATIENCE = 60.0
"""Seconds that a platform may fail before the answer is left to a later attempt."""


class Caller:
    """Makes the calls of one answer; they never overlap."""

    def __init__(self, where: ConversationKey, lease: Lease, pacer: Pacer, clock: Clock) -> None:
        self._where = where
        self._lease, self._pacer, self._clock = lease, pacer, clock
        self._admitted: Call | None = None
        self._busy_until = 0.0
        self.touched: int | None = None
        """The part that the last post or edit was about."""

    async def admit(self, kind: Call, unread: Callable[[], int] = int) -> None:
        """Wait for the place of the next call; one that was given and not used still holds."""
        if self._admitted is not kind:
            if (wait := self._busy_until - self._clock.monotonic()) > 0:
                await self._clock.sleep(wait)
            await self._pacer.admit(self._where, kind, unread)
        self._admitted = kind

    async def once(
        self,
        number: int,
        kind: Call,
        call: Callable[P, Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Make a call about a part, when its time has come.

        Raises:
            LeaseLost: the lease ended meanwhile: nothing was sent.
            MessengerError: what the call raised.
        """
        await self.admit(kind)
        self._admitted = None
        self._lease.check()
        if kind is not Call.OTHER:
            self.touched = number
        try:
            return await call(*args, **kwargs)
        except PlatformBusy as busy:
            self._busy_until = self._clock.monotonic() + busy.retry_after
            raise
        except PlatformUnavailable:
            self._busy_until = self._clock.monotonic() + _PAUSE
            raise

    async def surely(
        self, work: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do what consists of such calls, again and again while the platform fails for a moment.

        Raises:
            PlatformBusy, PlatformUnavailable: it failed for a minute.
        """
        patience = self._clock.monotonic() + _PATIENCE
        while True:
            try:
                return await work(*args, **kwargs)
            except (PlatformBusy, PlatformUnavailable) as error:
                if self._clock.monotonic() > patience:
                    raise
                await self._clock.sleep(getattr(error, "retry_after", _PAUSE))
