"""The loopback Slack is what slack_bolt takes for Slack."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.platforms.slack import Slack
from tests.platforms.slack.deliveries import Delivery
from tests.platforms.slack.probe import Probe, connected, web_client

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def server() -> AsyncIterator[Slack]:
    """A workspace with one channel, its times thirty times shorter."""
    async with Slack(scale=1 / 30) as made:
        made.ack_seconds = 9.0
        yield made


@pytest.fixture
async def probe(server: Slack) -> AsyncIterator[Probe]:
    """An app that is connected."""
    async with connected(server) as made:
        yield made


def done(sent: Delivery) -> bool:
    """Whether nothing more happens to it."""
    return bool(sent.acked or sent.lost)


@pytest.mark.parametrize("first", ["mention", "message"])
async def test_a_mention_comes_twice(server: Slack, probe: Probe, first: str) -> None:
    """A mention is two events with one ts, in either order, and its text is escaped once."""
    server.twins = first
    said = server.say("general", "ann", f"{server.mention} a < b && <https://x.org/>")
    await probe.until(lambda: len(probe.events) == 2)
    types = ["app_mention", "message"]
    assert [event["type"] for event in probe.events] == (types[:: 1 if first == "mention" else -1])
    assert {event["ts"] for event in probe.events} == {said.ts}
    assert len({body["event_id"] for body in probe.bodies}) == 2
    text = f"{server.mention} a &lt; b &amp;&amp; <https://x.org/>"
    assert {event["text"] for event in probe.events} == {text}
    assert len({event["client_msg_id"] for event in probe.events}) == 1
    assert "channel_type" not in probe.of("app_mention")[0]


async def test_a_dm_comes_once(server: Slack, probe: Probe) -> None:
    """In a DM there is no app_mention, and what the person looks at comes with the message."""
    server.tell("ann", f"{server.mention} hi", looking_at="general")
    server.tell("ann", "again")
    await probe.until(lambda: len(probe.events) == 2)
    assert [event["channel_type"] for event in probe.events] == ["im", "im"]
    (entity,) = probe.events[0]["app_context"]["entities"]
    assert entity["value"] == server.channel("general").id


async def test_changes_tell_who_made_them(server: Slack, probe: Probe) -> None:
    """An edit is marked, unfurls and counters keep the old mark, a delete has what is gone."""
    said = server.say("general", "ann", "one")
    server.edit(said, "two")
    server.unfurl(said)
    server.say("general", "bob", "reply", thread=said.ts)
    server.delete(server.say("general", "ann", "gone"))
    await probe.until(lambda: len(probe.events) == 7)
    changed = [event for event in probe.events if event.get("subtype") == "message_changed"]
    assert [e["message"].get("edited", {}).get("user") for e in changed[:1]] == [said.user.id]
    assert [e["previous_message"]["text"] for e in changed] == ["one", "two", "two"]
    assert changed[1]["message"]["edited"] == changed[0]["message"]["edited"]
    assert changed[1]["message"]["attachments"]
    assert changed[2]["message"]["reply_count"] == 1
    deleted = [event for event in probe.events if event.get("subtype") == "message_deleted"]
    assert deleted[0]["previous_message"]["text"] == "gone"


async def test_a_deleted_thread_leaves_a_tombstone(server: Slack, probe: Probe) -> None:
    """With replies, the first message is changed into a tombstone, which leads the thread on."""
    said = server.say("general", "ann", "root")
    server.say("general", "bob", "reply", thread=said.ts)
    server.delete(said)
    await probe.until(lambda: len(probe.events) == 4)
    assert [e["message"]["subtype"] for e in probe.events if "tombstone" in str(e)] == [
        "tombstone"
    ]
    thread = await probe.client.conversations_replies(channel=said.channel, ts=said.ts)
    assert [one.get("subtype") for one in thread["messages"]] == ["tombstone", None]
    gone = server.say("general", "ann", "no replies")
    server.delete(gone)
    server.strays = True
    answer = {"channel": gone.channel, "thread_ts": gone.ts, "text": "late"}
    await probe.client.api_call("chat.postMessage", json=answer)
    assert server.posts[0].thread_ts == ""


async def test_the_bots_own_edits_come_back(server: Slack, probe: Probe) -> None:
    """Its posts are messages with its marks, its edits hidden changes by the bot's id."""
    room = server.channel("general").id
    post = await probe.client.chat_postMessage(channel=room, text="one")
    await probe.client.chat_update(channel=room, ts=post["ts"], text="two")
    await probe.until(lambda: len(probe.events) == 2)
    first, second = probe.events
    assert (first["user"], first["bot_id"]) == (server.bot.id, "B0LOOPBACK")
    assert second["hidden"]
    assert second["message"]["edited"]["user"] == "B0LOOPBACK"


