"""A dict that forgets by itself."""

from collections.abc import Callable
from typing import Generic, TypeVar

from bot.ports import Clock

V = TypeVar("V")
_MEMORY = 60.0
"""Seconds; longer than any window of a platform that we wait for."""


class Fading(Generic[V]):
    """A value for each name, made when it is asked for, dropped when nobody did for a minute."""

    def __init__(self, make: Callable[[str], V], clock: Clock) -> None:
        self._make = make
        self._clock = clock
        self._kept: dict[str, tuple[V, float]] = {}

    def __getitem__(self, name: str) -> V:
        now = self._clock.monotonic()
        value = self._kept.pop(name)[0] if name in self._kept else self._make(name)
        self._kept[name] = value, now + _MEMORY
        while self._oldest() < now:
            del self._kept[next(iter(self._kept))]
        return value

    def __len__(self) -> int:
        return len(self._kept)

    def _oldest(self) -> float:
        return next(iter(self._kept.values()))[1]
