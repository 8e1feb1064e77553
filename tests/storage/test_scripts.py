"""Scripts run alike on one server and on a cluster, and their failures are ours."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from redis import exceptions

from bot.errors import StoreFull, StoreUnavailable
from storage.connect import connect
from storage.scripts import Client, Script
from tests.platforms import stores

LUA = """
redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], 60)
return redis.call('GET', KEYS[1])
"""

NAMES = [f"{{p{number}}}:n" for number in range(12)]
"""Over every master of the cluster."""


@pytest.fixture
def lua(tmp_path: Path) -> Path:
    """A script that adds up."""
    path = tmp_path / "add.lua"
    path.write_text(LUA)
    return path


@pytest.fixture
async def add(own: stores.Server, lua: Path) -> AsyncIterator[Script]:
    """The script on a server of its own, which knows it already."""
    async with connect(own.url, lua.parent, timeout=0.3) as client:
        made = Script(client, lua)
        await made(["n"], [0])
        yield made


async def test_script_is_loaded_where_the_server_forgot_it(client: Client, lua: Path) -> None:
    """A server that was emptied gets the script again, alone and in a row."""
    add = Script(client, lua)
    assert await add(["n"], [1]) == "1"
    await client.script_flush()
    assert await add(["n"], [1]) == "2"
    await client.script_flush()
    assert await add.each([(["n"], [1]), (["m"], [5])]) == ["3", "5"]


async def test_each_is_one_round_trip(client: Client, lua: Path) -> None:
    """Many runs on one server are sent together: nothing but them is asked."""
    add = Script(client, lua)
    await add(["n"], [0])
    await client.config_resetstat()
    await add.each([([name], [1]) for name in NAMES])
    sent = await client.info("commandstats")
    assert set(sent) - {"cmdstat_config|resetstat"} == {
        "cmdstat_evalsha",
        "cmdstat_incrby",
        "cmdstat_expire",
        "cmdstat_get",
    }


async def test_scripts_run_on_every_master(cluster: stores.Fleet, lua: Path) -> None:
    """On a cluster each run finds the master of its keys, and the replies keep the order."""
    async with connect(cluster.url, lua.parent) as client:
        add = Script(client, lua)
        await asyncio.gather(*(client.delete(name) for name in NAMES))
        assert await add([NAMES[0]], [7]) == "7"
        await client.delete(NAMES[0])
        calls = [([name], [number]) for number, name in enumerate(NAMES)]
        assert await add.each(calls) == [str(number) for number in range(len(NAMES))]


async def test_one_failing_master_does_not_stop_the_others(
    cluster: stores.Fleet, lua: Path
) -> None:
    """On a cluster an error arrives bare, after every other run was made."""
    full = next(server for server in cluster.servers if server.ask("ROLE")[0] == "master")
    async with connect(cluster.url, lua.parent) as client:
        add = Script(client, lua)
        await add.each([([name], [0]) for name in NAMES])
        before = [int(str(await client.get(name))) for name in NAMES]
        full.ask("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(StoreFull):
            await add.each([([name], [1]) for name in NAMES])
        full.ask("CONFIG", "SET", "maxmemory", "0")
        after = [int(str(await client.get(name))) for name in NAMES]
    changed = [name for name, old, new in zip(NAMES, before, after, strict=True) if new == old + 1]
    assert 0 < len(changed) < len(NAMES)


async def both(add: Script) -> None:
    """Run it alone, and in a row."""
    with pytest.raises((StoreFull, StoreUnavailable)) as alone:
        await add(["n"], [1])
    with pytest.raises(alone.type):
        await add.each([(["n"], [1])])
    raise alone.value


async def test_full_memory_is_store_full(add: Script, own: stores.Server) -> None:
    """A server at its memory's limit refuses, and wrote nothing."""
    own.ask("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(StoreFull):
        await both(add)
    assert own.ask("GET", "n") == "0"


async def test_disk_that_takes_nothing_is_store_full(add: Script, own: stores.Server) -> None:
    """A server that cannot save refuses to write, and that is no room."""
    shutil.rmtree(own.home)
    own.ask("BGSAVE")
    stores.until(lambda: own.ask("INFO", "persistence")["rdb_last_bgsave_status"] == "err")
    own.home.mkdir()
    with pytest.raises(StoreFull, match="MISCONF"):
        await both(add)


async def test_replica_is_unavailable(add: Script, own: stores.Server) -> None:
    """A server that became a replica takes no writes: a failover is under way."""
    own.ask("REPLICAOF", "127.0.0.1", stores.free_port())
    with pytest.raises(StoreUnavailable, match="read only replica"):
        await both(add)


async def test_lonely_master_is_unavailable(add: Script, own: stores.Server) -> None:
    """A master without the replicas that it must have takes no writes for now."""
    own.ask("CONFIG", "SET", "min-replicas-to-write", "1")
    with pytest.raises(StoreUnavailable, match="NOREPLICAS"):
        await both(add)


async def test_busy_server_is_unavailable(add: Script, own: stores.Server) -> None:
    """While another script runs for too long, ours may be tried again later."""
    own.ask("CONFIG", "SET", "busy-reply-threshold", "1")
    endless = asyncio.to_thread(own.ask, "EVAL", "while true do end", 0)
    running = asyncio.ensure_future(endless)
    await asyncio.to_thread(stores.until, lambda: not stores.holds(lambda: own.ask("PING")))
    try:
        with pytest.raises(StoreUnavailable, match="BUSY"):
            await both(add)
    finally:
        own.ask("SCRIPT KILL")
        await asyncio.wait([running])
    assert "killed" in str(running.exception())


async def test_loading_server_is_unavailable(add: Script, own: stores.Server) -> None:
    """While the server reads its data, calls may be tried again later."""
    own.ask("DEBUG", "POPULATE", 8000)
    own.ask("SAVE")
    own.kill()
    own.words += ("--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")
    own.start(wait=False)
    await asyncio.to_thread(stores.until, partial(is_loading, own))
    with pytest.raises(StoreUnavailable, match="loading"):
        await both(add)


def is_loading(server: stores.Server) -> bool:
    """Whether it answers, but takes no commands yet."""
    with suppress(exceptions.BusyLoadingError):
        server.ask("PING")
        return False
    return True


async def test_dead_server_is_unavailable(add: Script, own: stores.Server) -> None:
    """Where nothing listens any more, the call ends and says so."""
    own.kill()
    with pytest.raises(StoreUnavailable):
        await both(add)


async def test_cancelled_call_ends_its_task(client: Client, lua: Path) -> None:
    """A cancellation is never lost in a call to the store, at whichever step it comes."""
    add = Script(client, lua)

    async def busy() -> None:
        while True:
            await add(["n"], [1])

    for steps in range(40):
        task = asyncio.ensure_future(busy())
        for _ in range(steps):
            await asyncio.sleep(0)  # noqa: TID251 - one step of the loop, no time
        task.cancel()
        await asyncio.wait([task], timeout=2)
        assert task.cancelled()


async def test_bug_in_a_script_stays_one(client: Client, lua: Path) -> None:
    """An error of the script itself is not mistaken for a store that is away."""
    add = Script(client, lua)
    with pytest.raises(exceptions.ResponseError, match="not an integer"):
        await add(["n"], ["nonsense"])
    with pytest.raises(exceptions.ResponseError, match="not an integer"):
        await add.each([(["n"], ["nonsense"])])
