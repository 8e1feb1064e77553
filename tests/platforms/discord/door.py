"""What every REST call goes through: ledger, token, latency, faults and limits."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.clock import SystemClock
from tests.platforms.discord.errors import ApiError, refusal
from tests.platforms.discord.limits import too_many
from tests.platforms.discord.world import World
from tests.platforms.faults import Fault, Hold
from tests.platforms.ledger import Call

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKENED = ("/interactions/", "/webhooks/")
"""Paths that carry a token of their own; the limit for the whole token leaves them alone."""

CALL: web.RequestKey[Call] = web.RequestKey("call", Call)


class Dropped(Exception):
    """The connection is to be cut without a reply."""


def reply(data: Any, status: int = 200) -> web.Response:
    """JSON; clients want exactly this content type, without a charset."""
    body = json.dumps(data).encode()
    return web.Response(status=status, body=body, content_type="application/json")


def nothing() -> web.Response:
    """Done, and nothing to say."""
    return web.Response(status=204)


def refused(error: ApiError) -> web.Response:
    """An error's body."""
    return reply(error.body, error.status)


class Door:
    """The middleware of the REST API."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._clock = SystemClock()

    @web.middleware
    async def serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """One call, from the first line in the ledger to the reply."""
        call = await self._opened(request)
        await self._clock.sleep(self._world.latency / 2)
        try:
            response = await self._met(request, handler, call)
        except Dropped:
            self._cut(request)
            return web.Response()
        await self._clock.sleep(self._world.latency / 2)
        call.status, call.done = response.status, time.monotonic()
        self._world.touch()
        return response

    async def _opened(self, request: web.Request) -> Call:
        raw = await request.read()
        route = request.match_info.route.name or "unknown"
        where = request.match_info.get("channel") or request.match_info.get("token", "")
        body = json.loads(raw) if raw else None
        call = Call(time.monotonic(), request.method, request.path, route, where, body)
        request[CALL] = call
        self._world.calls.append(call)
        self._world.touch()
        return call

    async def _met(self, request: web.Request, handler: Handler, call: Call) -> web.StreamResponse:
        fault = self._world.faults.meet(call)
        if fault.hang:
            await asyncio.Event().wait()
        await self._held(fault.before, call)
        instead = _instead(fault)
        if instead or not fault.work:
            return instead or _drop()
        response = await self._served(request, handler, call)
        response.headers.update(self._world.limits.headers(call))
        await self._held(fault.after, call)
        return response if fault.reply else _drop()

    async def _held(self, hold: Hold | None, call: Call) -> None:
        if hold:
            hold.arrive(call)
            self._world.touch()
            await hold.opened.wait()
        if hold and hold.dropped:
            raise Dropped

    async def _served(
        self, request: web.Request, handler: Handler, call: Call
    ) -> web.StreamResponse:
        try:
            tokened = any(part in call.path for part in TOKENED)
            if not tokened:
                self._authorize(request)
            limited = self._world.limits.refuse(call, counts=not tokened)
            return limited or await handler(request)
        except ApiError as error:
            call.code = error.code
            return refused(error)
        except web.HTTPNotFound:
            return reply({"code": 0, "message": "404: Not Found"}, 404)

    def _authorize(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self._world.token}":
            raise refusal(0)

    def _cut(self, request: web.Request) -> None:
        self._world.touch()
        if request.transport:
            request.transport.abort()


def _drop() -> web.Response:
    raise Dropped


def _instead(fault: Fault) -> web.Response | None:
    if fault.retry_after is not None:
        return too_many(fault.retry_after, fault.scope)
    if fault.status:
        return refused(ApiError(fault.status, fault.code, "told so by the test"))
    return None