async def test_events_need_subscription_scope_and_membership(server: Slack, probe: Probe) -> None:
    """What was not subscribed, not granted, or not said where the bot is, is not sent."""
    server.add_channel("elsewhere", member=False)
    server.events.discard("app_home_opened")
    server.scopes.discard("im:history")
    server.say("elsewhere", "ann", "unheard")
    server.open_home("ann")
    server.tell("ann", "unheard")
    server.say("general", "ann", "heard")
    await probe.until(lambda: probe.events)
    assert [event["text"] for event in probe.events] == ["heard"]
    assert len(server.deliveries.every) == 1


async def test_an_unacknowledged_event_is_sent_again(server: Slack, probe: Probe) -> None:
    """Acknowledgements that get lost bring an envelope four times in all, with its count."""
    server.sockets.mute, server.ack_seconds = True, 3.0
    server.say("general", "ann", "hello")
    (sent,) = server.deliveries.every
    await server.until(lambda: done(sent))
    assert sent.lost
    assert len(probe.events) == len(sent.tries) == 4
    assert len({body["event_id"] for body in probe.bodies}) == 1
    assert sent.envelope()["retry_attempt"] == 3
    assert all(b - a >= 0.09 for a, b in zip(sent.tries, sent.tries[1:], strict=False))


async def test_events_wait_for_a_connection(server: Slack) -> None:
    """What happens while nobody is connected comes as a retry, unless that takes too long."""
    server.say("general", "ann", "early")
    async with connected(server) as probe:
        await probe.until(lambda: probe.events)
        (sent,) = server.deliveries.every
        await server.until(lambda: done(sent))
        assert (sent.envelope()["retry_attempt"], sent.reason) == (1, "timeout")
    await server.until(lambda: not server.sockets.connections)
    server.patience = 1.0
    server.say("general", "ann", "in vain")
    await server.until(lambda: server.deliveries.every[-1].lost)
    assert len(server.deliveries.every[-1].tries) == 1


async def test_connections_share_the_events(server: Slack, probe: Probe) -> None:
    """Each event goes to one of an app's connections, in turn."""
    async with connected(server) as other:
        for number in range(4):
            server.say("general", "ann", str(number))
        await probe.until(lambda: len(probe.events) == 2)
        await other.until(lambda: len(other.events) == 2)
    assert len(server.deliveries.every) == 4


async def test_a_refresh_brings_a_new_connection(server: Slack, probe: Probe) -> None:
    """A connection that is asked to go is replaced, and events go on."""
    await server.sockets.refresh()
    await server.until(lambda: server.sockets.opened == 2 and server.sockets.connections)
    server.say("general", "ann", "after")
    await probe.until(lambda: probe.events)


async def test_a_connection_has_its_time(server: Slack) -> None:
    """At the end of its life it is warned, then told to go, then closed."""
    server.sockets.lifetime = 1.0
    async with web_client(server) as client, aiohttp.ClientSession() as http:
        opened = await client.apps_connections_open(app_token=server.app_token)
        async with http.ws_connect(opened["url"]) as line:
            frames = [frame.json() async for frame in line]
    assert [frame.get("reason", "") for frame in frames] == ["", "warning", "refresh_requested"]
    assert (frames[0]["type"], frames[0]["num_connections"]) == ("hello", 1)


