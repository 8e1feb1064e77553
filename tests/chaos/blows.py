"""What is done to a process at one of its requests."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_TOKENS = 20
"""Chunks of a streamed reply behind which it is cut."""


class Blow(StrEnum):
    """What hits the process that sends a request."""

    KILL_BEFORE = "killed before"
    """The request never arrives."""
    KILL_AFTER = "killed after"
    """The server did it, and the reply never arrives."""
    KILL_AMID = "killed amid"
    """Some of the streamed reply arrived."""
    FREEZE_BEFORE = "frozen before"
    """The request arrives when another process has finished everything; then it wakes up."""
    FREEZE_LATE = "frozen late"
    """Likewise, but the request arrives shortly after it woke up."""
    FREEZE_AFTER = "frozen after"
    """The request is done; it wakes up when another process has finished everything."""
    LOST = "reply lost"
    """The server did it, the connection breaks, and the process lives on."""

    @property
    def kills(self) -> bool:
        """Whether the process never wakes up."""
        return self in {Blow.KILL_BEFORE, Blow.KILL_AFTER, Blow.KILL_AMID}

    @property
    def freezes(self) -> bool:
        """Whether the process wakes up when another one has finished everything."""
        return self in {Blow.FREEZE_BEFORE, Blow.FREEZE_LATE, Blow.FREEZE_AFTER}


_ON_THE_WAY = frozenset({Blow.KILL_BEFORE, Blow.FREEZE_BEFORE, Blow.FREEZE_LATE})
"""Those that hold the request, not its reply."""


@dataclass
class Barrier:
    """A gate that writes down what passes, and holds one request or its reply up."""

    label: str | None = None
    blow: Blow = Blow.KILL_BEFORE
    labels: list[str] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    _tokens: int = 0

    async def request(self, label: str) -> None:
        """Hold it, where it shall not arrive yet."""
        self.labels.append(label)
        if label == self.label and self.blow in _ON_THE_WAY:
            await self._hold()

    async def reply(self, label: str, data: bytes) -> None:
        """Hold it, where it shall not be known yet.

        Raises:
            ConnectionError: it shall never be known.
        """
        if label != self.label:
            return
        self._tokens += data.count(b"data:")
        amid = self.blow is Blow.KILL_AMID and self._tokens > _TOKENS
        if amid or self.blow in {Blow.KILL_AFTER, Blow.FREEZE_AFTER}:
            await self._hold()
        elif self.blow is Blow.LOST:
            self.reached.set()
            raise ConnectionError

    async def hit(self, finished: Coroutine[Any, Any, object]) -> bool:
        """Wait until the point is reached; False: all was finished without it."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.reached.wait()), group.create_task(finished)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        return self.reached.is_set()

    async def _hold(self) -> None:
        self.reached.set()
        await self.opened.wait()
