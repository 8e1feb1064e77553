"""A dict that does not grow for ever: what a lost lease leaves behind goes some time."""

from collections import UserDict
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
_MOST = 10_000
"""More than ever runs at once in a process."""


class Bounded(UserDict[Key, Value]):
    """Of more than so many entries, the one that was set longest ago goes."""

    def __setitem__(self, key: Key, value: Value) -> None:
        self.data.pop(key, None)
        self.data[key] = value
        if len(self.data) > _MOST:
            del self.data[next(iter(self.data))]
