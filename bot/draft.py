"""The answer between the two tasks that it has: one reads the model, the other shows it."""

import asyncio


class Draft:
    """The answer as it grows: written by one task, read by another."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._grown = asyncio.Event()
        self._closed = asyncio.Event()

    @property
    def text(self) -> str:
        """All that came so far."""
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    def add(self, text: str) -> None:
        """More came."""
        self._pieces.append(text)
        self._grown.set()

    def close(self) -> None:
        """Nothing more comes."""
        self._closed.set()
        self._grown.set()

    async def more(self) -> bool:
        """Wait for text that was not looked at; False: nothing more comes."""
        await self._grown.wait()
        self._grown.clear()
        return not self._closed.is_set()

    async def closes_within(self, seconds: float) -> bool:
        """Wait so long, or until nothing more comes (True)."""
        if seconds <= 0:
            return self._closed.is_set()
        try:
            async with asyncio.timeout(seconds):
                return await self._closed.wait()
        except TimeoutError:
            return False
