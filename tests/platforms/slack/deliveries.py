"""What Slack sends to the app, until it is acknowledged.

https://docs.slack.dev/apis/events-api and https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.clock import SystemClock
from tests.platforms.slack.crew import Crew
from tests.platforms.slack.ground import Ground
from tests.platforms.slack.model import Json

EVENT, ACTION, SLASH = "events_api", "interactive", "slash_commands"
TRIES = 4
PAUSES = (0, 0, 60, 300)
"""Seconds before each try over HTTP, at scale 1; over sockets, they follow each other."""


@dataclass(slots=True)
class Delivery:
    """One event or interaction on its way."""

    kind: str
    payload: Json
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    tries: list[float] = field(default_factory=list)
    """When it was sent: ``time.monotonic()``."""
    reason: str = ""
    """Why it is sent again."""
    final: bool = False
    """It is not sent again: the app forbade it, or nobody came for it."""
    acked: float | None = None
    reply: Any = None
    """What the app acknowledged it with."""
    lost: bool = False
    """It is not sent any more."""

    def envelope(self) -> Json:
        made: Json = {"envelope_id": self.id, "type": self.kind, "payload": self.payload}
        made["accepts_response_payload"] = self.kind != EVENT
        if self.kind == EVENT:
            made |= {"retry_attempt": len(self.tries) - 1, "retry_reason": self.reason}
        return made

    def request(self) -> tuple[str, str]:
        """Its body and content type over HTTP."""
        if self.kind == EVENT:
            return json.dumps(self.payload), "application/json"
        form = {"payload": json.dumps(self.payload)} if self.kind == ACTION else self.payload
        return urlencode(form), "application/x-www-form-urlencoded"


class Line(Protocol):
    """A connection that envelopes are sent over."""

    async def send(self, envelope: Json) -> None: ...


class Deliveries:
    """Everything that is sent, over sockets or, where there is an address, over HTTP."""

    def __init__(self, ground: Ground, crew: Crew) -> None:
        self.every: list[Delivery] = []
        self._open: dict[str, tuple[Delivery, asyncio.Event]] = {}
        self.lines: Sequence[Line] = ()
        self.address = ""
        """Where HTTP requests go; "": Socket Mode."""
        self._turn = 0
        self._ground = ground
        self._crew = crew
        self._clock = SystemClock()

    def send(self, kind: str, payload: Json) -> Delivery:
        """Begin to deliver."""
        made = Delivery(kind, payload)
        self.every.append(made)
        self._open[made.id] = (made, asyncio.Event())
        self._crew.start(self._run(made))
        return made

    def acknowledge(self, id_: str, reply: Any = None) -> None:
        """The app has it; a late word about what is given up or done counts no more."""
        if id_ in self._open:
            sent, acked = self._open[id_]
            sent.acked, sent.reply = time.monotonic(), reply
            acked.set()
            self._ground.touch()

    async def _run(self, sent: Delivery) -> None:
        tries = TRIES if sent.kind == EVENT else 1
        for pause in PAUSES[:tries]:
            await self._clock.sleep(pause * self._ground.scale if self.address else 0)
            await (self._push(sent) if self.address else self._hand(sent))
            if sent.acked or sent.final:
                break
        del self._open[sent.id]
        sent.lost = not sent.acked
        self._ground.touch()

    async def _hand(self, sent: Delivery) -> None:
        """One try over one of the sockets, or over none."""
        sent.tries.append(time.monotonic())
        if not self.lines:
            await self._wait_for_line(sent)
            return
        try:
            async with asyncio.timeout(self._ground.ack_seconds * self._ground.scale):
                await self._next().send(sent.envelope())
                await self._open[sent.id][1].wait()
        except (TimeoutError, ConnectionError):
            sent.reason = "timeout"

    async def _wait_for_line(self, sent: Delivery) -> None:
        """An event may wait until somebody connects; what people press fails."""
        sent.reason, sent.final = "timeout", sent.kind != EVENT
        try:
            if not sent.final:
                await self._ground.until(
                    lambda: self.lines, self._ground.patience * self._ground.scale
                )
        except TimeoutError:
            sent.final = True

    def _next(self) -> Line:
        self._turn += 1
        return self.lines[self._turn % len(self.lines)]

    async def _push(self, sent: Delivery) -> None:
        """One signed request."""
        timeout = aiohttp.ClientTimeout(total=self._ground.ack_seconds * self._ground.scale)
        body, kind = sent.request()
        headers = {"Content-Type": kind} | self._signed(body) | _retry(sent)
        sent.tries.append(time.monotonic())
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.post(self.address, data=body, headers=headers) as said,
            ):
                await self._heard(sent, said)
        except TimeoutError:
            sent.reason = "http_timeout"
        except aiohttp.ClientError:
            sent.reason = "connection_failed"

    async def _heard(self, sent: Delivery, said: aiohttp.ClientResponse) -> None:
        text = await said.text()
        if said.ok:
            parsed = json.loads(text) if said.content_type == "application/json" else text
            self.acknowledge(sent.id, parsed or None)
        else:
            sent.reason = "http_error"
            sent.final = said.headers.get("X-Slack-No-Retry") == "1"

    def _signed(self, body: str) -> dict[str, str]:
        stamp = str(int(time.time()))
        verifier = SignatureVerifier(self._ground.signing_secret)
        signature = verifier.generate_signature(timestamp=stamp, body=body)
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature or ""}


def _retry(sent: Delivery) -> dict[str, str]:
    if not sent.tries:
        return {}
    return {"X-Slack-Retry-Num": str(len(sent.tries)), "X-Slack-Retry-Reason": sent.reason}
