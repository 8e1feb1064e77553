"""An app that is nothing but slack_bolt; it keeps what it hears."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack.model import Json
from tests.platforms.slack.server import Slack


class Probe:
    """What was heard, oldest first."""

    def __init__(self, app: AsyncApp) -> None:
        self.app = app
        self.client = app.client
        self.bodies: list[Json] = []
        self._heard = asyncio.Condition()
        app.use(self._hear)

    @property
    def events(self) -> list[Json]:
        """The events in what was heard."""
        return [body["event"] for body in self.bodies if "event" in body]

    def of(self, type_: str) -> list[Json]:
        """The events of a type."""
        return [event for event in self.events if event["type"] == type_]

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait until something is true of what was heard."""
        async with asyncio.timeout(10), self._heard:
            await self._heard.wait_for(holds)

    async def _hear(self, body: Json, ack: Callable[..., Any]) -> Any:
        self.bodies.append(body)
        async with self._heard:
            self._heard.notify_all()
        return await ack()


@asynccontextmanager
async def web_client(server: Slack, token: str = "") -> AsyncIterator[AsyncWebClient]:
    """slack_sdk's own client, without its retries."""
    async with aiohttp.ClientSession() as http:
        yield AsyncWebClient(
            token=token or server.token, base_url=server.api, session=http, retry_handlers=[]
        )


@asynccontextmanager
async def listening(server: Slack, app: AsyncApp) -> AsyncIterator[None]:
    """Connect an app in Socket Mode."""
    handler = AsyncSocketModeHandler(app, server.app_token, ping_interval=1)
    before = server.sockets.opened
    await handler.connect_async()  # type: ignore[no-untyped-call]  # it has no types
    await server.until(lambda: server.sockets.opened > before)
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # it has no types


@asynccontextmanager
async def connected(server: Slack) -> AsyncIterator[Probe]:
    """An app that hears everything, connected."""
    async with web_client(server) as client:
        probe = Probe(AsyncApp(client=client, ignoring_self_events_enabled=False))
        async with listening(server, probe.app):
            yield probe
