"""Two things at once, and no task lost."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def together(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Both results; or the first error, as it was raised, once the other has been stopped."""
    try:
        async with asyncio.TaskGroup() as group:
            one, other = group.create_task(first), group.create_task(second)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return one.result(), other.result()


class Signal(asyncio.Event):
    """An event that work can be left for."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: set[asyncio.Timeout] = set()
        """Of the work that is left when it comes."""

    def set(self) -> None:
        """It came."""
        super().set()
        while self.ends:
            self.ends.pop().reschedule(0.0)


async def before(signal: Signal, work: Awaitable[object]) -> bool:
    """Whether the work was done before the signal came; else it was cancelled."""
    end = asyncio.timeout(0.0 if signal.is_set() else None)
    try:
        async with end:
            signal.ends.add(end)
            await work
    except TimeoutError:
        if not end.expired():  # it was the work's own
            raise
    finally:
        signal.ends.discard(end)
    return not end.expired()


async def within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event, or so long; whether it came."""
    if seconds <= 0 or event.is_set():
        return event.is_set()
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
