"""A platform's server in a process of its own, which outlives any bot that is killed."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import aiohttp

from tests.platforms.control import Json
from tests.platforms.faults import Fault

R = TypeVar("R", bound="Remote")


@dataclass(frozen=True, slots=True)
class RemoteHold:
    """A gate on one request; see ``faults.Hold``."""

    remote: "Remote"
    number: int

    async def reached(self) -> Json:
        """Wait until a request stands there; its line of the ledger."""
        call: Json = await self.remote.ask("GET", f"holds/{self.number}")
        return call

    async def go(self) -> None:
        """Let it pass."""
        await self.remote.ask("POST", f"holds/{self.number}", drop=False)

    async def drop(self) -> None:
        """Let it never arrive, or its reply never come."""
        await self.remote.ask("POST", f"holds/{self.number}", drop=True)


@dataclass(frozen=True, slots=True)
class Remote:
    """Everything that the server can do, asked over HTTP; things come as JSON."""

    url: str
    http: aiohttp.ClientSession

    async def ask(self, method: str, path: str, **given: Any) -> Any:
        """One control call; the reply's JSON."""
        address = f"{self.url}/control/{path}"
        async with self.http.request(method, address, json=given, raise_for_status=True) as said:
            return await said.json() if said.status != 204 else None

    async def do(self, name: str, *args: Any, **given: Any) -> Any:
        """What a person does: ``await remote.do("say", "general", "ann", "hello")``.

        Messages and interactions are given by id; a file is a dict with ``name``,
        ``content_type`` and its ``data`` in base64.
        """
        return await self.ask("POST", f"do/{name}", args=args, **given)

    async def set(self, **settings: Any) -> None:
        """Change ``latency`` …: the names of the platform's ``control.SETTINGS``."""
        await self.ask("POST", "set", **settings)

    async def fault(self, pattern: str, fault: Fault, **how: Any) -> None:
        """See the server's ``fault``; gates are not faults here, but ``pause``."""
        await self.ask("POST", "fault", pattern=pattern, fault=asdict(fault), **how)

    async def pause(
        self, pattern: str, *, nth: int = 1, after: bool = False, channel: str = ""
    ) -> RemoteHold:
        """See the server's ``pause``."""
        how = {"nth": nth, "after": after, "channel": channel}
        made = await self.ask("POST", "pause", pattern=pattern, **how)
        return RemoteHold(self, made["number"])

    async def state(self, after: int = -1) -> Json:
        """Everything, once there were more than so many changes."""
        shown: Json = await self.ask("GET", f"state?after={after}")
        return shown

    async def until(self, holds: Callable[[Json], object], seconds: float = 15) -> Json:
        """Wait until something is true of the state; that state.

        Raises:
            TimeoutError: it is not, within these seconds.
        """
        async with asyncio.timeout(seconds):
            shown = await self.state()
            while not holds(shown):
                shown = await self.state(shown["changes"])
        return shown


@asynccontextmanager
async def started(
    kind: Callable[[str, aiohttp.ClientSession], R], module: str, *more: str
) -> AsyncIterator[R]:
    """Start the process; it ends with the block."""
    words = (sys.executable, "-m", module, "--port", "0", *more)
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    try:
        url = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as http:
            yield kind(url, http)
    finally:
        process.terminate()
        await process.wait()
