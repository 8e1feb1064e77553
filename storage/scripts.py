"""Runs the Lua scripts: one file each, all keys declared, errors in our own words."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster

from bot.errors import StoreFull, StoreUnavailable

Client = Redis | RedisCluster
Arg = str | int | float
T = TypeVar("T")

LOST = (
    exceptions.ConnectionError,  # refused, closed, loading, wrong password, no master
    exceptions.TimeoutError,
    exceptions.ClusterError,
    exceptions.RedisClusterException,
    OSError,
)
"""What redis-py raises when there is no answer."""

_PASSING = ("NOREPLICAS", "BUSY", "UNKILLABLE")
"""Refusals that pass with a failover, or with the end of a script."""


@contextmanager
def cancellable() -> Iterator[None]:
    """Keep a cancellation that comes while redis-py sends.

    It sends through ``asyncio.wait_for``, which may swallow one before Python 3.12:
    https://github.com/python/cpython/issues/86296
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


@contextmanager
def translated() -> Iterator[None]:
    """Turn what redis-py raises into our errors; a bug in a script stays one.

    Raises:
        StoreFull: the store's memory or disk is full.
        StoreUnavailable: no answer, or it is loading, failing over or read-only.
    """
    try:
        with cancellable():
            yield
    except exceptions.OutOfMemoryError as error:
        raise StoreFull(str(error)) from error
    except (*LOST, exceptions.ReadOnlyError) as error:
        raise StoreUnavailable(str(error) or type(error).__name__) from error
    except exceptions.ResponseError as error:
        if str(error).startswith("MISCONF"):  # the disk is full or read-only
            raise StoreFull(str(error)) from error
        if str(error).startswith(_PASSING):
            raise StoreUnavailable(str(error)) from error
        raise


class Script:
    """One Lua script, sent by its hash and loaded again where the server forgot it."""

    def __init__(self, client: Client, path: Path) -> None:
        self._client = client
        self._text = path.read_text(encoding="utf-8")
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str], args: Sequence[Arg]) -> Any:
        """Run it once.

        Raises:
            StoreUnavailable: no answer; it may have run.
            StoreFull: it did not run.
        """
        return await self._loaded(lambda: self._send(self._client, keys, args))

    async def each(self, calls: Sequence[tuple[Sequence[str], Sequence[Arg]]]) -> list[Any]:
        """Run it once for each (keys, args): in one round trip, or on a cluster side by side.

        Raises:
            StoreUnavailable: for one of them at least; all the others were tried.
            StoreFull: likewise.
        """
        client = self._client
        if isinstance(client, RedisCluster):  # its pipelines refuse EVALSHA
            return _whole(
                await asyncio.gather(*(self(*call) for call in calls), return_exceptions=True)
            )
        return await self._loaded(lambda: self._together(client, calls))

    async def _loaded(self, send: Callable[[], Awaitable[T]]) -> T:
        # By hand: in each call, redis-py's own way asks at length whether it is in a pipeline, and
        # in every pipeline, whether the script is loaded.
        with translated():
            try:
                return await send()
            except exceptions.NoScriptError:
                await self._client.script_load(self._text)
                return await send()

    async def _together(
        self, client: Redis, calls: Sequence[tuple[Sequence[str], Sequence[Arg]]]
    ) -> list[Any]:
        async with client.pipeline(transaction=False) as pipe:
            for keys, args in calls:
                self._send(pipe, keys, args)
            return _whole(await pipe.execute(raise_on_error=False))

    def _send(self, to: Client, keys: Sequence[str], args: Sequence[Arg]) -> Awaitable[Any]:
        return to.evalsha(self._sha, len(keys), *keys, *args)


def _whole(results: list[Any]) -> list[Any]:
    """The results, if none of them is an error."""
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
