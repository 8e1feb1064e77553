"""Whether a store is fit for what we keep in it: for ``doctor``, and before we start."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import ResponseError

from bot.errors import StoreUnfit
from storage.scripts import Client, translated

OLDEST = 7
"""The first major version of Redis with what the scripts need; every Valkey has it."""

CLOCK_SECONDS = 2.0
"""By which the store's clock may differ from ours."""

FULL = 0.9
"""Of its memory."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    ok: bool
    what: str
    fix: str = ""
    """What to do, where it is not ok."""
    fatal: bool = False
    """We cannot start on such a store."""


async def require(client: Client) -> None:
    """Refuse a store that would lose or garble messages.

    Raises:
        StoreUnfit: what is wrong, and what to do.
        StoreUnavailable: it does not answer.
    """
    wrong = [f"{found.what}: {found.fix}." for found in await examine(client) if found.fatal]
    if wrong:
        raise StoreUnfit(" ".join(wrong))


async def examine(client: Client) -> list[Finding]:
    """Look at the store; on a cluster, at every master.

    Raises:
        StoreUnavailable: it does not answer.
    """
    with translated():
        if not isinstance(client, RedisCluster):
            return await _server(client, {})
        return [
            finding
            for node in client.get_primaries()
            for finding in await _server(client, {"target_nodes": node})
        ]


async def _server(client: Any, target: dict[str, Any]) -> list[Finding]:
    """One server's findings; ``target`` leads a cluster's client to it."""
    info = await client.info(**target)
    seconds, microseconds = await client.time(**target)
    ahead = seconds + microseconds / 1e6 - time.time()
    snapshots = info["aof_enabled"] or await _snapshots(client, target)
    clustered = bool(info["cluster_enabled"]) and not target
    return [*judge(info, ahead=ahead, kept=bool(snapshots), clustered=clustered)]


async def _snapshots(client: Any, target: dict[str, Any]) -> bool:
    """Whether RDB files are written; where CONFIG is forbidden, the provider sees to it."""
    try:
        return bool((await client.config_get("save", **target))["save"])
    except ResponseError:
        return True


def judge(info: dict[str, Any], *, ahead: float, kept: bool, clustered: bool) -> Iterator[Finding]:
    """What a server's INFO says, with its clock ``ahead`` seconds of ours. Pure."""
    yield _version(info)
    yield _policy(info["maxmemory_policy"])
    yield Finding(
        kept,
        "What is stored is kept on disk" if kept else "Nothing is kept on disk",
        "switch AOF on, or a restart of the store loses what waits",
    )
    yield Finding(
        abs(ahead) <= CLOCK_SECONDS,
        f"The store's clock is {ahead:+.1f} s from ours",
        "set the clocks of both machines by NTP",
    )
    yield _memory(info["used_memory"], info["maxmemory"])
    if clustered:
        yield Finding(
            ok=False,
            what="This is one server of a cluster",
            fix="begin REDIS_URL with redis+cluster:// or rediss+cluster://",
            fatal=True,
        )


def _version(info: dict[str, Any]) -> Finding:
    valkey = info.get("valkey_version")
    if valkey:
        return Finding(ok=True, what=f"Valkey {valkey}")
    version = info["redis_version"]
    old = int(version.split(".")[0]) < OLDEST
    return Finding(not old, f"Redis {version}", f"use Redis {OLDEST} or Valkey", fatal=old)


def _policy(policy: str) -> Finding:
    evicts = policy != "noeviction"
    what = f"maxmemory-policy is {policy}"
    return Finding(not evicts, what, "set it to noeviction, or messages vanish", fatal=evicts)


def _memory(used: int, limit: int) -> Finding:
    share = used / limit if limit else 0
    what = f"{share:.0%} of its memory is used" if limit else "Its memory has no limit"
    return Finding(share < FULL, what, "give it more: a full store takes no more messages")
