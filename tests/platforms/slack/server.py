"""The loopback Slack as a server: one port for Web API, sockets, files, hooks and control."""

from contextlib import AsyncExitStack
from typing import Self

from aiohttp import web

from tests.platforms.faults import Fault, Hold, Plan
from tests.platforms.ledger import Call
from tests.platforms.slack.api_chat import Chat
from tests.platforms.slack.api_places import Places
from tests.platforms.slack.api_status import Status
from tests.platforms.slack.api_streams import Streams
from tests.platforms.slack.api_views import Things, Views
from tests.platforms.slack.control import Control
from tests.platforms.slack.door import OPENS_SOCKETS, Door
from tests.platforms.slack.hands import Hands
from tests.platforms.slack.hooks import Hooks
from tests.platforms.slack.sockets import Sockets


def refused(error: str, *, partial: bool = False) -> Fault:
    """A call is answered ``ok: false``; ``partial``: although its work was done."""
    return Fault(error=error, partial=partial)


class Slack(Hands):
    """The server; see the package."""

    def __init__(self, *, port: int = 0, scale: float = 1.0) -> None:
        super().__init__(scale=scale)
        self.sockets = Sockets(self, self.deliveries, self.crew)
        self._port = port
        self._runner = self._build()
        self._stack = AsyncExitStack()
        self.add_channel("general")

    @property
    def api(self) -> str:
        """The Web API's address, for SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def throttled(self) -> list[Call]:
        """Calls that the server's limits refused; not those that a test made fail."""
        return [call for call in self.calls if call.limited]

    def made(self, *methods: str) -> list[Call]:
        """The calls of these methods: ``chat.update`` and so on."""
        return [call for call in self.calls if call.route in methods]

    def push_to(self, address: str) -> None:
        """Send everything to this address from now on, signed; "": over sockets again."""
        self.deliveries.address = address

    def fault(
        self, pattern: str, fault: Fault, *, times: int = 1, skip: int = 0, channel: str = ""
    ) -> Plan:
        """Let the next calls fail, behind ``skip`` that do not.

        ``pattern`` is a method's name, with ``*`` and ``?``; ``channel`` is an id.
        """
        return self.faults.add(pattern, fault, times=times, skip=skip, channel=channel)

    def pause(self, pattern: str, *, nth: int = 1, after: bool = False, channel: str = "") -> Hold:
        """Hold the nth matching call up before its work, or its reply after it.

        ``await hold.reached.wait()`` says that it is there; ``hold.go()`` or ``hold.drop()`` end
        it.
        """
        return self.faults.hold(pattern, nth=nth, after=after, channel=channel)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=2048).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._stack.push_async_callback(self._runner.cleanup)
        await self._stack.enter_async_context(self.crew)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def _build(self) -> web.AppRunner:
        methods = {OPENS_SOCKETS: lambda _: {"url": self.sockets.ticket()}}
        for part in (
            Chat(self),
            Streams(self),
            Status(self),
            Places(self),
            Views(self),
            Things(self),
        ):
            methods |= part.methods()
        app = web.Application(client_max_size=2**26)
        door = Door(self, methods)
        app.router.add_route("*", "/api/{method}", door.serve)
        app.router.add_get("/link", self.sockets.serve)
        app.router.add_routes(Hooks(self).routes())
        app.router.add_routes(Control(self, self.sockets).routes())
        return web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
