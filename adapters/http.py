"""The server on PORT: whether the process is well, and what it counted."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.errors import ConfigError


@asynccontextmanager
async def serving(
    port: int,
    healthy: Callable[[], Awaitable[str]],
    metrics: Callable[[], bytes],
    *,
    host: str | None = None,
    patience: float = 20,
) -> AsyncGenerator[None]:
    """Serve ``/healthz`` and ``/metrics`` for as long as the block runs.

    Args:
        port: where to listen.
        healthy: says what is wrong, or "" when all is well.
        metrics: the counters, as Prometheus reads them.
        host: an address of this machine; None is all of them, IPv4 and IPv6, which is what
            hosts that run a Procfile need (their router comes from outside).
        patience: seconds after which a connection with no whole request on it is closed.

    Raises:
        ConfigError: nothing can listen there.
    """

    async def health(_: web.Request) -> web.Response:
        problem = await healthy()
        return web.Response(text=problem or "ok", status=503 if problem else 200)

    async def counted(_: web.Request) -> web.Response:
        return web.Response(body=metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", health), web.get("/metrics", counted)])
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=patience, shutdown_timeout=1)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str | None, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise ConfigError(
            f"PORT: nothing can listen on {port} ({error.strerror}): choose another port, "
            "or stop the program that uses it."
        ) from error
