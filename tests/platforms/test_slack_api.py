"""The loopback Slack's Web API answers slack_sdk as Slack's does."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack import CUT, DOWN, LOST, File, Rule, Slack, busy, refused, running
from tests.platforms.slack.limits import Bucket, Window
from tests.platforms.slack.model import Json
from tests.platforms.slack.probe import web_client

GAPS = st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.25, 1.0, 3.75]), max_size=60)
"""Seconds between calls."""
FIELDS = {"event_type": "answer", "event_payload": {"answer_id": "1"}}


@pytest.fixture
async def server() -> AsyncIterator[Slack]:
    """A workspace with one channel, its times thirty times shorter."""
    async with Slack(scale=1 / 30) as made:
        yield made


@pytest.fixture
async def client(server: Slack) -> AsyncIterator[AsyncWebClient]:
    """slack_sdk's client."""
    async with web_client(server) as made:
        yield made


async def error(call: Awaitable[Any]) -> str:
    """The name of the error that a call must end in."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_every_version_is_kept(server: Slack, client: AsyncWebClient) -> None:
    """Text, markdown and blocks stand as they are shown; a text takes old blocks away."""
    room = server.channel("general").id
    quiet: Json = {"unfurl_links": False, "unfurl_media": False}
    ts = (await client.chat_postMessage(channel=room, text="a &lt; &amp;lt;", **quiet))["ts"]
    shown: list[Json] = [
        {"type": "markdown", "text": "**two**"},
        {"type": "actions", "elements": []},
    ]
    await client.chat_update(channel=room, ts=ts, text="fallback", blocks=shown)
    await client.chat_update(channel=room, ts=ts, markdown_text="three")
    await client.chat_delete(channel=room, ts=ts)
    (post,) = server.posts
    assert [version.text for version in post.versions] == ["a < &lt;", "**two**", "three"]
    assert [len(version.blocks) for version in post.versions] == [0, 2, 0]
    assert post.deleted
    assert not post.unfurl
    assert server.visible(ts) == ""


async def test_what_is_too_long_is_refused_or_cut(server: Slack, client: AsyncWebClient) -> None:
    """Updates take 4,000 characters, markdown 12,000; a post of more than 40,000 is cut."""
    room = server.channel("general").id
    post = await client.chat_postMessage(channel=room, text="x" * 40_001)
    assert (post["warning"], len(server.posts[0].shown)) == ("message_truncated", 40_000)
    update: Json = {"channel": room, "ts": post["ts"]}
    assert await error(client.chat_update(**update, text="x" * 4001)) == "msg_too_long"
    assert await error(client.chat_update(**update, markdown_text="x" * 12_001)) == "msg_too_long"
    both: Json = {"markdown_text": "x", "text": "y"}
    assert await error(client.chat_update(**update, **both)) == "markdown_text_conflict"
    assert await error(client.api_call("chat.postMessage", json={"channel": room})) == "no_text"
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    wide = client.chat_postMessage(channel=room, text="x", blocks=[section])
    assert await error(wide) == "invalid_blocks"


async def test_places_refuse(server: Slack, client: AsyncWebClient) -> None:
    """Unknown, left and archived channels, lost messages and threads have their own errors."""
    room = server.channel("general").id
    other = server.say("general", "ann", "hers").ts
    assert await error(client.chat_postMessage(channel="C0", text="x")) == "channel_not_found"
    gone: Json = {"channel": room, "thread_ts": "1.2"}
    assert await error(client.chat_postMessage(**gone, text="x")) == "thread_not_found"
    assert await error(client.chat_update(channel=room, ts="1.2", text="x")) == "message_not_found"
    change = client.chat_update(channel=room, ts=other, text="x")
    assert await error(change) == "cant_update_message"
    assert await error(client.chat_delete(channel=room, ts=other)) == "cant_delete_message"
    hidden = server.add_channel("board", kind="group", member=False).id
    assert await error(client.chat_postMessage(channel=hidden, text="x")) == "channel_not_found"
    server.kick("general")
    assert await error(client.chat_postMessage(channel=room, text="x")) == "not_in_channel"
    server.channel("general").members.add(server.bot.id)
    server.archive("general")
    assert await error(client.chat_postMessage(channel=room, text="x")) == "is_archived"


async def test_threads_are_paged_oldest_first(server: Slack, client: AsyncWebClient) -> None:
    """The first message leads and counts, cursors go on; metadata comes only when asked for."""
    room = server.channel("general").id
    root = server.say("general", "ann", "root").ts
    for number in range(3):
        server.say("general", "ann", str(number), thread=root)
    await client.chat_postMessage(channel=room, thread_ts=root, text="mine", metadata=FIELDS)
    first = await client.conversations_replies(channel=room, ts=root, limit=2)
    assert [said["text"] for said in first["messages"]] == ["root", "0"]
    assert first["has_more"]
    rest = await client.conversations_replies(
        channel=room,
        ts=root,
        limit=3,
        cursor=first["response_metadata"]["next_cursor"],
        include_all_metadata=True,
    )
    assert [said["text"] for said in rest["messages"]] == ["1", "2", "mine"]
    assert rest["messages"][2]["metadata"] == FIELDS
    history = await client.conversations_history(channel=room, oldest=root, inclusive=True)
    assert [said["text"] for said in history["messages"]] == ["root"]
    assert history["messages"][0]["reply_count"] == 4


async def test_people_are_who_they_are(server: Slack, client: AsyncWebClient) -> None:
    """Guests, owners and strangers can be told apart, and so can places."""
    server.add_user("gil", guest="single")
    server.add_user("sam", team="T0OTHER")
    server.add_user("olga", owner=True)
    everybody = (await client.users_list())["members"]
    by_name = {who["name"]: who for who in everybody}
    assert by_name["gil"]["is_ultra_restricted"]
    assert by_name["sam"]["is_stranger"]
    assert by_name["olga"]["is_admin"]
    assert by_name["threadwise"]["is_bot"]
    room = (await client.conversations_open(users=by_name["gil"]["id"]))["channel"]["id"]
    assert (await client.conversations_info(channel=room))["channel"]["is_im"]
    mine = await client.users_conversations(types="public_channel,im")
    assert {place["id"] for place in mine["channels"]} == {room, server.channel("general").id}


async def test_limits_answer_429(server: Slack, client: AsyncWebClient) -> None:
    """A tier is a sliding minute; posts have a burst for each channel; refusals are counted."""
    server.limits.rules["chat.update"] = Rule(2, 60.0)
    rooms = [server.channel("general").id, server.add_channel("other").id]
    posts = [await client.chat_postMessage(channel=rooms[0], text="x") for _ in range(5)]
    assert await error(client.chat_postMessage(channel=rooms[0], text="x")) == "ratelimited"
    await client.chat_postMessage(channel=rooms[1], text="x")
    change: Json = {"channel": rooms[0], "ts": posts[0]["ts"], "text": "y"}
    for _ in range(2):
        await client.chat_update(**change)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_update(**change)
    assert caught.value.response.headers["Retry-After"] == "2"
    assert [call.route for call in server.throttled] == ["chat.postMessage", "chat.update"]


@given(GAPS)
def test_no_window_takes_more_than_its_rule(gaps: list[float]) -> None:
    """However calls come, no stretch of a window's length holds more than it allows."""
    window, now, taken = Window(Rule(3, 4.0), 1.0), 0.0, list[float]()
    for gap in gaps:
        now += gap
        wait = window.wait(now)
        assert 0 <= wait <= 4.0
        taken += [now] if not wait else []
        assert sum(now - 4.0 < at for at in taken) <= 3


