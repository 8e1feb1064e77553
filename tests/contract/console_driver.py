"""The terminal in the suite: its messenger on a pipe, and the real program behind pipes."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from adapters.console.inbound import place_of
from adapters.console.messenger import ConsoleMessenger
from adapters.console.screen import Pipe
from bot.messages import PartKey
from tests.contract.driver import LONGEST, Can, Ground
from tests.journeys.program import Program
from tests.platforms.model_server import ModelServer

CAN = frozenset[Can]()
_PATIENCE = 15.0
_WHOLE = re.compile(r"[^\n]\n\Z")
"""How what was written ends when an answer is finished."""


@asynccontextmanager
async def stage(ground: Ground) -> AsyncIterator["ConsoleStage"]:  # noqa: ARG001 - it needs no store
    """A pipe that somebody reads."""
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    with os.fdopen(theirs, "wb", buffering=0) as out:
        made = ConsoleStage(ConsoleMessenger(Pipe(out, sys.stderr.buffer)), ours)
        yield made
        made.close()


@asynccontextmanager
async def talk(ground: Ground) -> AsyncIterator["ConsoleTalk"]:
    """A chat; it ends with its input."""
    async with ModelServer() as model, asyncio.TaskGroup() as group:
        settings = {
            "REDIS_URL": ground.store,
            "OPENAI_BASE_URL": model.url,
            "THREADWISE_MAX_QUESTION": str(LONGEST),
            "THREADWISE_MODEL_RETRIES": "0",
        }
        program = Program(ground.home, settings)
        made = ConsoleTalk(await program.start(), model)
        group.create_task(made.listen())
        yield made
        try:
            await made.leave()
        finally:
            await program.end()


@dataclass(slots=True)
class ConsoleStage:
    """Keeps the promises of ``driver.Stage``."""

    messenger: ConsoleMessenger
    pipe: int
    _asked: int = 0
    _read: bytes = b""

    def key(self) -> PartKey:
        self._asked += 1
        return PartKey(place_of("stage"), f"q{self._asked}", 0)

    def texts(self) -> list[str]:
        with suppress(BlockingIOError):  # that was all
            while data := os.read(self.pipe, 1 << 16):
                self._read += data
        return [text.strip() for text in self._read.decode().split("\n\n") if text.strip()]

    def close(self) -> None:
        if self.pipe >= 0:
            os.close(self.pipe)
            self.pipe = -1


@dataclass(slots=True)
class ConsoleTalk:
    """Keeps the promises of ``driver.Talk``; what a command is told is no answer."""

    process: Process
    model: ModelServer
    _out: str = ""
    _asked: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Read what is written, until it ends."""
        assert self.process.stdout
        while data := await self.process.stdout.read(1 << 16):
            self._out += data.decode()
            self._news.set()

    def said(self) -> str:
        return self._out.strip()

    def writing(self) -> bool:
        return not _WHOLE.search(self._out)

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(_PATIENCE):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def ask(self, text: str, who: str = "ann") -> str:  # noqa: ARG002 - one keyboard for all
        self._type(text)
        self._asked += 1
        return str(self._asked)

    async def waits(self, question: str) -> None:
        """A line that was typed ahead is not read yet."""

    async def kept(self, turns: int) -> None:
        """The next line is read when the turn before it is kept."""

    async def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)

    async def command(self, name: str, argument: str = "", *, admin: bool = True) -> str:
        assert admin, "whoever sits there is one"
        before = self._out
        self._type(f"/{name} {argument}")
        await self.until(lambda: self._out != before and not self.writing())
        reply, self._out = self._out.removeprefix(before).strip(), before
        return reply

    async def leave(self) -> None:
        """End the input, and with it the chat."""
        assert self.process.stdin
        self.process.stdin.close()
        async with asyncio.timeout(_PATIENCE):
            await self.process.wait()

    def _type(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n".encode())
