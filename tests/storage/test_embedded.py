"""The store that chat brings along: one server, shared, never orphaned, nothing lost."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
import redis

from bot.errors import StoreUnfit
from storage.connect import connect
from storage.embedded import ensure
from tests.platforms.stores import until

USER = """
import asyncio, sys
from pathlib import Path
from storage.embedded import ensure

async def main():
    async with ensure(Path(sys.argv[1])) as store:
        print(store.socket, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""

ROOT = Path(__file__).parents[2]


class User:
    """Another process that uses the store of a directory."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, data],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def socket(self) -> str:
        """Waits until it is connected."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def leave(self, *, killed: bool = False) -> None:
        """Ends it by kill -9, or by the end of its input."""
        if killed:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def users(tmp_path: Path) -> Iterator[Callable[[], User]]:
    """Starts users of one directory; all are gone at the end."""
    with ExitStack() as stack:

        def one() -> User:
            user = User(tmp_path)
            stack.callback(user.leave, killed=True)
            return user

        yield one


def server_of(socket: str) -> psutil.Process:
    """The server's process."""
    with redis.Redis(unix_socket_path=socket) as client:
        return psutil.Process(client.info("server")["process_id"])


def gone(process: psutil.Process) -> None:
    """Waits until a process has ended, be its entry collected or not."""
    until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)


def value_in(socket: str, key: str) -> object:
    """What the store holds."""
    with redis.Redis(unix_socket_path=socket, decode_responses=True) as client:
        return client.get(key)


def put(socket: str, key: str, value: str) -> None:
    """Write one value and see it acknowledged."""
    with redis.Redis(unix_socket_path=socket) as client:
        client.set(key, value)


def test_killed_starter_leaves_the_server_to_the_others(users: Callable[[], User]) -> None:
    """The server outlives the process that started it while another one uses it."""
    starter, other = users(), users()
    server = server_of(starter.socket())
    socket = other.socket()
    starter.leave(killed=True)
    put(socket, "k", "v")
    assert server_of(socket) == server


@pytest.mark.parametrize("killed", [True, False])
def test_last_user_takes_the_server_along(users: Callable[[], User], *, killed: bool) -> None:
    """When the last user is gone, killed or not, so is the server, and the data is kept."""
    user = users()
    socket = user.socket()
    put(socket, "k", "kept")
    server = server_of(socket)
    user.leave(killed=killed)
    gone(server)
    assert value_in(users().socket(), "k") == "kept"


def test_eight_starters_get_one_server(users: Callable[[], User]) -> None:
    """Processes that start at the same time share one server."""
    starters = [users() for _ in range(8)]
    assert len({server_of(starter.socket()).pid for starter in starters}) == 1


async def test_killed_server_comes_back_with_every_acknowledged_write(tmp_path: Path) -> None:
    """After kill -9 of the server the same connection finds all that it was told was written."""
    async with connect(None, tmp_path) as client:
        for number in range(1000):
            await client.set(f"k{number}", number)
        psutil.Process((await client.info("server"))["process_id"]).kill()
        values = await client.mget([f"k{number}" for number in range(1000)])
    assert values == [str(number) for number in range(1000)]


@pytest.mark.skipif(sys.platform != "linux", reason="needs prctl")
async def test_killed_guard_takes_the_server_along_and_both_come_back(tmp_path: Path) -> None:
    """After kill -9 of the guard no server is orphaned; the next call starts both again."""
    async with connect(None, tmp_path) as client:
        await client.set("k", "kept")
        server = psutil.Process((await client.info("server"))["process_id"])
        server.parent().kill()
        gone(server)
        assert await client.get("k") == "kept"
        again = psutil.Process((await client.info("server"))["process_id"])
    gone(again)


async def test_torn_tail_of_the_log_costs_only_the_torn_write(tmp_path: Path) -> None:
    """A half-written last command does not keep the store from starting."""
    async with connect(None, tmp_path) as client:
        await client.set("k", "kept")
        server = psutil.Process((await client.info("server"))["process_id"])
    gone(server)
    (log,) = (tmp_path / "appendonlydir").glob("*.incr.aof")
    with log.open("ab") as torn:
        torn.write(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\nlo")
    async with connect(None, tmp_path) as client:
        assert await client.get("k") == "kept"


async def test_server_that_ends_at_its_start_says_why(tmp_path: Path) -> None:
    """The error names the server's own reason and its log."""
    (tmp_path / "appendonlydir").write_text("in the way")
    with pytest.raises(StoreUnfit, match=rf"append-only.*see {tmp_path}/store\.log"):
        async with ensure(tmp_path):
            pass


async def test_unusable_data_directory_is_named(tmp_path: Path) -> None:
    """Where the data directory cannot be made, one sentence names it and the setting."""
    (tmp_path / "file").touch()
    data = tmp_path / "file" / "data"
    with pytest.raises(StoreUnfit, match=rf"{data}.*THREADWISE_DATA_DIR"):
        async with ensure(data):
            pass


async def test_full_disk_is_named(tmp_path: Path) -> None:
    """Where nothing can be written, one sentence names the directory and the reason."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(StoreUnfit, match=rf"{tmp_path} cannot be used \(File too large\)"):
            async with ensure(tmp_path):
                pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_long_path_still_gets_a_socket(tmp_path: Path) -> None:
    """A data directory whose path does not fit into a socket's address works as well."""
    async with connect(None, tmp_path / ("d" * 120)) as client:
        assert await client.ping()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
async def test_socket_of_another_user_is_refused(tmp_path: Path) -> None:
    """We send nothing to a server that somebody else of this machine put there."""
    (tmp_path / "store.sock").touch()
    os.chown(tmp_path / "store.sock", 12345, -1)
    with pytest.raises(StoreUnfit, match="belongs to another user"):
        async with ensure(tmp_path):
            pass


async def test_machine_without_a_server_needs_redis_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no server in the package and none on PATH, the error asks for REDIS_URL."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreUnfit, match="set REDIS_URL"):
        async with ensure(tmp_path):
            pass


async def test_windows_needs_redis_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows the error asks for REDIS_URL before anything else is tried."""
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(StoreUnfit, match="set REDIS_URL"):
        async with ensure(tmp_path):
            pass
