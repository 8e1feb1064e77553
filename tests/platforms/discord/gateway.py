"""The gateway's side of a websocket: HELLO, IDENTIFY, RESUME, heartbeats, and what is sent.

https://discord.com/developers/docs/events/gateway
"""

import asyncio
import json
from contextlib import suppress
from enum import IntEnum

from aiohttp import WSCloseCode, WSMsgType, web

from tests.platforms.discord import payloads
from tests.platforms.discord.model import Json
from tests.platforms.discord.sessions import (
    CONTENT,
    MEMBERS,
    PRESENCES,
    Session,
    shard_of,
)
from tests.platforms.discord.world import World


class Op(IntEnum):
    """What a frame is about."""

    BEAT = 1
    IDENTIFY = 2
    RESUME = 6
    RECONNECT = 7
    INVALID = 9
    HELLO = 10
    ACK = 11


WRONG_TOKEN, DISALLOWED = 4004, 4014
"""Codes that a socket is closed with."""

GRANTED_BY = {PRESENCES: 3 << 12, MEMBERS: 3 << 14, CONTENT: 3 << 18}
"""Privileged intent → flags of an application that has it."""


class Gateway:
    """Every connection to the gateway."""

    def __init__(self, world: World) -> None:
        self.connections: list[Connection] = []
        self.identified: list[Json] = []
        """What each IDENTIFY said."""
        self.resumed = 0
        self.beats = 0
        self.beat_seconds = 41.25
        self.down = False
        """Whether nobody gets in."""
        self.silent = False
        """Whether who gets in hears nothing, not even HELLO."""
        self._world = world

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its beginning to its end."""
        if self.down:
            return web.Response(status=503)
        socket = web.WebSocketResponse(timeout=0.1)
        await socket.prepare(request)
        connection = Connection(self, self._world, socket, request)
        self.connections.append(connection)
        try:
            await connection.run()
        finally:
            self.connections.remove(connection)
            self._world.touch()
        return socket

    async def reconnect(self) -> None:
        """Ask every client to connect anew and resume (op 7)."""
        await self._tell(Op.RECONNECT, None)

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Say that the session is invalid (op 9), and forget it, unless it can be resumed."""
        if not resumable:
            self._world.sessions.alive.clear()
        await self._tell(Op.INVALID, resumable)

    async def _tell(self, op: Op, data: object) -> None:
        for connection in list(self.connections):
            await connection.send(op, data)

    def cut(self) -> None:
        """Break every connection off; the sessions live on."""
        for connection in self.connections:
            connection.cut()

    async def close(self, code: int) -> None:
        """Close every connection with this code."""
        for connection in list(self.connections):
            await connection.socket.close(code=code)


class Connection:
    """One websocket."""

    def __init__(
        self, gateway: Gateway, world: World, socket: web.WebSocketResponse, request: web.Request
    ) -> None:
        self.socket = socket
        self.session: Session | None = None
        self._gateway = gateway
        self._world = world
        self._request = request
        self._sent = 0
        self._begun = asyncio.Event()

    async def run(self) -> None:
        """Until one of both closes it; a close with 1000 or 1001 ends the session."""
        if not self._gateway.silent:
            beat = int(self._gateway.beat_seconds * 1000)
            await self.send(Op.HELLO, {"heartbeat_interval": beat})
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write())
            await self._read()
            writer.cancel()
        if self.session and self.socket.close_code in {WSCloseCode.OK, WSCloseCode.GOING_AWAY}:
            self._world.sessions.alive.pop(self.session.id, None)

    async def send(self, op: int, data: object) -> None:
        if not self.socket.closed:
            await self.socket.send_str(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    def cut(self) -> None:
        if self._request.transport:
            self._request.transport.abort()

    async def _read(self) -> None:
        async for frame in self.socket:
            if frame.type == WSMsgType.TEXT:
                said = json.loads(frame.data)
                await self._take(said["op"], said["d"])

    async def _take(self, op: int, data: Json) -> None:
        match op:
            case Op.BEAT:
                self._gateway.beats += 1
                await self.send(Op.ACK, None)
            case Op.IDENTIFY:
                await self._identify(data)
            case Op.RESUME:
                await self._resume(data)
        self._world.touch()

    async def _identify(self, data: Json) -> None:
        self._gateway.identified.append(data)
        if data["token"] != self._world.token:
            await self.socket.close(code=WRONG_TOKEN)
        elif not self._granted(data["intents"]):
            await self.socket.close(code=DISALLOWED)
        else:
            number, count = data.get("shard", (0, 1))
            self._begin(Session(data["intents"], (number, count)))

    def _granted(self, intents: int) -> bool:
        asked = [flags for intent, flags in GRANTED_BY.items() if intents & intent]
        return all(self._world.flags & flags for flags in asked)

    def _begin(self, session: Session) -> None:
        world, (_, count) = self._world, session.shard
        mine = [g for g in world.guilds.values() if shard_of(g.id, count) == session.shard[0]]
        ready = {
            "v": 10,
            "user": payloads.user(world.bot),
            "guilds": [{"id": guild.id, "unavailable": True} for guild in mine],
            "session_id": session.id,
            "resume_gateway_url": world.gateway_url,
            "shard": session.shard,
            "application": {"id": world.bot.id, "flags": world.flags},
        }
        session.add("READY", ready)
        for guild in mine:
            session.add("GUILD_CREATE", world.guild_payload(guild))
        world.sessions.alive[session.id] = session
        self._attach(session, 0)

    async def _resume(self, data: Json) -> None:
        session = self._world.sessions.alive.get(data["session_id"])
        if session is None or data["token"] != self._world.token:
            await self.send(Op.INVALID, data=False)
            return
        self._gateway.resumed += 1
        session.add("RESUMED", {})
        self._attach(session, data["seq"] or 0)

    def _attach(self, session: Session, sent: int) -> None:
        self.session, self._sent = session, sent
        self._begun.set()

    async def _write(self) -> None:
        await self._begun.wait()
        assert self.session
        with suppress(ConnectionError):  # the reader hears of it, too
            await self._write_all(self.session)

    async def _write_all(self, session: Session) -> None:
        while not self.socket.closed:
            for frame in session.frames[self._sent :]:
                await self.socket.send_str(frame)
                self._sent += 1
            session.fresh.clear()
            await session.fresh.wait()
