"""The answer between the two tasks that it has: one reads the model, the other shows it."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

from bot.together import Signal, before, within


class Draft:
    """The answer as it grows: written by one task, read by another."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.length = 0
        """Characters that came so far."""
        self.asked = asyncio.Event()
        """The model is being asked, or it is known that it will not be."""
        self._begun = Signal()
        self._grown = asyncio.Event()
        self._closed = Signal()

    @property
    def text(self) -> str:
        """All that came so far."""
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    def add(self, text: str) -> None:
        """More came."""
        self._pieces.append(text)
        self.length += len(text)
        self._begun.set()
        self._grown.set()

    def stir(self) -> None:
        """What is there must be looked at again."""
        self._grown.set()

    def close(self) -> None:
        """Nothing more comes."""
        self._closed.set()
        self._begun.set()
        self._grown.set()

    async def is_asked(self) -> bool:
        """Wait until the model is asked; False: the draft was closed before."""
        return await before(self._closed, self.asked.wait()) or self.asked.is_set()

    async def more(self) -> bool:
        """Wait for text that was not looked at; False: nothing more comes."""
        await self._grown.wait()
        self._grown.clear()
        return not self._closed.is_set()

    async def gathers(self, length: int, seconds: float) -> None:
        """Wait for so many characters, or so long, or until nothing more comes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.length < length and await self.more():
                    pass
        self._grown.set()

    async def begins_within(self, seconds: float) -> bool:
        """Wait so long for the first text, or for the end."""
        return await within(self._begun, seconds)

    async def closes_within(self, seconds: float) -> bool:
        """Wait so long, or until nothing more comes (True)."""
        return await within(self._closed, seconds)

    async def unless_begun(self, work: Awaitable[object]) -> bool:
        """Do this, but leave it at once when the first text comes (False)."""
        return await before(self._begun, work)

    async def unless_closed(self, work: Awaitable[object]) -> bool:
        """Do this, but leave it at once when nothing more comes (False)."""
        return await before(self._closed, work)
