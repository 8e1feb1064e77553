"""The loopback Discord as a server: one port for REST, gateway, CDN and control."""

from typing import Self

from aiohttp import web

from tests.platforms.discord.control import Control
from tests.platforms.discord.door import Door
from tests.platforms.discord.gateway import Gateway
from tests.platforms.discord.hands import Hands
from tests.platforms.discord.rest_interactions import Interactions
from tests.platforms.discord.rest_messages import Messages
from tests.platforms.discord.rest_places import Places
from tests.platforms.faults import Fault, Hold, Plan
from tests.platforms.ledger import Call

API = "/api/v10"


class Discord(Hands):
    """The server; see the package."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__()
        self.gateway = Gateway(self)
        self._port = port
        self._runner = self._build()
        self.add_guild("town")
        self.add_channel("general")

    @property
    def api(self) -> str:
        """The REST API's address, for DISCORD_API_URL."""
        return self.url + API

    @property
    def throttled(self) -> list[Call]:
        """Calls that the server's limits refused; not those that a test made fail."""
        return [call for call in self.calls if call.limited]

    def made(self, *routes: str) -> list[Call]:
        """The calls of these routes: ``create``, ``edit``, ``delete`` and so on."""
        return [call for call in self.calls if call.route in routes]

    def fault(self, pattern: str, fault: Fault, *, times: int = 1, skip: int = 0) -> Plan:
        """Let the next requests fail, behind ``skip`` that do not.

        ``pattern`` is a route's short name or ``METHOD /api/v10/path``, with ``*`` and ``?``.
        """
        return self.faults.add(pattern, fault, times=times, skip=skip)

    def pause(self, pattern: str, *, nth: int = 1, after: bool = False) -> Hold:
        """Hold the nth matching request up before its work, or its reply after it.

        ``await hold.reached.wait()`` says that it is there; ``hold.go()`` or ``hold.drop()`` end
        it.
        """
        return self.faults.hold(pattern, nth=nth, after=after)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=2048).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def _build(self) -> web.AppRunner:
        api = web.Application(middlewares=[Door(self).serve])
        for part in (Messages(self), Places(self), Interactions(self)):
            api.router.add_routes(part.routes())
        app = web.Application(client_max_size=2**26)
        app.add_subapp(API, api)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/{path:attachments/.+}", self._file)
        app.router.add_routes(Control(self, self.gateway).routes())
        return web.AppRunner(app, shutdown_timeout=0.1, access_log=None)

    async def _file(self, request: web.Request) -> web.Response:
        file = self.files.get(request.match_info["path"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.data, headers={"Content-Type": file.content_type or ""})
