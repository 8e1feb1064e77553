"""A worker's right to one conversation until a time, as seen from inside the turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from bot.errors import LeaseLost, StoreUnavailable
from bot.outcomes import LOST
from bot.ports import Clock

T = TypeVar("T")
_PAUSE = 0.5
"""Seconds between two tries of a store that does not answer."""


class Lease:
    """Ends ahead of the lease in the store, by a clock that no one can set.

    ``until`` is read before the claim was sent, so that a slow reply shortens the lease.
    """

    def __init__(self, clock: Clock, until: float) -> None:
        self._clock = clock
        self._until = until
        self._held: asyncio.Timeout | None = None
        self._asking: asyncio.Timeout | None = None
        self.stop = ""
        """Why the answer shall stop, once somebody asked for it."""

    def check(self) -> None:
        """Look once more, right before a request.

        Raises:
            LeaseLost: the time is over, whether or not anybody noticed yet.
        """
        if self._clock.monotonic() >= self._until:
            raise LeaseLost

    def renewed(self, until: float, state: str) -> None:
        """Take over what a renewal said: a later end, a wish to stop, or that it is lost."""
        self._until = 0.0 if state == LOST else until
        if self._held and not self._held.expired():
            self._held.reschedule(self._until)
        if state != LOST:
            self.stop = state
        if self.stop and self._asking and not self._asking.expired():
            self._asking.reschedule(0.0)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Run a block for as long as the lease is held, renewals included.

        Raises:
            LeaseLost: it ended, and the block was cancelled wherever it was.
        """
        try:
            async with asyncio.timeout_at(self._until) as self._held:
                yield
        except TimeoutError as error:
            if self._held and self._held.expired():
                raise LeaseLost from error
            raise
        finally:
            self._held = None

    @contextmanager
    def unbounded(self) -> Iterator[None]:
        """The end of the lease cancels nothing within this block: its call looks at the fence."""
        held, self._held = self._held, None
        if held:
            held.reschedule(None)
        try:
            yield
        finally:
            self._held = held
            if held:
                held.reschedule(self._until)

    async def insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Ask a store that may be away for a moment, until it answers or the lease is over."""
        while True:
            try:
                return await call()
            except StoreUnavailable:
                await self._clock.sleep(_PAUSE)

    @asynccontextmanager
    async def asking(self, seconds: float) -> AsyncIterator[None]:
        """Run a block until a stop is asked for.

        Raises:
            TimeoutError: it was, or ``seconds`` have passed; the block was cancelled.
        """
        try:
            async with asyncio.timeout(0 if self.stop else seconds) as self._asking:
                yield
        finally:
            self._asking = None
