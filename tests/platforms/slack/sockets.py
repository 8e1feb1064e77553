"""Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode."""

import json
import secrets

from aiohttp import WSMsgType, web

from bot.clock import SystemClock
from tests.platforms.slack.crew import Crew
from tests.platforms.slack.deliveries import Deliveries
from tests.platforms.slack.ground import Ground
from tests.platforms.slack.model import Json
from tests.platforms.slack.payloads import APP_ID

MOST = 10
"""Connections of one app."""
WARNED = 10.0
"""Seconds between the warning and the end of a connection, at scale 1."""


class Connection:
    """One websocket."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket
        self._request = request

    async def send(self, envelope: Json) -> None:
        await self._socket.send_str(json.dumps(envelope))

    async def disconnect(self, reason: str, *, close: bool = True) -> None:
        """Tell the app to go, and why."""
        if not self._socket.closed:
            await self.send({"type": "disconnect", "reason": reason, "debug_info": {}})
        if close:
            await self._socket.close()

    def cut(self) -> None:
        """Break off without a word."""
        if self._request.transport:
            self._request.transport.abort()


class Sockets:
    """Every connection of the app."""

    def __init__(self, ground: Ground, deliveries: Deliveries, crew: Crew) -> None:
        self.connections: list[Connection] = []
        self.opened = 0
        """How many there were."""
        self.lifetime: float | None = None
        """Seconds until a connection is to be refreshed, at scale 1."""
        self.down = False
        """Whether nobody gets in."""
        self.mute = False
        """Whether acknowledgements get lost."""
        self._tickets: set[str] = set()
        self._ground = ground
        self._deliveries = deliveries
        deliveries.lines = self.connections
        self._crew = crew
        self._clock = SystemClock()

    def ticket(self) -> str:
        """An address for one connection."""
        made = secrets.token_hex(8)
        self._tickets.add(made)
        return self._ground.url.replace("http", "ws", 1) + f"/link?ticket={made}&app_id={APP_ID}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its beginning to its end."""
        ticket = request.query.get("ticket", "")
        if self.down or ticket not in self._tickets:
            return web.Response(status=503 if self.down else 401)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(timeout=0.1, heartbeat=30)
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self.connections) == MOST:
            await connection.disconnect("too_many_websockets")
            return socket
        await self._begin(connection)
        try:
            await self._read(socket)
        finally:
            self.connections.remove(connection)
            self._ground.touch()
        return socket

    async def _begin(self, connection: Connection) -> None:
        self.opened += 1
        info = {"app_id": APP_ID}
        hello = {"type": "hello", "num_connections": len(self.connections) + 1}
        await connection.send(hello | {"connection_info": info, "debug_info": {}})
        if self.lifetime is not None:
            self._crew.start(self._age(connection, self.lifetime))
        self.connections.append(connection)
        self._ground.touch()

    async def _age(self, connection: Connection, seconds: float) -> None:
        await self._clock.sleep(seconds * self._ground.scale)
        if connection in self.connections:
            await connection.disconnect("warning", close=False)
        await self._clock.sleep(WARNED * self._ground.scale)
        if connection in self.connections:
            await connection.disconnect("refresh_requested")

    async def _read(self, socket: web.WebSocketResponse) -> None:
        async for frame in socket:
            if frame.type == WSMsgType.TEXT and not self.mute:
                said = json.loads(frame.data)
                self._deliveries.acknowledge(said["envelope_id"], said.get("payload"))

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to go; ``link_disabled``: Socket Mode was switched off."""
        for connection in list(self.connections):
            await connection.disconnect(reason)

    def cut(self) -> None:
        """Break every connection off."""
        for connection in self.connections:
            connection.cut()