@given(GAPS)
def test_a_bucket_gives_its_burst_and_then_its_rate(gaps: list[float]) -> None:
    """So many at once, then one for each share of the time."""
    bucket, now, taken = Bucket(Rule(5, 5.0), 1.0), 0.0, 0
    for gap in gaps:
        now += gap
        wait = bucket.wait(now)
        taken += not wait
        assert taken <= 5 + now
        assert not wait or bucket.wait(now + wait / 2) == wait / 2
    assert not bucket.wait(now + 1.0)


async def test_faults_are_what_they_are_called(server: Slack, client: AsyncWebClient) -> None:
    """LOST does the work, CUT does not, a partial error comes after it, the others before."""
    room = server.channel("general").id
    post: Json = {"channel": room, "text": "x"}
    server.fault("chat.*", LOST)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(**post)
    assert len(server.posts) == 1
    server.fault("chat.*", CUT)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(**post)
    server.fault("chat.postMessage", refused("internal_error"))
    assert await error(client.chat_postMessage(**post)) == "internal_error"
    server.fault("chat.postMessage", busy(7))
    assert await error(client.chat_postMessage(**post)) == "ratelimited"
    assert len(server.posts) == 1
    server.fault("chat.postMessage", refused("fatal_error", partial=True), channel=room)
    assert await error(client.chat_postMessage(**post)) == "fatal_error"
    assert len(server.posts) == 2
    server.fault("*", DOWN, channel="C0")
    await client.chat_postMessage(**post)
    assert [call.error for call in server.calls][2:5] == [
        "internal_error",
        "ratelimited",
        "fatal_error",
    ]
    assert server.throttled == []


