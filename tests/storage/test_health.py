"""Whether a store is fit: judged from what real servers say, and from what others would."""

from typing import Any

import pytest

from bot.errors import StoreUnfit
from storage.connect import connect
from storage.health import examine, judge, require
from storage.scripts import Client
from tests.platforms import stores

FIT: dict[str, Any] = {
    "redis_version": "7.0.0",
    "maxmemory_policy": "noeviction",
    "used_memory": 10,
    "maxmemory": 100,
}


def wrong(info: dict[str, Any], **seen: Any) -> list[str]:
    """The fixes for what is not ok, and whether one is fatal."""
    sound: dict[str, Any] = {"ahead": 0.0, "kept": True, "clustered": False}
    found = [finding for finding in judge(FIT | info, **sound | seen) if not finding.ok]
    return [("fatal: " if finding.fatal else "") + finding.fix for finding in found]


def test_fit_store_has_nothing_to_fix() -> None:
    """A new enough server that evicts nothing, saves, and has room, is fit."""
    assert wrong({}) == []


@pytest.mark.parametrize(
    ("info", "fix"),
    [
        ({"redis_version": "6.2.14"}, "fatal: use Redis 7 or Valkey"),
        ({"maxmemory_policy": "allkeys-lru"}, "fatal: set it to noeviction"),
        ({"used_memory": 95}, "give it more"),
    ],
)
def test_unfit_store_says_what_to_do(info: dict[str, Any], fix: str) -> None:
    """Each unfit property is found alone, and only what would lose messages is fatal."""
    (found,) = wrong(info)
    assert found.startswith(fix)


@pytest.mark.parametrize(
    ("seen", "fix"),
    [
        ({"kept": False}, "switch AOF on"),
        ({"ahead": -2.5}, "set the clocks"),
        ({"clustered": True}, "fatal: begin REDIS_URL with redis+cluster://"),
    ],
)
def test_surroundings_are_judged_too(seen: dict[str, Any], fix: str) -> None:
    """Persistence, the clock and a cluster's single node are looked at as well."""
    (found,) = wrong({}, **seen)
    assert found.startswith(fix)


def test_old_redis_version_of_valkey_is_no_reason() -> None:
    """Every Valkey is new enough, whatever Redis version it says for old clients."""
    assert wrong({"redis_version": "6.2.14", "valkey_version": "9.1.2"}) == []


def test_store_without_a_limit_is_not_nearly_full() -> None:
    """With no maxmemory there is no share to warn of."""
    assert wrong({"maxmemory": 0, "used_memory": 10**12}) == []


async def test_real_server_is_examined(client: Client) -> None:
    """A plain Valkey in memory is fit to start on; that it keeps nothing on disk is said."""
    findings = await examine(client)
    assert [finding.what for finding in findings if not finding.ok] == ["Nothing is kept on disk"]
    assert findings[0].what.startswith("Valkey ")
    await require(client)


async def test_evicting_server_is_refused(client: Client) -> None:
    """A server that may evict stops the start with one sentence."""
    await client.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(StoreUnfit, match=r"^maxmemory-policy is allkeys-lru: set it to noevict"):
        await require(client)
    await client.config_set("maxmemory-policy", "noeviction")


async def test_forbidden_config_is_the_providers_business(tmp_path: Any) -> None:
    """Where CONFIG is not allowed, persistence is not complained of."""
    with stores.single(tcp=True) as server:
        server.ask("ACL", "SETUSER", "default", "-config")
        async with connect(server.url, tmp_path) as client:
            assert all(finding.ok for finding in await examine(client))


async def test_every_master_of_a_cluster_is_examined(cluster: stores.Fleet, tmp_path: Any) -> None:
    """On a cluster one evicting master is enough to be refused."""
    masters = [server for server in cluster.servers if server.ask("ROLE")[0] == "master"]
    async with connect(cluster.url, tmp_path) as client:
        await require(client)
        masters[-1].ask("CONFIG", "SET", "maxmemory-policy", "volatile-lru")
        with pytest.raises(StoreUnfit, match="volatile-lru"):
            await require(client)
        masters[-1].ask("CONFIG", "SET", "maxmemory-policy", "noeviction")


async def test_one_node_of_a_cluster_is_refused(cluster: stores.Fleet, tmp_path: Any) -> None:
    """A cluster's node under redis:// is refused before its first redirection."""
    async with connect(cluster.servers[1].url, tmp_path) as client:
        with pytest.raises(StoreUnfit, match=r"redis\+cluster://"):
            await require(client)
