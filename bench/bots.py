"""Bots in processes of their own, and what they cost."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE

import psutil
from pydantic import BaseModel

TRIP = 0.08
"""Seconds of a round trip to the platform."""
LOOK = 0.1
"""Seconds between two looks at whether all are answered, and at the memory."""


@dataclass
class Bots:
    """The processes of one kind of bot."""

    processes: list[psutil.Process] = field(default_factory=list)
    memory: int = 0
    """Bytes, of the largest at the most."""
    said: list[str] = field(default_factory=list)
    """What each printed, once it has ended."""

    @property
    def cpu(self) -> float:
        """Seconds, of all."""
        times = [process.cpu_times() for process in self.processes]
        return float(sum(one.user + one.system for one in times))

    def look(self) -> None:
        """Take note of their memory."""
        self.memory = max(self.memory, *(one.memory_info().rss for one in self.processes))

    @asynccontextmanager
    async def one(self, module: str, given: BaseModel, home: Path) -> AsyncIterator[None]:
        """One more, for as long as the block runs; its log is in its home."""
        words = (sys.executable, "-m", module, given.model_dump_json())
        with (home / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(*words, stdout=PIPE, stderr=log)
        own = psutil.Process(process.pid)
        self.processes.append(own)
        try:
            yield
        finally:
            self.processes.remove(own)
            process.terminate()
            said, _ = await process.communicate()
            self.said.append(said.decode())
