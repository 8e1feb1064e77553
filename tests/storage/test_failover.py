"""When a master dies, the same client goes on with its successor."""

import asyncio
from pathlib import Path

from redis.asyncio.cluster import RedisCluster

from bot.errors import StoreUnavailable
from storage.connect import connect, signals
from storage.scripts import Client, translated
from tests.platforms import stores
from tests.storage.hearing import ENOUGH, listening, publish


async def lasting(client: Client, key: str) -> None:
    """Write until the store takes it."""
    async with asyncio.timeout(ENOUGH):
        while True:
            try:
                with translated():
                    await client.set(key, "v")
            except StoreUnavailable:
                continue
            return


async def test_sentinel_leads_to_the_new_master(sentinel: stores.Fleet, tmp_path: Path) -> None:
    """When the master dies, the same client writes to its successor, and hears it too."""
    async with connect(sentinel.url, tmp_path) as client, asyncio.timeout(ENOUGH * 2):
        heard = signals(client, "bus")
        await listening(client, heard)
        await lasting(client, "k")
        master = sentinel.by_port(await port_of(client))
        master.kill()
        await lasting(client, "k")
        assert await anext(heard) is None
        await publish(client, "again")
        assert await anext(heard) == "again"
        await heard.aclose()
    master.start()


async def port_of(client: Client) -> int:
    """The server that takes the client's writes."""
    return int((await client.info("server"))["tcp_port"])


async def test_cluster_survives_the_death_of_a_master(
    cluster: stores.Fleet, tmp_path: Path
) -> None:
    """When a master dies, the same client writes to the replica that follows it."""
    key = "k12"  # of the first master, the one with a replica
    async with connect(cluster.url, tmp_path) as client, asyncio.timeout(ENOUGH * 2):
        await lasting(client, key)
        assert isinstance(client, RedisCluster)
        node = client.get_node_from_key(key)
        assert node
        master = cluster.by_port(int(node.port))
        assert master in (cluster.servers[0], cluster.servers[3])
        master.kill()
        await lasting(client, key)
    master.start()
    stores.until(lambda: master.ask("ROLE")[0] == "slave")
    stores.until(lambda: master.ask("INFO", "replication")["master_link_status"] == "up")
