"""The real clock; tests may pass another."""

import asyncio
import time


class SystemClock:
    """Wall time, and the running loop's monotonic time."""

    def now(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let other tasks run for so long."""
        await asyncio.sleep(seconds)  # noqa: TID251 - the one place
