"""The server on PORT: whether the process is well, what it counted, and what is posted to it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.errors import ConfigError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LARGEST = 1_000_000
"""Bytes that a request may bring."""
_SLOWEST = 5.0
"""Seconds in which all of them must be there."""
_NOTHING: Mapping[str, Handler] = {}


@asynccontextmanager
async def serving(  # noqa: PLR0913 - two pages, what is posted, and where to listen
    port: int,
    healthy: Callable[[], Awaitable[str]],
    metrics: Callable[[], bytes],
    *,
    posts: Mapping[str, Handler] = _NOTHING,
    host: str | None = None,
    patience: float = 20,
    slowest: float = _SLOWEST,
) -> AsyncGenerator[None]:
    """Serve ``/healthz`` and ``/metrics`` for as long as the block runs.

    Args:
        port: where to listen.
        healthy: says what is wrong, or "" when all is well.
        metrics: the counters, as Prometheus reads them.
        posts: what takes a POST, by path; its body is there when it is called. A body over
            LARGEST is refused with 413 before it is read whole, a slow one with 408.
        host: an address of this machine; None is all of them, IPv4 and IPv6, which is what
            hosts that run a Procfile need (their router comes from outside).
        patience: seconds after which a connection with no whole request on it is closed.
        slowest: seconds in which a body must have arrived.

    Raises:
        ConfigError: nothing can listen there.
    """

    async def health(_: web.Request) -> web.Response:
        problem = await healthy()
        return web.Response(text=problem or "ok", status=503 if problem else 200)

    async def counted(_: web.Request) -> web.Response:
        return web.Response(body=metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application(client_max_size=LARGEST)
    app.add_routes([web.get("/healthz", health), web.get("/metrics", counted)])
    app.add_routes([web.post(path, _whole(take, slowest)) for path, take in posts.items()])
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=patience, shutdown_timeout=1)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        yield
    finally:
        await runner.cleanup()


def _whole(take: Handler, slowest: float) -> Handler:
    """The same handler, called when the body is there."""

    async def taken(request: web.Request) -> web.StreamResponse:
        try:
            async with asyncio.timeout(slowest):
                await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        return await take(request)

    return taken


async def _listen(runner: web.AppRunner, host: str | None, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise ConfigError(
            f"PORT: nothing can listen on {port} ({error.strerror}): choose another port, "
            "or stop the program that uses it."
        ) from error
