"""What Slack's errors become."""

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import rest
from adapters.slack.rest import Refused, translated
from bot.errors import (
    MessengerError,
    PartExpired,
    PartGone,
    PlatformBusy,
    PlatformUnavailable,
    Undeliverable,
)
from tests.adapters.slack.delivering import Stage, staged
from tests.platforms.slack import CUT, DOWN, HANG, LOST, Fault, busy, refused

POST = "chat.postMessage"


async def said(stage: Stage, fault: Fault) -> MessengerError:
    """What a post that meets this fault raises."""
    stage.there.fault(POST, fault)
    with pytest.raises(MessengerError) as met:
        async with translated("post:C", stage.tools.busy):
            await stage.tools.client.chat_postMessage(
                channel=stage.there.channel("general").id, text="x"
            )
    return met.value


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("message_not_found", PartGone),
        ("cant_update_message", PartExpired),
        ("edit_window_closed", PartExpired),
        ("rate_limited", PlatformBusy),
        ("fatal_error", PlatformUnavailable),
        ("internal_error", PlatformUnavailable),
        ("invalid_auth", PlatformUnavailable),
        ("channel_not_found", Undeliverable),
        ("not_in_channel", Undeliverable),
        ("is_archived", Undeliverable),
        ("restricted_action", Undeliverable),
    ],
)
async def test_each_code_is_one_of_our_errors(code: str, error: type[MessengerError]) -> None:
    """What Slack says decides whether it is gone, busy, unsure or hopeless."""
    async with staged() as stage:
        assert type(await said(stage, refused(code))).__mro__.index(error) <= 1


@pytest.mark.parametrize("fault", [DOWN, LOST, CUT, Fault(status=500, error="odd")])
async def test_a_failure_on_the_way_leaves_it_unsure(fault: Fault) -> None:
    """No answer, half an answer and a server's own failure are no refusals."""
    async with staged() as stage:
        assert isinstance(await said(stage, fault), PlatformUnavailable)


async def test_silence_is_a_failure_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call takes longer than a lease can wait."""
    monkeypatch.setattr(rest, "TIMEOUT", 0.1)
    async with staged() as stage:
        assert isinstance(await said(stage, HANG), PlatformUnavailable)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html"])
async def test_a_page_instead_of_an_answer_is_a_failure(kind: str) -> None:
    """What some proxy says is no answer of Slack, whatever it calls itself."""

    async def page(_: web.BaseRequest) -> web.Response:
        return web.Response(text="<p>Busy", content_type=kind, status=502)

    async with RawTestServer(page) as proxy, aiohttp.ClientSession() as session:
        url = str(proxy.make_url("/api/"))
        client = AsyncWebClient("x", url, session=session, retry_handlers=[])
        with pytest.raises(PlatformUnavailable):
            async with translated():
                await client.auth_test()


async def test_a_limit_is_told_with_its_seconds() -> None:
    """Who paces the calls hears of the lane that is full, and for how long."""
    async with staged() as stage:
        met = await said(stage, busy(7))
        assert isinstance(met, PlatformBusy)
        assert (met.retry_after, stage.news) == (7.0, [("post:C", 7.0)])


async def test_a_refusal_keeps_its_code() -> None:
    """What Slack calls the reason decides how an answer goes on."""
    async with staged() as stage:
        met = await said(stage, refused("invalid_blocks"))
        assert isinstance(met, Refused)
        assert met.code == "invalid_blocks"
