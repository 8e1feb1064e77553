"""A platform's server over HTTP, for one in a process of its own: ``remote`` is its other end."""

import base64
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any, ClassVar, Protocol

from aiohttp import web

from tests.platforms.faults import Fault, Faults, Hold

Json = dict[str, Any]


class World(Protocol):
    """What every platform's server has."""

    changes: int
    faults: Faults

    async def until(self, holds: Callable[[], object], seconds: float | None = 15) -> None: ...


class Control:
    """The endpoints under ``/control`` that all platforms have."""

    deeds: ClassVar[frozenset[str]]
    """What ``/control/do/…`` may call."""
    settings: ClassVar[frozenset[str]]
    """What ``/control/set`` may set."""

    def __init__(self, world: World) -> None:
        self._any = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/do/{name}", self._do),
            web.post("/control/set", self._set),
            web.post("/control/fault", self._fault),
            web.post("/control/pause", self._pause),
            web.get("/control/holds/{number}", self._reached),
            web.post("/control/holds/{number}", self._end),
            web.get("/control/state", self._state),
        ]

    def given(self, given: Json) -> Json:
        """The arguments of a deed, as they came, made what it takes."""
        raise NotImplementedError

    def shown(self) -> Json:
        """All there is to know, but for the number of changes."""
        raise NotImplementedError

    async def _do(self, request: web.Request) -> web.Response:
        name, given = request.match_info["name"], self.given(await request.json())
        if name not in self.deeds:
            raise web.HTTPNotFound
        args = given.pop("args", [])
        return web.json_response(plain(getattr(self._any, name)(*args, **given)))

    async def _set(self, request: web.Request) -> web.Response:
        for name, value in (await request.json()).items():
            if name not in self.settings:
                raise web.HTTPNotFound
            setattr(self._any, name, value)
        return nothing()

    async def _fault(self, request: web.Request) -> web.Response:
        given = await request.json()
        fault = Fault(**given.pop("fault"))
        self._any.faults.add(given.pop("pattern"), fault, **given)
        return nothing()

    async def _pause(self, request: web.Request) -> web.Response:
        given = await request.json()
        hold = self._any.faults.hold(given.pop("pattern"), **given)
        return web.json_response({"number": hold.number})

    async def _reached(self, request: web.Request) -> web.Response:
        """Answers when a request stands at the gate."""
        hold = self._hold(request)
        await hold.reached.wait()
        return web.json_response(plain(hold.call))

    async def _end(self, request: web.Request) -> web.Response:
        hold, given = self._hold(request), await request.json()
        (hold.drop if given["drop"] else hold.go)()
        return nothing()

    def _hold(self, request: web.Request) -> Hold:
        return self._any.faults.holds[int(request.match_info["number"])]

    async def _state(self, request: web.Request) -> web.Response:
        """All of it, as soon as more than ``after`` changes have happened."""
        after = int(request.query.get("after", -1))
        await self._any.until(lambda: self._any.changes > after, seconds=None)
        return web.json_response({"changes": self._any.changes} | self.shown())


def nothing() -> web.Response:
    """Done, and nothing to say."""
    return web.Response(status=204)


def plain(thing: Any) -> Any:
    """Something as JSON may hold it."""
    if isinstance(thing, list):
        return [plain(one) for one in thing]
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    made = asdict(thing)
    return {k: sorted(v) if isinstance(v, set) else v for k, v in made.items()}


def decoded(data: str) -> bytes:
    """A file's bytes, as they come over HTTP."""
    return base64.b64decode(data)