async def test_a_round_trip_takes_its_time(server: Slack, client: AsyncWebClient) -> None:
    """Latency is waited on both sides of the work."""
    server.latency = 0.1
    began = time.monotonic()
    await client.chat_postMessage(channel=server.channel("general").id, text="x")
    assert time.monotonic() - began >= 0.1
    assert server.posts[0].versions[0].at - began >= 0.05


async def test_files_need_the_token_and_its_scope(server: Slack, client: AsyncWebClient) -> None:
    """Who may not read a file gets a page to sign in, with status 200."""
    said = server.say("general", "ann", "look", files=[File("a.png", b"\x89PNG", "image/png")])
    (file,) = said.files
    assert said.subtype == "file_share"
    assert (await client.files_info(file=file["id"]))["file"]["size"] == 4
    entitled = {"Authorization": f"Bearer {server.token}"}
    async with aiohttp.ClientSession() as http:
        for headers, scope, kind in [
            ({}, True, "text/html"),
            (entitled, True, "image/png"),
            (entitled, False, "text/html"),
        ]:
            server.scopes = server.scopes | {"files:read"} if scope else set()
            async with http.get(file["url_private_download"], headers=headers) as got:
                assert (got.status, got.content_type) == (200, kind)


async def test_a_process_of_its_own() -> None:
    """Over HTTP, a gate holds a post behind its work; its reply is lost, and the post stands."""
    async with running(scale=1 / 30) as there, aiohttp.ClientSession() as http:
        await there.set(latency=0.01)
        await there.limit(**{"chat.update": None})
        root = await there.do("say", "general", "ann", "hello")
        hold = await there.pause("chat.postMessage", after=True)
        client = AsyncWebClient(
            token=(await there.state())["token"],
            base_url=f"{there.url}/api/",
            session=http,
            retry_handlers=[],
        )
        async with asyncio.TaskGroup() as tasks:
            post = tasks.create_task(_lost(client, root["channel"]))
            assert (await hold.reached())["route"] == "chat.postMessage"
            await hold.drop()
        assert post.done()
        state = await there.until(lambda state: state["posts"])
    assert [said["shown"] for said in state["posts"]] == ["x"]
    assert state["deliveries"][0]["payload"]["event"]["text"] == "hello"


async def _lost(client: AsyncWebClient, channel: str) -> None:
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="x")
