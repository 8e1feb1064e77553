"""What reaches the bot on Slack at the worst moment, or in the worst shape."""

import asyncio
import time
from collections.abc import Mapping
from io import BytesIO

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier

from bot.errors import ConfigError
from bot.run import run
from tests.journeys.slack_town import SlackTown, eventually
from tests.platforms.model_server import Reply

GOOD = b'{"type": "event_callback"}'


def signed(
    town: SlackTown, body: bytes, *, age: float = 0, forged: bool = False
) -> dict[str, str]:
    """The headers of a request; ``forged``: with another app's secret."""
    stamp = str(int(time.time() - age))
    verifier = SignatureVerifier(town.there.signing_secret[forged:])
    signature = verifier.generate_signature(timestamp=stamp, body=body)
    marks = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature or ""}
    return marks | {"Content-Type": "application/json"}


async def post(town: SlackTown, body: bytes, headers: Mapping[str, str]) -> int:
    """The status that a request gets."""
    address = town.there.deliveries.address
    async with (
        aiohttp.ClientSession() as http,
        http.post(address, data=BytesIO(body), headers=headers) as said,
    ):
        return said.status


async def test_what_slack_did_not_sign_is_refused(slack_town: SlackTown) -> None:
    """A wrong signature, an old one, none, and one that is no text are 401."""
    town = slack_town
    async with town.posted():
        forged = signed(town, GOOD, forged=True)
        stale, bare = signed(town, GOOD, age=400), {"Content-Type": "application/json"}
        odd = signed(town, GOOD) | {"X-Slack-Request-Timestamp": "yesterday"}
        for headers in (forged, stale, bare, odd):
            assert await post(town, GOOD, headers) == 401
        assert await post(town, GOOD + b" ", signed(town, GOOD)) == 401


async def test_bad_requests_leave_it_well(slack_town: SlackTown) -> None:
    """Oversized, malformed and cut-off requests are refused, and the next person is answered."""
    town, there = slack_town, slack_town.there
    async with town.posted():
        large = b"x" * 1_100_000
        assert await post(town, large, signed(town, large)) == 413
        for body in (b"{", b"[]", b'"text"', b"7", b"{}"):
            assert 400 <= await post(town, body, signed(town, body)) < 500, body
        assert await post(town, b"\xff\xfe", signed(town, GOOD)) == 401
        port = int(there.deliveries.address.split(":")[2].partition("/")[0])
        _, half = await asyncio.open_connection("127.0.0.1", port)
        half.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{")
        await half.drain()
        _, noise = await asyncio.open_connection("127.0.0.1", port)
        noise.write(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
        await noise.drain()
        noise.transport.abort()
        there.tell("ann", "Why?")
        await town.answered("answer to: Why? [2 messages]")
        half.transport.abort()
        there.tell("bob", "Who?")
        await town.answered("answer to: Who? [2 messages]")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "refuses SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xapp-1-A0-1-x"}, "SLACK_BOT_TOKEN holds an app-level token"),
        ({"SLACK_APP_TOKEN": "xapp-1-A0LOOPBACK-1-wrong"}, "refuses SLACK_APP_TOKEN"),
        ({"SLACK_APP_TOKEN": "xoxb-loopback"}, "SLACK_APP_TOKEN holds a bot token"),
    ],
)
async def test_bad_tokens_say_what_to_do(
    slack_town: SlackTown, given: dict[str, str], sentence: str
) -> None:
    """A token that Slack refuses ends the program at once, with one sentence."""
    with pytest.raises(ConfigError, match=sentence):
        await run(slack_town.configure(**given), [], demo=False)


async def test_an_app_that_may_not_connect_says_so(slack_town: SlackTown) -> None:
    """Without the scope for connections nothing loops: the program ends with a sentence."""
    slack_town.there.app_scopes.clear()
    with pytest.raises(ConfigError, match="lacks the scope connections:write"):
        await run(slack_town.configure(), [], demo=False)


async def test_a_direct_message_outlasts_a_busy_look_up(slack_town: SlackTown) -> None:
    """Who somebody is may be unknown for a moment; they are answered when it comes again."""
    town, there = slack_town, slack_town.there
    there.ack_seconds = 9
    there.off["users.info"] = "internal_error"
    async with town.bot():
        there.tell("bob", "Who?")
        sent = there.sent("message")[-1]
        await eventually(lambda: len(sent.tries) > 1)
        there.off.clear()
        await town.answered("answer to: Who? [2 messages]")


async def test_a_sign_that_comes_late_is_taken_off(slack_town: SlackTown) -> None:
    """Where a question's turn came before its 👀 was there, it does not stay."""
    town, there = slack_town, slack_town.there
    go = asyncio.Event()
    town.model.script(Reply("one two", hold=go))
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await town.until(lambda: town.posts)
        held = there.pause("reactions.add")
        late = there.say("general", "bob", "C?", thread=asked.ts)
        await held.reached.wait()
        go.set()
        await town.until(lambda: len(town.ended) == 2)
        held.go()
        await town.until(lambda: there.made("reactions.remove") and not late.reactions)


async def test_a_question_about_a_message(slack_town: SlackTown) -> None:
    """Chosen in a message's menu, what is written into the form is asked about that message."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        said = there.say("general", "bob", "The printer burns.")
        there.shortcut(said, user="ann")
        await town.until(lambda: there.modal("ann"))
        form = there.modal("ann")
        assert form
        there.submit(form, {"question": {"value": "What now?"}})
        await town.until(lambda: town.ended)
    assert "The printer burns." in town.prompt()[-1]
    assert "What now?" in town.prompt()[-1]
    assert [post.thread_ts for post in town.posts] == [said.ts]
