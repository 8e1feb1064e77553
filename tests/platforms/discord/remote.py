"""A loopback Discord in a process of its own, which outlives any bot that is killed."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from tests.platforms import remote


@dataclass(frozen=True, slots=True)
class Remote(remote.Remote):
    """Everything that ``Discord`` can do."""

    async def limit(self, **rules: tuple[int, float] | None) -> None:
        """Change rate limits by route: ``create=(5, 5.0)``; ``token`` is the one for all."""
        await self.ask("POST", "limits", **rules)

    async def gateway(self, what: str, **given: Any) -> None:
        """``cut``, ``close`` (with a ``code``), ``reconnect`` or ``invalidate``."""
        await self.ask("POST", f"gateway/{what}", **given)


def running() -> AbstractAsyncContextManager[Remote]:
    """Start the process; it ends with the block."""
    return remote.started(Remote, "tests.platforms.discord")
