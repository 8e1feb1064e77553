"""Builds redis-py's client for each kind of address; what it lacks for us is added here."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from redis.asyncio import BlockingConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import AuthenticationError

from storage.address import Address
from storage.embedded import Embedded
from storage.scripts import Client

CONNECTIONS = 64
"""Of one process to one server; further calls wait for one of them."""

CLUSTER_CONNECTIONS = 1_000
"""Of one process to each master: a cluster's client cannot wait, it would fail."""

HEALTH_CHECK = 25
"""Seconds of silence after which a connection is tried before it is used."""

PATIENCE = 2.5
"""Seconds after which a call is not tried again."""

T = TypeVar("T")
_end: ContextVar[float] = ContextVar("_end", default=math.inf)
"""When the call that is under way is not tried again, by the loop's time."""


class BriefRetry(Retry):
    """Tries again for a moment only, and never with a password that was refused.

    redis-py nests its retries, a command's around its connection's and that one's around a health
    check's: one bound in time holds for all of them.
    """

    async def call_with_retry(
        self,
        do: Callable[[], Awaitable[T]],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,  # noqa: ARG002 - ours decides
        with_failure_count: bool = False,  # noqa: FBT001, FBT002 - redis-py's signature
    ) -> T:
        """Run ``do`` until it succeeds, or it is no use."""
        clock = asyncio.get_running_loop().time
        end = min(_end.get(), clock() + PATIENCE)
        outer = _end.set(end)

        def worthwhile(error: Exception) -> bool:
            wrong = isinstance(error.__cause__ or error, AuthenticationError)
            return not wrong and clock() < end

        try:
            return await super().call_with_retry(do, fail, worthwhile, with_failure_count)
        finally:
            _end.reset(outer)


class RevivingConnection(UnixDomainSocketConnection):
    """Starts the embedded server again where it is gone."""

    def __init__(self, *, store: Embedded, **kwargs: Any) -> None:
        self._store = store
        super().__init__(**kwargs)

    async def _connect(self) -> None:
        connect = cast("Callable[[], Awaitable[None]]", super()._connect)
        try:
            await connect()
        except (ConnectionRefusedError, FileNotFoundError):
            await self._store.revive()
            await connect()


class SentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """Follows the master, waits for a free connection, and closes those to the Sentinels too."""

    async def aclose(self) -> None:
        """Close every connection."""
        await super().aclose()
        await self.sentinel_manager.aclose()


def embedded(store: Embedded, timeout: float) -> Client:
    """For the embedded store."""
    options = {"path": str(store.socket), "store": store, **_pooled(timeout)}
    return Redis.from_pool(BlockingConnectionPool(connection_class=RevivingConnection, **options))


def client(address: Address, timeout: float) -> Client:
    """For REDIS_URL; its own options win.

    Raises:
        TypeError: an option is not known.
        RedisClusterException: an option is not possible on a cluster.
    """
    return _TOPOLOGIES[address.topology](address, timeout)


def _single(address: Address, timeout: float) -> Client:
    return Redis.from_pool(BlockingConnectionPool(**{**_pooled(timeout), **address.options}))


def _sentinel(address: Address, timeout: float) -> Client:
    options = {**_pooled(timeout), **address.shared_options}
    alike = ("socket_", "ssl", "driver_info")
    shared = {key: value for key, value in options.items() if key.startswith(alike)}
    once = Retry(NoBackoff(), 0)  # the next Sentinel is the retry
    sentinels = Sentinel(address.nodes, sentinel_kwargs={**shared, "retry": once})  # type: ignore[no-untyped-call]
    made = sentinels.master_for(address.service, connection_pool_class=SentinelPool, **options)
    return cast("Redis", made)


def _cluster(address: Address, timeout: float) -> Client:
    return RedisCluster(
        startup_nodes=[ClusterNode(host, port) for host, port in address.nodes],
        max_connections=CLUSTER_CONNECTIONS,
        retry=Retry(NoBackoff(), 2),  # it takes the number only
        **{**_timed(timeout), **address.shared_options},
    )


_TOPOLOGIES: dict[str, Callable[[Address, float], Client]] = {
    "": _single,
    "sentinel": _sentinel,
    "cluster": _cluster,
}


def _timed(timeout: float) -> dict[str, Any]:
    return {
        "decode_responses": True,
        "driver_info": None,  # it would read package metadata from disk for each connection
        "health_check_interval": HEALTH_CHECK,
        "socket_connect_timeout": timeout,
        "socket_timeout": timeout,
    }


def _pooled(timeout: float) -> dict[str, Any]:
    return {
        **_timed(timeout),
        "max_connections": CONNECTIONS,
        "retry": BriefRetry(ExponentialWithJitterBackoff(base=0.05, cap=1), 5),
        "timeout": PATIENCE,
    }
