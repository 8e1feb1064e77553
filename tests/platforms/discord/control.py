"""The same over HTTP, for a server in a process of its own: ``remote`` is its other end."""

from typing import Any, ClassVar

from aiohttp import web

from tests.platforms import control
from tests.platforms.control import decoded, nothing, plain
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


class Control(control.Control):
    """The endpoints under ``/control``."""

    deeds: ClassVar = DEEDS
    settings: ClassVar = SETTINGS

    def __init__(self, world: Hands, gateway: Gateway) -> None:
        super().__init__(world)
        self._world = world
        self._gateway = gateway

    def routes(self) -> list[web.RouteDef]:
        return [
            *super().routes(),
            web.post("/control/limits", self._limit),
            web.post("/control/gateway/{name}", self._connections),
        ]

    def given(self, given: Json) -> Json:
        if "attachments" in given:
            given["attachments"] = [_file(**file) for file in given["attachments"]]
        if "form" in given:
            given["form"] = self._world.interactions[given["form"]]
        return given

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

    def shown(self) -> Json:
        world = self._world
        return {
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


def _file(data: str, **more: Any) -> File:
    return File(data=decoded(data), **more)
