"""A loopback Slack in a process of its own, which outlives any bot that is killed."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from tests.platforms import remote


@dataclass(frozen=True, slots=True)
class Remote(remote.Remote):
    """Everything that ``Slack`` can do."""

    async def limit(self, **rules: tuple[int, float] | tuple[int, float, bool] | None) -> None:
        """Change rate limits by method: ``limit(**{"chat.update": (50, 60.0)})``; None: none."""
        await self.ask("POST", "limits", **rules)

    async def sockets(self, what: str, **given: Any) -> None:
        """``cut``; ``refresh`` with ``reason``; ``set`` with ``down``, ``lifetime``, ``mute``."""
        await self.ask("POST", f"sockets/{what}", **given)


def running(*, scale: float = 1.0) -> AbstractAsyncContextManager[Remote]:
    """Start the process; it ends with the block."""
    return remote.started(Remote, "tests.platforms.slack", "--scale", str(scale))
