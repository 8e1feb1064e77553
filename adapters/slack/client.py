"""The bot on Slack: how events reach it, and where each goes."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from adapters.slack.catchup import CatchUp, Heard
from adapters.slack.commands import CommandDesk
from adapters.slack.content import Json
from adapters.slack.homes import Homes
from adapters.slack.inbound import for_us
from adapters.slack.intake import Intake
from adapters.slack.login import connectable
from adapters.slack.modes import Features, Modes
from adapters.slack.replies import stumbled
from adapters.slack.sockets import PING, Socket, Work
from adapters.slack.ways import Ways
from bot.errors import ConfigError, ThreadwiseError

_log = structlog.stdlib.get_logger(__name__)
PATH = "/slack/events"
"""Where Slack posts everything in HTTP mode."""
_SOCKETS = 2
"""Connections: Slack renews each now and then, and the library closes the old one first."""
_LOOK = 5.0
"""Seconds between two looks at whether anything is connected."""
_PATIENCE = 3
"""Looks in sequence that find nothing connected, until that is said."""
_ALL = re.compile(".*")
_BOLT = logging.getLogger("slack_bolt.quiet")
_BOLT.setLevel(logging.ERROR)


class Bot:
    """Brings what happens on Slack to the core, over sockets or by requests that are posted."""

    def __init__(  # noqa: PLR0913 - the workspace, the core, and two ways in
        self,
        homes: Homes,
        ways: Ways,
        modes: Modes,
        features: Features,
        *,
        app_token: str = "",
        signing_secret: str = "",
        ping: float = PING,
    ) -> None:
        """Events come over sockets with an ``app_token``, else with a ``signing_secret``.

        ``ping``: seconds between two signs of life of a connection.
        """
        self._homes, self._ways = homes, ways
        self._app_token, self._ping = app_token, ping
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._desk = CommandDesk(ways, homes, modes, features, self._later)
        self._intake = Intake(ways, homes, self._desk, features, self._later)
        self._heard = Heard(ways.marks, homes.me.account, ways.clock)
        self._work, self._listening = Work(), False
        self._group: asyncio.TaskGroup
        self._app = self._built()

    async def listen(self) -> None:
        """Take in what happens, until cancelled; what is under way then comes to its end."""
        catch_up = CatchUp(self._homes, self._ways, self._intake, self._heard)
        try:
            async with asyncio.TaskGroup() as self._group:
                self._group.create_task(catch_up.run())
                await (self._over_sockets() if self._app_token else self._by_requests())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One request that was posted, to be registered for ``PATH``.

        What Slack did not sign within the last five minutes is not even parsed.
        https://docs.slack.dev/authentication/verifying-requests-from-slack
        """
        if not self._genuine(request.headers, await request.read()):
            return web.Response(status=401)
        if not self._listening:
            return web.Response(status=503)
        with self._work.under_way():
            try:
                asked = await _asked(request)
            except ValueError:  # no JSON
                return web.Response(status=400)
            return await to_aiohttp_response(await self._app.async_dispatch(asked))

    def _genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        try:
            return self._verifier is not None and self._verifier.is_valid_request(body, headers)
        except (ValueError, TypeError):  # its word for headers or a body that are no text
            return False

    async def _by_requests(self) -> None:
        self._listening = True
        try:
            while True:
                await self._heard.look(connected=True)
                await self._ways.clock.sleep(_LOOK)
        finally:
            self._listening = False
            await self._work.done()

    async def _over_sockets(self) -> None:
        sockets = [
            Socket(self._app, self._app_token, self._work, self._ping) for _ in range(_SOCKETS)
        ]
        for socket in sockets:
            self._group.create_task(socket.connect_async())  # type: ignore[no-untyped-call]
        try:
            await self._watch(sockets)
        finally:
            await self._work.done()  # as long as there is a way to acknowledge
            for socket in sockets:
                await socket.close_async()  # type: ignore[no-untyped-call]  # as above

    async def _watch(self, sockets: Sequence[Socket]) -> None:
        deaf = 1
        while True:
            connected = any([await socket.connected() for socket in sockets])
            if connected and deaf:
                _log.info("listening", name=self._homes.me.name)
            deaf = 0 if connected else deaf + 1
            if deaf == _PATIENCE:
                await self._explain()
            await self._heard.look(connected=connected)
            await self._ways.clock.sleep(_LOOK)

    async def _explain(self) -> None:
        """Say once why nothing is heard; the library goes on trying."""
        try:
            await connectable(self._app_token, self._homes.client.base_url, self._homes.me.app)
        except ConfigError as error:
            _log.error("not connected", error=str(error))
        else:
            _log.error("not connected", error="Slack does not keep the connection")

    def _built(self) -> AsyncApp:
        """With ``authorize``, what the environment says of OAuth changes nothing."""
        app = AsyncApp(
            logger=_BOLT,
            name=self._homes.me.name,
            signing_secret="",
            client=self._homes.client,
            authorize=_authorizing(self._homes),
            process_before_response=True,
            request_verification_enabled=False,
            ignoring_self_events_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        app.event(_ALL)(self._event)
        app.command(_ALL)(self._desk.command)
        app.action(_ALL)(self._desk.action)
        app.shortcut(_ALL)(self._desk.shortcut)
        app.view_submission(_ALL)(self._desk.view)
        app.view_closed(_ALL)(_acknowledged)
        app.error(self._failed)
        return app

    async def _event(self, body: Json) -> None:
        """Acknowledged when this returns."""
        if for_us(body, self._homes.me):
            await self._intake.event(body["event"])

    async def _failed(self, error: Exception, body: Json) -> BoltResponse:
        """What may work later is not acknowledged, so Slack repeats it; a bug would not."""
        kind = body.get("event", body).get("type", "command")
        if isinstance(error, ThreadwiseError):
            _log.warning("not taken in", on=kind, error=str(error))
            self._heard.missed()
            return BoltResponse(status=500)
        said = stumbled(error, kind)
        return BoltResponse(status=200, body=said if "command" in body else "")

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        self._work.begin()
        self._group.create_task(_tried(work)).add_done_callback(self._work.end)


async def _tried(work: Coroutine[Any, Any, None]) -> None:
    """Nobody waits for it; what fails is in the log."""
    try:
        await work
    except ThreadwiseError as error:
        _log.info("not done", error=str(error))
    except Exception:  # noqa: BLE001 - the outermost edge: others go on
        _log.exception("failed")


async def _asked(request: web.Request) -> AsyncBoltRequest:
    """What was posted, as JSON: of a form whose text has the word "payload" Bolt reads nothing."""
    text = await request.text()
    if not text.startswith("{"):
        fields = dict(parse_qsl(text, keep_blank_values=True))
        text = fields.get("payload") or json.dumps(fields)
    return AsyncBoltRequest(body=text, headers=dict(request.headers))


async def _acknowledged(ack: AsyncAck) -> None:
    await ack()


def _authorizing(homes: Homes) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Every event is answered as the one bot that this is; Slack is not asked each time."""
    me, token = homes.me, homes.client.token

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=token,
            bot_id=me.bot,
            bot_user_id=me.user,
        )

    return authorize
