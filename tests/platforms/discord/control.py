"""The same over HTTP, for a server in a process of its own: ``remote`` is its other end."""

import base64
from dataclasses import asdict, is_dataclass
from typing import Any

from aiohttp import web

from tests.platforms.discord.door import nothing, reply
from tests.platforms.discord.faults import Fault, Hold
from tests.platforms.discord.gateway import Gateway
from tests.platforms.discord.hands import Hands
from tests.platforms.discord.limits import Rule
from tests.platforms.discord.model import File, Json

DEEDS = frozenset(
    {
        "add_channel",
        "add_guild",
        "react",
        "answers",
        "archive",
        "autocomplete",
        "bot_message",
        "delete",
        "delete_channel",
        "direct",
        "edit",
        "forbid",
        "forward",
        "join",
        "last",
        "leave",
        "make_forum_post",
        "make_thread",
        "menu",
        "messages",
        "permit",
        "press",
        "refuse_direct",
        "say",
        "slash",
        "stranger",
        "submit",
        "system_message",
        "unreact",
        "types",
        "unfurl",
        "webhook_message",
    }
)
"""What ``/control/do/…`` may call."""

SETTINGS = frozenset(
    {
        "flags",
        "interaction_seconds",
        "latency",
        "old_edit_limit",
        "public",
        "shards",
        "token_seconds",
    }
)


class Control:
    """The endpoints under ``/control``."""

    def __init__(self, world: Hands, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/do/{name}", self._do),
            web.post("/control/set", self._set),
            web.post("/control/limits", self._limit),
            web.post("/control/fault", self._fault),
            web.post("/control/pause", self._pause),
            web.get("/control/holds/{number}", self._reached),
            web.post("/control/holds/{number}", self._end),
            web.post("/control/gateway/{name}", self._connections),
            web.get("/control/state", self._state),
        ]

    async def _do(self, request: web.Request) -> web.Response:
        name, given = request.match_info["name"], await request.json()
        if name not in DEEDS:
            raise web.HTTPNotFound
        if "attachments" in given:
            given["attachments"] = [_file(**file) for file in given["attachments"]]
        if "form" in given:
            given["form"] = self._world.interactions[given["form"]]
        args = given.pop("args", [])
        return reply(plain(getattr(self._world, name)(*args, **given)))

    async def _set(self, request: web.Request) -> web.Response:
        for name, value in (await request.json()).items():
            if name not in SETTINGS:
                raise web.HTTPNotFound
            setattr(self._world, name, value)
        return nothing()

    async def _limit(self, request: web.Request) -> web.Response:
        """Rules by route's name; ``token`` is the one for all calls, null is none."""
        for name, rule in (await request.json()).items():
            made = Rule(*rule) if rule else None
            if name == "token":
                self._world.limits.token = made
            elif made:
                self._world.limits.rules[name] = made
            else:
                self._world.limits.rules.pop(name, None)
        return nothing()

    async def _fault(self, request: web.Request) -> web.Response:
        given = await request.json()
        fault = Fault(**given.pop("fault"))
        self._world.faults.add(given.pop("pattern"), fault, **given)
        return nothing()

    async def _pause(self, request: web.Request) -> web.Response:
        given = await request.json()
        hold = self._world.faults.hold(given.pop("pattern"), **given)
        return reply({"number": hold.number})

    async def _reached(self, request: web.Request) -> web.Response:
        """Answers when a request stands at the gate."""
        hold = self._hold(request)
        await hold.reached.wait()
        return reply(plain(hold.call))

    async def _end(self, request: web.Request) -> web.Response:
        hold, given = self._hold(request), await request.json()
        (hold.drop if given["drop"] else hold.go)()
        return nothing()

    def _hold(self, request: web.Request) -> Hold:
        return self._world.faults.holds[int(request.match_info["number"])]

    async def _connections(self, request: web.Request) -> web.Response:
        given = await request.json()
        match request.match_info["name"]:
            case "cut":
                self._gateway.cut()
            case "close":
                await self._gateway.close(given["code"])
            case "reconnect":
                await self._gateway.reconnect()
            case "invalidate":
                await self._gateway.invalidate(**given)
        return nothing()

    async def _state(self, request: web.Request) -> web.Response:
        """All of it, as soon as more than ``after`` changes have happened."""
        after = int(request.query.get("after", -1))
        await self._world.until(lambda: self._world.changes > after, seconds=None)
        return reply(self._shown())

    def _shown(self) -> Json:
        world = self._world
        return {
            "changes": world.changes,
            "token": world.token,
            "bot": world.bot.id,
            "channels": [plain(place) for place in world.channels.values()],
            "posts": [plain(said) for said in world.posts],
            "calls": [plain(call) for call in world.calls],
            "interactions": {k: plain(asked) for k, asked in world.interactions.items()},
            "commands": world.commands,
            "command_puts": world.command_puts,
            "sessions": [*world.sessions.alive],
            "identified": self._gateway.identified,
            "connections": len(self._gateway.connections),
            "resumed": self._gateway.resumed,
        }


def plain(thing: Any) -> Any:
    """Something as JSON may hold it."""
    if isinstance(thing, list):
        return [plain(one) for one in thing]
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    made = asdict(thing)
    return {k: sorted(v) if isinstance(v, set) else v for k, v in made.items()}


def _file(data: str, **more: Any) -> File:
    return File(data=base64.b64decode(data), **more)