async def test_tokens_and_scopes_are_checked(server: Slack) -> None:
    """Swapped, unknown and too weak tokens get Slack's own errors, with the scopes named."""

    async def error(token: str, method: str) -> str:
        async with web_client(server, token) as client:
            with pytest.raises(SlackApiError) as caught:
                await client.api_call(method)
            return str(caught.value.response["error"])

    assert await error("xoxb-guessed", "auth.test") == "invalid_auth"
    assert await error(server.app_token, "auth.test") == "not_allowed_token_type"
    assert await error(server.token, "apps.connections.open") == "not_allowed_token_type"
    server.app_scopes.clear()
    assert await error(server.app_token, "apps.connections.open") == "missing_scope"
    server.off["agents.*"] = "not_agent_app"
    assert await error(server.token, "agents.sessions.setStatus") == "not_agent_app"
    assert await error(server.token, "no.such") == "unknown_method"
    async with web_client(server) as client:
        known = await client.auth_test()
    assert "chat:write" in known.headers["X-OAuth-Scopes"].split(",")


async def test_a_channel_is_read_with_the_scope_of_its_kind(server: Slack) -> None:
    """Another kind's does not count, and the error names the one that does."""
    asked = server.say(server.add_channel("board", kind="group").id, "ann", "Why?")
    async with web_client(server) as client:
        await client.conversations_replies(channel=asked.channel, ts=asked.ts)
        server.scopes.discard("groups:history")
        with pytest.raises(SlackApiError) as caught:
            await client.conversations_replies(channel=asked.channel, ts=asked.ts)
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "groups:history"


async def test_signed_requests_reach_bolt(server: Slack) -> None:
    """With an address, everything comes as signed requests, and what fails comes again."""
    heard: list[str] = []
    async with web_client(server) as client:
        app = AsyncApp(client=client, signing_secret=server.signing_secret)
        fails = [True]

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            heard.append(request.headers.get("X-Slack-Retry-Num", ""))
            return web.Response(status=500) if fails and fails.pop() else await handler(request)

        app.event("message")(_nothing)
        hook = app.web_app(path="/slack/events")
        hook.middlewares.insert(0, middleware)
        runner = web.AppRunner(hook)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.push_to("http://{}:{}/slack/events".format(*runner.addresses[0]))
        server.say("general", "ann", "hello")
        await server.until(lambda: done(server.deliveries.every[0]))
        asked = server.verify_address()
        await server.until(lambda: done(asked))
        server.signing_secret = "another"  # noqa: S105 - opens nothing
        server.ack_seconds = 0.5
        sent = server.slash("/ai", "help")
        await server.until(lambda: done(sent))
        await runner.cleanup()
    assert heard == ["", "1", "", ""]
    assert asked.reply == {"challenge": asked.payload["challenge"]}
    assert (server.deliveries.every[0].acked is None, sent.reason) == (False, "http_error")


async def _nothing() -> None:
    """Bolt acknowledges by itself."""


async def test_a_cut_connection_is_replaced(server: Slack, probe: Probe) -> None:
    """What was on its way to a connection that breaks comes over the next one."""
    server.sockets.cut()
    server.say("general", "ann", "still")
    await probe.until(lambda: probe.events)
    await asyncio.wait_for(server.until(lambda: server.sockets.opened == 2), 10)


async def test_an_organisations_app_says_so(server: Slack, probe: Probe) -> None:
    """Installed for an organisation, everything that is sent names it."""
    server.enterprise = "E0ORG"
    server.say("general", "ann", "hello")
    await probe.until(lambda: probe.events)
    (body,) = probe.bodies
    assert body["enterprise_id"] == body["authorizations"][0]["enterprise_id"] == "E0ORG"
    assert (await probe.client.auth_test())["enterprise_id"] == "E0ORG"


async def test_strangers_and_bots_are_marked(server: Slack, probe: Probe) -> None:
    """In a shared channel a message names its author's team; an old bot's has no user."""
    server.add_user("sam", team="T0OTHER")
    server.add_channel("shared", shared=True)
    server.say("shared", "sam", "hello")
    server.bot_message("general", "ci", "built")
    await probe.until(lambda: len(probe.events) == 2)
    assert probe.bodies[0]["is_ext_shared_channel"]
    assert probe.events[0]["user_team"] == "T0OTHER"
    assert ("user" in probe.events[1], "bot_id" in probe.events[1]) == (False, True)


async def test_a_removed_app_has_no_token(server: Slack, probe: Probe) -> None:
    """When the app is removed it is told, and its token works no more."""
    server.uninstall()
    await probe.until(lambda: probe.of("tokens_revoked") and probe.of("app_uninstalled"))
    with pytest.raises(SlackApiError, match="account_inactive"):
        await probe.client.chat_postMessage(channel="C0", text="x")
