"""Real stores on this machine: one server, a Sentinel set, a cluster, and fronts before them."""

import asyncio
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import redis

from storage.embedded import server_binary

SECONDS = 20.0
"""For another process to come to where we want it."""

SERVICE = "threadwise"

BINARY = server_binary()


def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Ask until it holds; for what other processes do there is no event to wait on."""
    end = time.monotonic() + seconds
    while not holds(condition):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {condition}")
        time.sleep(0.01)


def holds(condition: Callable[[], object]) -> bool:
    """Whether it holds now; no, where the store refuses to answer."""
    with suppress(redis.RedisError):
        return bool(condition())
    return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """One server process; ``words`` are its options."""

    home: Path
    port: int
    words: tuple[str, ...]
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        return self.home / "s"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}" if self.port else f"unix://{self.socket}"

    def ask(self, *command: object, **options: Any) -> Any:
        """One command on a connection of its own."""
        with closing(redis.Redis.from_url(self.url, decode_responses=True, **options)) as client:
            return client.execute_command(*command)  # type: ignore[no-untyped-call]

    def start(self, *, wait: bool = True) -> None:
        self.home.mkdir(exist_ok=True)
        options = ["--port", self.port, "--dir", self.home, "--logfile", self.home / "log"]
        words = [str(word) for word in (BINARY, *self.words, *options)]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        if wait:
            until(lambda: self.ask("PING"))

    def signal(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        """As ``kill -9`` does it, and wait until it is gone."""
        assert self.process
        self.process.kill()
        self.process.wait()


@contextmanager
def home() -> Iterator[Path]:
    """A directory with a short path: sockets need one."""
    path = Path(tempfile.mkdtemp(prefix="tw-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextmanager
def single(*words: str, tcp: bool = False) -> Iterator[Server]:
    """One server on a unix socket, or on TCP."""
    with home() as path:
        own = () if tcp else ("--unixsocket", str(path / "s"))
        server = Server(path, free_port() if tcp else 0, (*own, "--save", "", *words))
        server.start()
        try:
            yield server
        finally:
            server.kill()


@dataclass
class Fleet:
    """Servers that belong together, and the address of them all."""

    url: str
    servers: list[Server]

    def by_port(self, port: int) -> Server:
        return next(server for server in self.servers if server.port == port)


@contextmanager
def _running(servers: list[Server]) -> Iterator[None]:
    with ExitStack() as stack:
        for server in servers:
            server.start(wait=False)
            stack.callback(server.kill)
        for server in servers:
            until(partial(server.ask, "PING"))
        yield


_REPLICATING = ("--bind", "127.0.0.1", "--save", "", "--repl-diskless-sync-delay", "0")


@contextmanager
def cluster() -> Iterator[Fleet]:
    """Three masters, and a replica of the first: the last server."""
    with home() as path:
        servers = [_member(path / str(number)) for number in range(4)]
        with _running(servers):
            _join(servers)
            addresses = ",".join(f"127.0.0.1:{server.port}" for server in servers[:3])
            yield Fleet(f"redis+cluster://{addresses}", servers)


def _member(path: Path) -> Server:
    bus = ("--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    words = (*_REPLICATING, *bus, "--cluster-node-timeout", "1000", "--appendonly", "no")
    return Server(path, free_port(), words)


def _join(servers: list[Server]) -> None:
    masters, replica = servers[:3], servers[3]
    for number, master in enumerate(masters):
        first, last = 16384 * number // 3, 16384 * (number + 1) // 3 - 1
        master.ask("CLUSTER", "ADDSLOTSRANGE", first, last)
        master.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    for other in servers[1:]:
        servers[0].ask("CLUSTER", "MEET", "127.0.0.1", other.port, other.words[9])
    first_id = servers[0].ask("CLUSTER", "MYID")
    until(lambda: replica.ask("CLUSTER", "REPLICATE", first_id))
    for server in servers:
        until(partial(_joined, server, len(servers)))
    until(lambda: replica.ask("INFO", "replication")["master_link_status"] == "up")


def _joined(server: Server, nodes: int) -> bool:
    ok = server.ask("CLUSTER INFO")["cluster_state"] == "ok"
    return ok and len(server.ask("CLUSTER NODES")) == nodes


@contextmanager
def sentinel() -> Iterator[Fleet]:
    """A master, its replica, and three Sentinels: the last servers."""
    with home() as path:
        master = Server(path / "master", free_port(), _REPLICATING)
        following = (*_REPLICATING, "--replicaof", "127.0.0.1", str(master.port))
        replica = Server(path / "replica", free_port(), following)
        watchers = [_watcher(path / f"sentinel{number}", master.port) for number in range(3)]
        with _running([master, replica]):
            until(lambda: replica.ask("INFO", "replication")["master_link_status"] == "up")
            with _running(watchers):
                until(lambda: all(_informed(watcher) for watcher in watchers))
                addresses = ",".join(f"127.0.0.1:{watcher.port}" for watcher in watchers)
                url = f"redis+sentinel://{addresses}/{SERVICE}"
                yield Fleet(url, [master, replica, *watchers])


def _watcher(path: Path, master: int) -> Server:
    path.mkdir()
    config = path / "sentinel.conf"
    lines = (
        "bind 127.0.0.1",
        f"sentinel monitor {SERVICE} 127.0.0.1 {master} 2",
        f"sentinel down-after-milliseconds {SERVICE} 500",
        f"sentinel failover-timeout {SERVICE} 3000",
    )
    config.write_text("\n".join(lines))
    return Server(path, free_port(), (str(config), "--sentinel"))


def _informed(watcher: Server) -> bool:
    state = watcher.ask("SENTINEL MASTERS")[SERVICE]
    return bool(state["num-other-sentinels"] == 2 and state["num-slaves"] == 1)


@asynccontextmanager
async def front(target: Path, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A TCP port, with TLS or without, that leads to a unix socket."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(target)
        writers.extend((writer, outer))
        async with asyncio.TaskGroup() as group:
            group.create_task(_copy(reader, outer))
            group.create_task(_copy(inner, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) as server:
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            for writer in writers:
                writer.close()
            for writer in writers:
                with suppress(OSError):
                    await writer.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
