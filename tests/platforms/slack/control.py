"""The same over HTTP, for a server in a process of its own: ``remote`` is its other end."""

from typing import Any, ClassVar

from aiohttp import web

from tests.platforms import control
from tests.platforms.control import decoded, nothing, plain
from tests.platforms.slack.hands import Hands
from tests.platforms.slack.limits import Rule
from tests.platforms.slack.model import File, Json, Message
from tests.platforms.slack.sockets import Sockets

DEEDS = frozenset(
    {
        "add_channel",
        "add_user",
        "answers",
        "archive",
        "bot_message",
        "channel",
        "delete",
        "delete_channel",
        "direct",
        "edit",
        "join",
        "kick",
        "last",
        "look_at",
        "messages",
        "native_stop",
        "open_home",
        "press",
        "press_view",
        "push_to",
        "react",
        "say",
        "shortcut",
        "slash",
        "submit",
        "tell",
        "unfurl",
        "uninstall",
        "unreact",
        "verify_address",
        "visible",
    }
)
"""What ``/control/do/…`` may call."""

SETTINGS = frozenset(
    {
        "ack_seconds",
        "edit_window_closed",
        "enterprise",
        "latency",
        "off",
        "patience",
        "stream_bytes",
        "stream_seconds",
        "strays",
        "twins",
    }
)


class Control(control.Control):
    """The endpoints under ``/control``."""

    deeds: ClassVar = DEEDS
    settings: ClassVar = SETTINGS

    def __init__(self, world: Hands, sockets: Sockets) -> None:
        super().__init__(world)
        self._world = world
        self._sockets = sockets

    def routes(self) -> list[web.RouteDef]:
        return [
            *super().routes(),
            web.post("/control/limits", self._limit),
            web.post("/control/sockets/{name}", self._connections),
        ]

    def given(self, given: Json) -> Json:
        if "files" in given:
            given["files"] = [_file(**file) for file in given["files"]]
        return given

    async def _limit(self, request: web.Request) -> web.Response:
        """Rules by method: ``[calls, seconds]``, with ``true`` for each channel; null: none."""
        for name, rule in (await request.json()).items():
            if rule:
                self._world.limits.rules[name] = Rule(*rule)
            else:
                self._world.limits.rules.pop(name, None)
        return nothing()

    async def _connections(self, request: web.Request) -> web.Response:
        given = await request.json()
        match request.match_info["name"]:
            case "cut":
                self._sockets.cut()
            case "refresh":
                await self._sockets.refresh(**given)
            case "set":
                for name in given.keys() & {"down", "lifetime", "mute"}:
                    setattr(self._sockets, name, given[name])
        return nothing()

    def shown(self) -> Json:
        world = self._world
        return {
            "token": world.token,
            "app_token": world.app_token,
            "signing_secret": world.signing_secret,
            "bot": world.bot.id,
            "channels": [plain(place) for place in world.channels.values()],
            "posts": [_seen(said) for said in world.posts],
            "calls": [plain(call) for call in world.calls],
            "deliveries": [plain(sent) for sent in world.deliveries.every],
            "spinners": [[*where, status] for where, status in world.spinners.items()],
            "open_streams": [said.ts for said in world.open_streams],
            "sessions": [[*k, plain(session)] for k, session in world.sessions.items()],
            "links": {k: plain(link) for k, link in world.links.items()},
            "prompts": world.prompts,
            "views": [plain(view) for view in world.views.values()],
            "connections": len(self._sockets.connections),
            "opened": self._sockets.opened,
        }


def _seen(said: Message) -> Json:
    return dict(plain(said)) | {"shown": said.shown}


def _file(data: str, **more: Any) -> File:
    return File(data=decoded(data), **more)
