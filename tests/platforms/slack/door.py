"""What every Web API call goes through: ledger, latency, faults, token, scopes and limits.

https://docs.slack.dev/apis/web-api
"""

import asyncio
import json
import time
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from aiohttp import web

from bot.clock import SystemClock
from tests.platforms.faults import Fault, Hold
from tests.platforms.ledger import Call
from tests.platforms.slack.model import Json, SlackError
from tests.platforms.slack.scopes import needed
from tests.platforms.slack.world import World

Method = Callable[[Json], Json]

PARSED = ("blocks", "attachments", "metadata", "chunks", "view", "prompts", "loading_messages")
"""Arguments that are JSON also in a form."""

OPENS_SOCKETS = "apps.connections.open"


class Dropped(Exception):
    """The connection is to be cut without a reply."""


class Door:
    """Every method of the Web API, by name."""

    def __init__(self, world: World, methods: dict[str, Method]) -> None:
        self._world = world
        self._methods = methods
        self._clock = SystemClock()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call, from its line in the ledger to the reply."""
        call = await self._opened(request)
        await self._clock.sleep(self._world.latency / 2)
        try:
            response = await self._met(call, request)
        except Dropped:
            self._cut(request)
            return web.Response()
        await self._clock.sleep(self._world.latency / 2)
        call.status, call.done = response.status, time.monotonic()
        self._world.touch()
        return response

    async def _opened(self, request: web.Request) -> Call:
        args = await arguments(request)
        where = str(args.get("channel") or args.get("channel_id") or "")
        name = request.match_info["method"]
        call = Call(time.monotonic(), request.method, request.path, name, where, args)
        self._world.calls.append(call)
        self._world.touch()
        return call

    async def _met(self, call: Call, request: web.Request) -> web.Response:
        fault = self._world.faults.meet(call)
        if fault.hang:
            await asyncio.Event().wait()
        await self._held(fault.before, call)
        failure = _failure(fault)
        if (failure and not fault.partial) or not fault.work:
            return self._reply(call, failure or _drop())
        response = self._served(call, _token(request, call.body))
        await self._held(fault.after, call)
        return self._reply(call, failure or response if fault.reply else _drop())

    async def _held(self, hold: Hold | None, call: Call) -> None:
        if hold:
            hold.arrive(call)
            self._world.touch()
            await hold.opened.wait()
        if hold and hold.dropped:
            raise Dropped

    def _served(self, call: Call, token: str) -> web.Response:
        try:
            self._authorize(call, token)
            seconds = self._world.limits.refuse(call)
            return too_many(seconds) if seconds else self._worked(call)
        except SlackError as error:
            return web.json_response(error.body)

    def _worked(self, call: Call) -> web.Response:
        said = self._methods[call.route](call.body)
        return web.json_response({"ok": True} | said)

    def _authorize(self, call: Call, token: str) -> None:
        world, name = self._world, call.route
        if token not in {world.token, world.app_token}:
            raise SlackError("invalid_auth" if token else "not_authed")
        off = [error for pattern, error in world.off.items() if fnmatchcase(name, pattern)]
        if off or name not in self._methods:
            raise SlackError(next(iter(off), "unknown_method"), req_method=name)
        if (token == world.app_token) != (name == OPENS_SOCKETS):
            raise SlackError("not_allowed_token_type")
        given, wanted = self._given(name), self._needed(call)
        if wanted and not given.intersection(wanted):
            provided = ",".join(sorted(given))
            raise SlackError("missing_scope", needed=",".join(wanted), provided=provided)

    def _given(self, name: str) -> set[str]:
        return self._world.app_scopes if name == OPENS_SOCKETS else self._world.scopes

    def _needed(self, call: Call) -> list[str]:
        place = self._world.channels.get(call.channel)
        return needed(call.route, place.kind if place else "")

    def _reply(self, call: Call, response: web.Response) -> web.Response:
        response.headers["X-OAuth-Scopes"] = ",".join(sorted(self._given(call.route)))
        response.headers["X-Accepted-OAuth-Scopes"] = ",".join(self._needed(call))
        call.error = _error(response)
        return response

    def _cut(self, request: web.Request) -> None:
        self._world.touch()
        if request.transport:
            request.transport.abort()


class Arguments(Json):
    """What a call says."""

    def __missing__(self, name: str) -> Any:
        raise SlackError("invalid_arguments", response_metadata={"messages": [name]})


async def arguments(request: web.Request) -> Arguments:
    """From JSON, a form or a query."""
    if request.content_type == "application/json":
        return Arguments(await request.json())
    form = dict(request.query) | {k: str(v) for k, v in (await request.post()).items()}
    return Arguments({k: json.loads(v) if k in PARSED else v for k, v in form.items()})


def true(value: Any) -> bool:
    """A flag, in JSON or in a form."""
    return value in {True, "true", "True", "1"}


def too_many(seconds: int) -> web.Response:
    """A 429 as Slack sends it."""
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(seconds)})


def _token(request: web.Request, args: Json) -> str:
    header = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return header or str(args.get("token", ""))


def _drop() -> web.Response:
    raise Dropped


def _failure(fault: Fault) -> web.Response | None:
    if fault.retry_after is not None:
        return too_many(int(fault.retry_after))
    if fault.error:
        return web.json_response({"ok": False, "error": fault.error}, status=fault.status or 200)
    if fault.status:
        return web.Response(status=fault.status, text="upstream", content_type="text/html")
    return None


def _error(response: web.Response) -> str:
    if response.content_type != "application/json" or response.text is None:
        return ""
    return str(json.loads(response.text).get("error", ""))
