"""The real program in a process of its own, behind pipes or behind a terminal."""

import asyncio
import os
import pty
import re
import signal
import sys
import termios
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 40.0
"""For the program to come to where we want it."""
_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[@-Z=>\\-_])")


@dataclass(frozen=True)
class Result:
    """What a program that ended left behind."""

    out: str
    err: str
    status: int


@dataclass(frozen=True)
class Program:
    """How to start it: nothing of the tests' own environment reaches it but the path."""

    home: Path
    settings: Mapping[str, str]
    _started: list[Process] = field(default_factory=list)

    def having(self, **settings: str) -> "Program":
        """The same, with more settings."""
        return replace(self, settings={**self.settings, **settings})

    async def end(self) -> None:
        """End what is left of it where a test failed."""
        for process in self._started:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def start(self, *words: str, stdin: int = PIPE, stdout: int = PIPE) -> Process:
        """``chat`` with these words."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "chat", *words),
            stdin=stdin,
            stdout=stdout,
            stderr=PIPE if stdout == PIPE else stdout,
            cwd=self.home,
            env={
                "PATH": os.defpath,
                "PYTHONPATH": str(ROOT),
                "THREADWISE_DATA_DIR": str(self.home / "data"),
                "THREADWISE_LEASE": "1s",
                "THREADWISE_SWEEP": "0.2s",
                "TERM": "xterm",
                **_measured(),
                **self.settings,
            },
            start_new_session=True,
        )
        self._started.append(process)
        return process

    async def pipe(self, typed: str | bytes, *words: str) -> Result:
        """Feed it these lines, and wait until it ends."""
        process = await self.start(*words)
        data = typed.encode() if isinstance(typed, str) else typed
        async with asyncio.timeout(SECONDS):
            out, err = await process.communicate(data)
        return Result(out.decode(), err.decode(), await process.wait())

    @asynccontextmanager
    async def terminal(self, *words: str, stdin: int | None = None) -> AsyncIterator["Typist"]:
        """It runs in a terminal of 80 by 24; its input may be something else."""
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        process = await self.start(*words, stdin=stdin or theirs, stdout=theirs)
        os.close(theirs)
        typist = Typist(process, ours)
        asyncio.get_running_loop().add_reader(ours, typist.take)
        try:
            yield typist
        finally:
            typist.close()


def _measured() -> dict[str, str]:
    """What tells a process that its coverage is measured."""
    inherited = os.environ.items()  # noqa: TID251 - the tests' own, not the program's
    return {name: value for name, value in inherited if name.startswith("COVERAGE_")}


@dataclass
class Typist:
    """Somebody at a terminal: types, and reads what came after the last thing that they read."""

    process: Process
    keyboard: int
    raw: bytes = b""
    _read: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def seen(self) -> str:
        """All that was written, without escape sequences."""
        return _ESCAPES.sub("", self.raw.decode(errors="replace"))

    def take(self) -> None:
        """More came."""
        with suppress(OSError):  # what Linux says when the other end is closed
            self.raw += os.read(self.keyboard, 65536)
        self._news.set()

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.keyboard, keys.encode())

    async def sees(self, text: str) -> None:
        """Wait until this is written, behind what was waited for before."""
        async with asyncio.timeout(SECONDS):
            while (at := self.seen.find(text, self._read)) < 0:
                self._news.clear()
                await self._news.wait()
        self._read = at + len(text)

    def close(self) -> None:
        """Close the window; it may be closed already."""
        if self.keyboard >= 0:
            asyncio.get_running_loop().remove_reader(self.keyboard)
            os.close(self.keyboard)
            self.keyboard = -1

    async def left(self) -> int:
        """Wait for its end; the exit status."""
        async with asyncio.timeout(SECONDS):
            return await self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)
