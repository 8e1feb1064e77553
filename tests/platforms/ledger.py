"""What every platform's server has: a ledger of its calls, and waiting without sleeping."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Call:
    """One line of the ledger."""

    at: float
    """``time.monotonic()`` of its arrival."""
    method: str
    path: str
    route: str
    """The route's short name; on Slack, the method's."""
    channel: str
    body: Any
    status: int = 0
    """0: not answered."""
    code: int = 0
    """Discord's own number of an error."""
    error: str = ""
    """Slack's own name of an error."""
    done: float | None = None
    limited: str = ""
    """Which of the server's limits refused it; "": none did."""


class Watched:
    """Something that changes, and wakes who waits for it."""

    def __init__(self) -> None:
        self.changes = 0
        """How often anything changed."""
        self._changed = asyncio.Event()

    def touch(self) -> None:
        """Wake who waits for a change."""
        self.changes += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, holds: Callable[[], object], seconds: float | None = 15) -> None:
        """Wait until something is true; seconds None: for ever.

        Raises:
            TimeoutError: it is not, within these seconds.
        """
        async with asyncio.timeout(seconds):
            while not holds():
                await self._changed.wait()
