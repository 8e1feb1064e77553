"""Two things at once, and no task lost."""

import asyncio
from collections.abc import Coroutine
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


async def before(event: asyncio.Event, work: Coroutine[Any, Any, object]) -> bool:
    """Whether the work was done before the event came; else it was cancelled."""
    done = False

    async def do() -> None:
        nonlocal done
        await work
        done = True
        waiting.cancel()

    async def wait() -> None:
        await event.wait()
        doing.cancel()

    try:
        async with asyncio.TaskGroup() as group:
            doing, waiting = group.create_task(do()), group.create_task(wait())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return done


async def within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event, or so long; whether it came."""
    if seconds <= 0 or event.is_set():
        return event.is_set()
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
