"""What was read a moment ago, so that it need not be read at once again."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

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

    async def get(self, key: Key) -> Value:
        """What ``read`` says; whatever it raises is not remembered."""
        now = self._clock.monotonic()
        kept = self._kept.get(key)
        if kept and now < kept[0]:
            return kept[1]
        return await self._renewed(key, now + self._seconds)

    async def _renewed(self, key: Key, until: float) -> Value:
        value = await self._read(key)
        self._kept.pop(key, None)
        self._kept[key] = until, value
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return value
