"""A loopback model in a process of its own, whose every word is the time at which it is sent.

Times are milliseconds of ``time.monotonic()``, which all processes of one machine share. The
first word says when the newest request arrived: it is this one, where one is asked at a time.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from subprocess import PIPE

from tests.platforms.model_server import ModelServer, Reply

FIRST = 0.4
"""Seconds until the first word."""


@dataclass(frozen=True, slots=True)
class Speech:
    """How the model speaks."""

    words: int
    rate: float
    """Words a second."""


class Answer(list[str]):
    """Its words are made one by one: all but the first are sent a pause after that."""

    def __init__(self, server: ModelServer, speech: Speech) -> None:
        super().__init__([""] * speech.words)
        self._server, self._pause = server, 1 / speech.rate

    def __iter__(self) -> Iterator[str]:
        """The time of the request with the first word, then the others."""
        yield _word(self._server.requests[-1].at) + _word(time.monotonic())
        for _ in range(len(self) - 1):
            yield _word(time.monotonic() + self._pause)


def _word(seconds: float) -> str:
    return f"{seconds * 1000:.0f} "


@asynccontextmanager
async def model(speech: Speech) -> AsyncIterator[str]:
    """Run it for as long as the block does; its base URL."""
    words = (sys.executable, "-m", "bench.discord_model", f"{speech.words}", f"{speech.rate}")
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
    try:
        assert process.stdout  # noqa: S101 - for the type checker: it is a pipe
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def _serve(speech: Speech) -> None:
    server = ModelServer()
    server.default = Reply(Answer(server, speech), first=FIRST, delay=1 / speech.rate)
    async with server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    number, rate = sys.argv[1:]
    asyncio.run(_serve(Speech(int(number), float(rate))))
