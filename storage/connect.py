"""The connection to the store: one server, a Sentinel set, a cluster, or the embedded one."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

import structlog
from redis import exceptions
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import DecorrelatedJitterBackoff

from bot.errors import StoreUnavailable, StoreUnfit
from storage import clients
from storage.address import Address, explained
from storage.embedded import ensure
from storage.keys import PARTITIONS, Keys
from storage.scripts import Client, translated

LAYOUT = f"{PARTITIONS} partitions"

QUIET = 20.0
"""Seconds without a signal after which its connection is tried; below redis-py's own check."""

ANSWER = 2.0
"""Seconds for the answer to that."""

FOR_EVER = -1

_DEAF = (StoreUnavailable, exceptions.NoPermissionError, UnicodeDecodeError)
"""What breaks the listening for now: permission may be granted, and what is no text passes by."""

_log = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def connect(
    url: str | None,
    data_dir: Path,
    *,
    timeout: float = 2.0,  # noqa: ASYNC109 - of each request, not of the whole
) -> AsyncIterator[Client]:
    """Connect to the store at ``url``, or with None to the embedded one of ``data_dir``.

    ``timeout``: seconds for a connection to open, and for an answer. A call gives up after about
    three times that when nothing answers, sooner when the server refuses. Later calls find the
    server again by themselves; the embedded one is started again.

    Raises:
        ConfigError: the address, its password or its options are wrong.
        StoreUnavailable: nothing answers.
        StoreUnfit: the embedded store cannot run here.
    """
    async with AsyncExitStack() as stack:
        if url is None:
            store = await stack.enter_async_context(ensure(data_dir))
            build, shown = partial(clients.embedded, store), str(store.socket)
        else:
            address = Address.parse(url)
            build, shown = partial(clients.client, address), address.shown
        with explained(shown):
            client = build(timeout)
            stack.push_async_callback(client.aclose)
            await client.ping()
        yield client


async def check_layout(client: Client, keys: Keys) -> None:
    """Mark a new store with our number of partitions; refuse one that was written with another.

    Raises:
        StoreUnfit: another number is there.
        StoreUnavailable: no answer.
    """
    with translated():
        found = cast("str | None", await client.set(keys.layout, LAYOUT, nx=True, get=True))
    if found not in {None, LAYOUT}:
        raise StoreUnfit(
            f"The store was written with {found}, and this version has {LAYOUT}: use the version"
            " that wrote it, or another THREADWISE_NAMESPACE."
        )


async def signals(
    client: Client, channel: str, *, quiet: float = QUIET
) -> AsyncGenerator[str | None]:
    """Yield what is published on ``channel``, and None whenever some of it may have been missed.

    That is each time when the connection broke, as soon as it is made again; it is tried for
    ever, at most 5 s apart, with a line in the log for each failure. ``quiet``: seconds without a
    message after which it is tested.
    """
    # This backoff can count for ever; the exponential one overflows after a thousand failures.
    again = Retry(DecorrelatedJitterBackoff(base=0.1, cap=5), FOR_EVER, cast("Any", _DEAF))
    missed = False
    while True:
        pubsub = await again.call_with_retry(lambda: _subscribe(client, channel), _put_off)
        async with pubsub:
            if missed:
                yield None
            missed = True
            with suppress(*_DEAF):
                while True:
                    message = await _hear(pubsub, quiet)
                    if message["type"] == "message":
                        yield message["data"]
                    elif message["type"] == "subscribe":  # redis-py itself connected again
                        yield None


async def _subscribe(client: Client, channel: str) -> PubSub:
    async with AsyncExitStack() as stack:
        with translated():
            await client.exists(channel)  # a cluster's client learns here which nodes live
            pubsub = cast("PubSub", await stack.enter_async_context(client.pubsub()))
            await pubsub.subscribe(channel)
            await _hear(pubsub, ANSWER)
        stack.pop_all()
    return pubsub


async def _hear(pubsub: PubSub, quiet: float) -> dict[str, Any]:
    """The next message of any type; that of a ping's answer is none of ours."""
    with translated():
        message = await pubsub.get_message(timeout=quiet)
        if message is None:
            await pubsub.ping()
            message = await pubsub.get_message(timeout=ANSWER)
    if message is None:
        raise StoreUnavailable("the connection for signals does not answer")
    return cast("dict[str, Any]", message)


async def _put_off(error: Exception) -> None:
    """Between two attempts to subscribe there is nothing to undo."""
    _log.warning("not listening", error=str(error))
