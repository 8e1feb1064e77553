"""Lines from a pipe or a file; see ``prompt`` for those of a person."""

from typing import BinaryIO, Protocol

from adapters.console.background import in_background


class Lines(Protocol):
    """Where lines come from."""

    async def read(self) -> str | None:
        """The next line; None: there are no more.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed instead of a line.
        """
        ...


class PipedLines:
    """Reads a line only when it is asked for; bytes that are no UTF-8 become lone surrogates."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    async def read(self) -> str | None:
        """The next line, however long; None: the input ended."""
        line = await in_background(self._source.readline)
        return line.decode("utf-8", "surrogateescape") if line else None
