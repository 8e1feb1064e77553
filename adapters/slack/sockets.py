"""A connection of Socket Mode, and what is under way over it.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.together import within

_log = structlog.stdlib.get_logger(__name__)
PING = 10.0
"""Seconds between two signs of life of a connection, and between two tries to connect."""
_DRAIN = 5.0
"""Seconds that what is under way has for its end."""
_QUIET = logging.getLogger("slack_sdk.socket")
_QUIET.setLevel(logging.CRITICAL)  # each try to connect would be an error with a traceback


class Work:
    """Counts what is under way, so that its end can be waited for."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self) -> None:
        """One more."""
        self._count += 1
        self._idle.clear()

    def end(self, *_: object) -> None:
        """One less."""
        self._count -= 1
        if not self._count:
            self._idle.set()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """One more, for as long as the block runs."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    async def done(self) -> None:
        """Wait until there is nothing any more, or for five seconds."""
        if not await within(self._idle, _DRAIN):
            _log.warning("left undone", count=self._count)


class Socket(AsyncSocketModeHandler):
    """One connection; it is renewed by the library."""

    def __init__(self, app: AsyncApp, token: str, work: Work, ping: float) -> None:
        super().__init__(app, token, _QUIET, ping_interval=ping)
        self._work = work

    async def handle(self, client: Any, req: SocketModeRequest) -> None:
        """Take one event in, and acknowledge it."""
        with self._work.under_way():
            await super().handle(client, req)

    async def connected(self) -> bool:
        """Whether it is. If not, it asks for a new address: each is good for one try only."""
        if await self.client.is_connected():
            return True
        self.client.wss_uri = None
        return False
