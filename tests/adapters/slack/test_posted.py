"""Events as signed requests: the same as over sockets, behind a door that only Slack passes."""

import json
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from adapters.http import serving
from adapters.slack.client import PATH
from bot.errors import StoreUnavailable
from storage.scripts import Client
from tests.adapters.slack.listening import Listening, placed, running
from tests.platforms.slack import Slack

STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
JSON = "application/json"


@dataclass(frozen=True)
class Door:
    """A bot that listens on a port."""

    town: Listening
    address: str

    async def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """What a request is answered with."""
        async with (
            aiohttp.ClientSession() as http,
            http.post(self.address, data=body, headers=headers) as reply,
        ):
            return reply.status

    def signed(self, body: bytes, age: float = 0, secret: str = "") -> dict[str, str]:
        """What Slack signs a body with."""
        stamp = str(int(time.time() - age))
        verifier = SignatureVerifier(secret or self.town.there.signing_secret, Clock())
        signature = verifier.generate_signature(timestamp=stamp, body=body)
        return {STAMP: stamp, SIGNATURE: signature or "", "Content-Type": JSON}


async def healthy() -> str:
    """All is well."""
    return ""


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """What is open until the test ends."""
    async with AsyncExitStack() as made:
        yield made


@pytest.fixture
async def closed(client: Client, stack: AsyncExitStack) -> Door:
    """A bot with a port that does not listen yet."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    there = await stack.enter_async_context(Slack(scale=1 / 60))
    town = await stack.enter_async_context(placed(there, client, over=there.signing_secret))
    posts = {PATH: town.bot.take}
    await stack.enter_async_context(serving(port, healthy, bytes, posts=posts, host="127.0.0.1"))
    there.push_to(f"http://127.0.0.1:{port}{PATH}")
    return Door(town, there.deliveries.address)


@pytest.fixture
async def door(closed: Door, stack: AsyncExitStack) -> Door:
    """It listens."""
    await stack.enter_async_context(running(closed.town))
    return closed


async def test_a_signed_event_is_taken_in(door: Door) -> None:
    """As over sockets: once, before it is acknowledged."""
    there, town = door.town.there, door.town
    asked = there.say("general", "ann", f"{there.mention} why? ü")
    await town.heard()
    assert (await town.question(town.key(thread=asked.ts))).text == "why? ü"
    assert not there.sockets.opened


async def test_commands_are_answered_in_the_reply(door: Door) -> None:
    """What a slash command comes to goes back with its acknowledgement."""
    there = door.town.there
    given = there.slash("/ai", "help")
    await there.until(lambda: given.acked)
    assert "/ai model" in json.dumps(given.reply)


async def test_a_command_may_speak_of_a_payload(door: Door) -> None:
    """The word is in every form of another kind, and the library looks for it in all text."""
    there = door.town.there
    given = there.slash("/ai", "payload")
    await there.until(lambda: given.acked)
    assert "no command `/ai payload`" in json.dumps(given.reply)


async def test_slack_asks_whether_the_address_is_right(door: Door) -> None:
    """It gets its word back: https://docs.slack.dev/reference/events/url_verification."""
    asked = door.town.there.verify_address()
    await door.town.heard()
    assert asked.payload["challenge"] in json.dumps(asked.reply)


async def test_the_store_is_away(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack is told that it failed, and sends it again."""
    town, there = door.town, door.town.there
    with monkeypatch.context() as patch:

        async def away(*_: object) -> None:
            raise StoreUnavailable("away")

        patch.setattr(town.inbox, "accept", away)
        asked = there.say("general", "ann", f"{there.mention} why?")
        await there.until(lambda: len([c for s in there.deliveries.every for c in s.tries]) >= 2)
    await town.heard()
    assert await town.waiting(town.key(thread=asked.ts)) == (asked.ts,)


EVENT: Mapping[str, Any] = {
    "type": "event_callback",
    "event": {"type": "app_mention", "user": "U1", "ts": "1.1", "text": "hi", "channel": "C1"},
    "authorizations": [],
}


@pytest.mark.parametrize(
    "forged",
    [
        {STAMP: "now"},
        {STAMP: "9" * 30},
        {SIGNATURE: "v0=" + "0" * 64},
        {SIGNATURE: "v0=ü"},
        {SIGNATURE: ""},
    ],
)
async def test_a_forged_signature(door: Door, forged: dict[str, str]) -> None:
    """It is refused, wrong or rubbish; the right one is not."""
    body = json.dumps(EVENT).encode()
    assert await door.post(body, {**door.signed(body), **forged}) == 401
    assert await door.post(body, door.signed(body)) == 200


@pytest.mark.parametrize("more", [{"age": 400}, {"age": -400}, {"secret": "guessed"}])
async def test_a_signature_of_another_time_or_secret(door: Door, more: dict[str, Any]) -> None:
    """Nobody who overheard a request can send it again later."""
    body = json.dumps(EVENT).encode()
    assert await door.post(body, door.signed(body, **more)) == 401


@pytest.mark.parametrize(
    "body", [b"", b"[" * 100_000, b"\xff\xfe", b"{", b"payload=%7B", b"ssl_check=1"]
)
async def test_rubbish_without_a_signature(door: Door, body: bytes) -> None:
    """It is not even parsed, and the server goes on."""
    assert await door.post(body, {"Content-Type": JSON}) == 401
    assert await door.post(body, {}) == 401


@pytest.mark.parametrize("body", [b"{", b'{"type": '])
async def test_a_signed_body_that_is_no_json(door: Door, body: bytes) -> None:
    """It is a bad request."""
    assert await door.post(body, door.signed(body)) == 400


async def test_a_signed_body_that_is_no_text(door: Door) -> None:
    """It cannot be verified."""
    headers = door.signed(b"x")
    assert await door.post(b"\xff\xfe", headers) == 401


async def test_a_bot_that_does_not_listen_yet(closed: Door) -> None:
    """Slack is told to come again."""
    body = json.dumps(EVENT).encode()
    assert await closed.post(body, closed.signed(body)) == 503
