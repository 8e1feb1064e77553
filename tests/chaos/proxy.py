"""A recording proxy: names every request that passes, and asks before it forwards or relays it."""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

import storage
from tests.platforms.discord.server import API

Reader = asyncio.StreamReader
Read = Callable[[Reader], Awaitable[tuple[str, bytes]]]
"""Reads one request: its name, and its bytes."""
Stream = tuple[Reader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Stream]]

METHODS = "/api/"
"""Where the loopback Slack's methods are."""
ONCE = frozenset({"ready", "renew", "ping", "get /events", "connect", "zrange"})
"""What is sent again and again: only its first time gets a label."""


class Gate(Protocol):
    """Sees what passes; as long as it waits, that connection does."""

    async def request(self, label: str) -> None:
        """Before a request is forwarded."""
        ...

    async def reply(self, label: str, data: bytes) -> None:
        """Before these bytes of its reply are relayed."""
        ...


@dataclass
class Labels:
    """Numbers the requests of all proxies of one run."""

    seen: Counter[str] = field(default_factory=Counter)

    def next(self, server: str, name: str) -> str:
        """``server:name#n``, or "" for another one of what is sent again and again."""
        full = f"{server}:{name}"
        self.seen[full] += 1
        number = self.seen[full]
        return "" if name in ONCE and number > 1 else f"{full}#{number}"


@asynccontextmanager
async def proxy(
    server: str, connect: Connect, read: Read, gate: Gate, labels: Labels
) -> AsyncIterator[int]:
    """A TCP port on loopback before a server."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: Reader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with suppress(asyncio.CancelledError):
            await _Pass(server, read, gate, labels).run((reader, writer), await connect())
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**22)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)


@dataclass
class _Pass:
    """One connection."""

    server: str
    read: Read
    gate: Gate
    labels: Labels
    sent: list[str] = field(default_factory=list)
    """What no reply was seen to."""

    async def run(self, client: Stream, server: Stream) -> None:
        """Until either side closes it."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._up(client[0], server[1]))
                group.create_task(self._down(server[0], client[1]))
        except* (OSError, EOFError):
            pass
        finally:
            server[1].close()

    async def _up(self, reader: Reader, outer: asyncio.StreamWriter) -> None:
        while True:
            name, raw = await self.read(reader)
            label = self.labels.next(self.server, name)
            await self.gate.request(label)
            self.sent.append(label)
            outer.write(raw)
            await outer.drain()

    async def _down(self, inner: Reader, writer: asyncio.StreamWriter) -> None:
        answered = [""]
        while data := await inner.read(65536):
            answered, self.sent = self.sent or answered[-1:], []
            for label in answered:
                await self.gate.reply(label, data)
            writer.write(data)
            await writer.drain()
        raise EOFError


async def http(reader: Reader) -> tuple[str, bytes]:
    """One HTTP request, named by its method, and where that says too little by its path."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    body = await reader.readexactly(int(length[1])) if length else b""
    method, path, _ = head.decode("latin-1").split(" ", 2)
    return method.lower() + _told(path), head + body


def _told(path: str) -> str:
    """The board's feed, a method of Slack, or the words of Discord's interface, without ids."""
    path = path.partition("?")[0]
    if path.startswith(API):
        words = path.removeprefix(API).split("/")
        return " " + "/".join(filter(str.isalpha, words))
    if path.startswith(METHODS):
        return " " + path.removeprefix(METHODS)
    return " /events" if path.startswith("/events") else ""


async def resp(reader: Reader) -> tuple[str, bytes]:
    """One command, named by its script or its verb."""
    raw = await reader.readuntil(b"\n")
    words = []
    for _ in range(int(raw[1:])):
        size = await reader.readuntil(b"\n")
        word = await reader.readexactly(int(size[1:]) + 2)
        raw += size + word
        words.append(word[:-2])
    return _named([word.decode("latin-1").lower() for word in words[:2]]), raw


_CONNECT = {"hello", "client", "auth", "select", "info", "time", "config", "exists", "subscribe"}


def _named(words: list[str]) -> str:
    verb, first = words[0], [*words, ""][1]
    if verb == "evalsha":
        return scripts()[first]
    if verb == "script":
        return "script-load"
    return "connect" if verb in _CONNECT else verb


@cache
def scripts() -> dict[str, str]:
    """The names of the product's scripts, by the hash that they are called by."""
    home = Path(storage.__file__).parent
    files = home.rglob("*.lua")
    return {hashlib.sha1(p.read_bytes()).hexdigest(): p.stem for p in files}  # noqa: S324
