"""What was read a moment ago, so that it need not be read at once again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from bot.ports import Clock

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """A reader that remembers: what it tells was true at most so many seconds ago."""

    def __init__(
        self,
        read: Callable[[Key], Awaitable[Value]],
        clock: Clock,
        seconds: float,
        most: int = 1_000,
    ) -> None:
        """``most``: how many keys are remembered; then the one read longest ago goes."""
        self._read = read
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._kept: dict[Key, tuple[float, Value]] = {}
        self._reading = WeakValueDictionary[Key, asyncio.Lock]()

    async def get(self, key: Key) -> Value:
        """What ``read`` says, once for all who ask meanwhile; what it raises is not remembered."""
        if not (kept := self._fresh(key)):
            async with self._reading.setdefault(key, asyncio.Lock()):
                kept = self._fresh(key) or await self._renewed(key)
        return kept[1]

    def _fresh(self, key: Key) -> tuple[float, Value] | None:
        kept = self._kept.get(key)
        return kept if kept and self._clock.monotonic() < kept[0] else None

    async def _renewed(self, key: Key) -> tuple[float, Value]:
        until = self._clock.monotonic() + self._seconds
        value = until, await self._read(key)
        self._kept.pop(key, None)
        self._kept[key] = value
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return value
