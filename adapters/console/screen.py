"""What a chat writes on; here into a pipe or a file, in ``terminal`` on a screen."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import BinaryIO, Protocol

from adapters.console.background import in_background
from bot.errors import Undeliverable


class Screen(Protocol):
    """Answers, one after the other, and what is said around them.

    Every call may raise Undeliverable: nobody reads any more; or PlatformUnavailable: this
    window is closed, but another can be opened.
    """

    async def begin(self) -> None:
        """A new answer begins."""
        ...

    async def show(self, text: str) -> None:
        """So far has the answer come: it only grows."""
        ...

    async def close(self, text: str) -> None:
        """This is the whole answer. Said again, it has the effect of once."""
        ...

    async def say(self, text: str) -> None:
        """A whole answer at once, in Markdown."""
        ...

    async def note(self, text: str) -> None:
        """Something that is no answer, as plain text; "" is nothing."""
        ...

    async def working(self, text: str) -> None:
        """The question waits for its answer's first text, and why if ``text`` says so."""
        ...

    def at_prompt(self) -> AbstractContextManager[None]:
        """While a line is awaited."""
        ...


@contextmanager
def somebody_reads() -> Iterator[None]:
    """Translate what a closed or full output raises.

    Raises:
        Undeliverable: it was not written.
    """
    try:
        yield
    except OSError as error:
        raise Undeliverable(str(error)) from error


class Pipe:
    """Answers to ``out``, a blank line between two; everything else to ``err``."""

    def __init__(self, out: BinaryIO, err: BinaryIO) -> None:
        self._out = out
        self._err = err
        self._shown = ""
        self._open = False
        self._used = False
        self._working = ""

    async def begin(self) -> None:
        """Leave a blank line behind the answer before."""
        end = "\n\n" if self._open else "\n"
        await self._write(self._out, end * self._used)
        self._shown, self._open, self._used = "", True, True

    async def show(self, text: str) -> None:
        """Write what is new."""
        new, self._shown = text[len(self._shown) :], text
        await self._write(self._out, new)

    async def close(self, text: str) -> None:
        """Write the rest, and end the line."""
        await self.show(text)
        await self._write(self._out, "\n" * (self._open and not text.endswith("\n")))
        self._open = False

    async def say(self, text: str) -> None:
        """Write an answer."""
        await self.begin()
        await self.close(text)

    async def note(self, text: str) -> None:
        """Write a line to ``err``."""
        await self._write(self._err, f"{text}\n" * bool(text))

    async def working(self, text: str) -> None:
        """Say once why it takes long, where there is more to say than that."""
        if text and text != self._working:
            await self.note(text)
        self._working = text

    def at_prompt(self) -> AbstractContextManager[None]:
        """Nothing changes: a pipe has no prompt."""
        return nullcontext()

    async def _write(self, file: BinaryIO, text: str) -> None:
        if text:
            with somebody_reads():
                await in_background(partial(_write_all, file, text.encode(errors="replace")))


def _write_all(file: BinaryIO, data: bytes) -> None:
    """Without a buffer: one that cannot be emptied complains when the program ends."""
    while data:
        data = data[os.write(file.fileno(), data) :]
