"""Counts what goes over the wire to the store: a proxy on a unix socket that reads RESP.

It holds every reply back for a moment: what is sent meanwhile did not wait for it.
https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from itertools import pairwise
from pathlib import Path

import storage
from bot.clock import SystemClock

HELD = 0.005
"""Seconds that a reply is held back."""

PUSHED = "signals"
"""What the store sends without being asked."""


@dataclass(slots=True)
class Trip:
    """One round trip: what was sent in one go, and all the replies to it."""

    name: str
    sent: float
    """Seconds of the monotonic clock."""
    asked: int
    """Bytes to the store."""
    open: int
    """Replies that have not come yet."""
    told: int = 0
    """Bytes from the store."""
    replied: float = float("inf")


@dataclass(frozen=True, slots=True)
class Wire:
    """The proxy's address, and what went through it."""

    path: Path
    trips: list[Trip] = field(default_factory=list)


@asynccontextmanager
async def counted(target: Path, path: Path) -> AsyncIterator[Wire]:
    """Listen at ``path``, hand on to ``target``, and count."""
    wire = Wire(path)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(target)
        connection = _Connection(wire.trips)
        async with asyncio.TaskGroup() as group:
            group.create_task(_copy(reader, outer, connection.asked, 0))
            group.create_task(_copy(inner, writer, connection.told, HELD))

    async with await asyncio.start_unix_server(serve, path):
        yield wire


async def _copy(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    note: Callable[[list[bytes]], None],
    held: float,
) -> None:
    rest, clock = b"", SystemClock()
    while data := await reader.read(2**16):
        await clock.sleep(held)
        whole, rest = _frames(rest + data)
        note(whole)
        writer.write(data)
        await writer.drain()
    writer.close()


class _Connection:
    """Matches replies to what was asked: a connection answers in order."""

    def __init__(self, trips: list[Trip]) -> None:
        self._trips = trips
        self._open: deque[Trip] = deque()

    def asked(self, commands: list[bytes]) -> None:
        if commands:
            name = _name(commands[0]) + f", {len(commands)} at once" * (len(commands) > 1)
            trip = Trip(name, time.monotonic(), sum(map(len, commands)), len(commands))
            self._trips.append(trip)
            self._open.append(trip)

    def told(self, replies: list[bytes]) -> None:
        for reply in replies:
            if not self._open:
                now = time.monotonic()
                self._trips.append(Trip(PUSHED, now, 0, 0, len(reply), now))
                continue
            trip = self._open[0]
            trip.told += len(reply)
            trip.open -= 1
            if not trip.open:
                trip.replied = time.monotonic()
                self._open.popleft()


def _name(command: bytes) -> str:
    """Its name, or that of the script that it runs."""
    words = command.split(b"\r\n", 5)
    name = words[2].decode().upper()
    return _SCRIPTS[words[4].decode()] if name == "EVALSHA" else name


_SCRIPTS = {
    sha1(path.read_bytes()).hexdigest(): path.stem  # noqa: S324 - the store's own way
    for path in Path(storage.__path__[0]).rglob("*.lua")
}


def _frames(data: bytes) -> tuple[list[bytes], bytes]:
    """The whole frames at the beginning, and the rest."""
    ends = [0, *_ends(data)]
    return [data[start:end] for start, end in pairwise(ends)], data[ends[-1] :]


def _ends(data: bytes) -> Iterator[int]:
    at = 0
    while (end := _end(data, at)) is not None:
        yield (at := end)


def _end(data: bytes, at: int) -> int | None:
    """Where the frame that begins here ends; None: more has to come."""
    line = data.find(b"\r\n", at) + 2
    if line == 1:
        return None
    kind, number = data[at : at + 1], data[at + 1 : line - 2]
    if kind in b"$=!":
        end = line + (int(number) + 2) * (number != b"-1")
        return end if end <= len(data) else None
    inner = {b"*": 1, b"~": 1, b">": 1, b"%": 2}.get(kind, 0)
    return _behind(data, line, inner and inner * int(number))


def _behind(data: bytes, at: int, frames: int) -> int | None:
    for _ in range(frames):
        end = _end(data, at)
        if end is None:
            return None
        at = end
    return at


def in_sequence(trips: Iterable[Trip]) -> int:
    """How many of them had to wait for one another: the most that do not overlap in time."""
    number, end = 0, 0.0
    for trip in sorted(trips, key=lambda one: one.replied):
        if trip.sent >= end:
            number, end = number + 1, trip.replied
    return number
