"""The loopback Slack's streams, status lines and sessions live and end as Slack's do."""

from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack import Message, Slack
from tests.platforms.slack.model import Json
from tests.platforms.slack.probe import Probe, connected


@pytest.fixture
async def server() -> AsyncIterator[Slack]:
    """A workspace whose streams live long, and everything else thirty times shorter."""
    async with Slack(scale=1 / 30) as made:
        made.ack_seconds = 9.0
        yield made


@pytest.fixture
async def probe(server: Slack) -> AsyncIterator[Probe]:
    """An app that is connected."""
    async with connected(server) as made:
        yield made


@pytest.fixture
def client(probe: Probe) -> AsyncWebClient:
    """slack_sdk's client."""
    return probe.client


async def error(call: Awaitable[Any]) -> str:
    """The name of the error that a call must end in."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def begun(client: AsyncWebClient, asked: Message, text: str = "one") -> Json:
    """A stream in answer to a DM: where it is, for the calls about it."""
    made = await client.chat_startStream(
        channel=asked.channel, thread_ts=asked.ts, markdown_text=text
    )
    return {"channel": asked.channel, "ts": made["ts"]}


async def test_a_stream_grows_and_stops(server: Slack, client: AsyncWebClient) -> None:
    """Every version is longer, only the end is told, and blocks stand below the text."""
    asked = server.tell("ann", "hi")
    here = await begun(client, asked)
    assert server.spinners == {(asked.channel, asked.ts): "processing"}
    assert await error(client.chat_update(**here, text="x")) == "streaming_state_conflict"
    await client.chat_appendStream(**here, chunks=[{"type": "markdown_text", "text": " two"}])
    assert [said.ts for said in server.open_streams] == [here["ts"]]
    below = [{"type": "section", "text": {"type": "mrkdwn", "text": "sure?"}}]
    await client.chat_stopStream(**here, markdown_text=" three", blocks=below)
    (post,) = server.posts
    shown = [(version.text, version.streaming) for version in post.versions]
    assert shown == [("one", True), ("one two", True), ("one two three\nsure?", False)]
    assert not server.spinners
    assert not server.open_streams
    more = client.chat_appendStream(**here, markdown_text="four")
    assert await error(more) == "message_not_in_streaming_state"
    await client.chat_update(**here, markdown_text="done")
    assert server.answers(asked.channel) == ["done"]


async def test_a_stream_expires(server: Slack, client: AsyncWebClient) -> None:
    """Its life runs from its start; then only an update reaches the message."""
    server.stream_seconds = 0.0
    here = await begun(client, server.tell("ann", "hi"))
    more = client.chat_appendStream(**here, markdown_text="x")
    assert await error(more) == "message_not_in_streaming_state"
    assert await error(client.chat_stopStream(**here)) == "message_not_in_streaming_state"
    await client.chat_update(**here, text="rest")
    assert server.open_streams == []
    server.stream_seconds = 300.0
    gone = await begun(client, server.tell("bob", "hi"))
    await client.chat_delete(**gone)
    assert server.open_streams == []


async def test_a_full_stream_takes_no_more(server: Slack, client: AsyncWebClient) -> None:
    """It counts UTF-8 bytes; what was too long once keeps every later append out."""
    server.stream_bytes = 10
    here = await begun(client, server.tell("ann", "hi"), "€€€")
    assert await error(client.chat_appendStream(**here, markdown_text="€")) == "msg_too_long"
    assert await error(client.chat_appendStream(**here, markdown_text="x")) == "msg_too_long"
    await client.chat_stopStream(**here)
    assert server.posts[0].shown == "€€€"


async def test_a_person_stops_a_stream(server: Slack, probe: Probe) -> None:
    """The event names the stream, appends are refused; the line stays until the app ends it."""
    client, asked = probe.client, server.tell("ann", "hi")
    here = await begun(client, asked)
    server.native_stop(asked.channel, asked.ts, "ann")
    await probe.until(lambda: probe.of("agent_session_stopped"))
    (event,) = probe.of("agent_session_stopped")
    assert event["streaming_message_ts"] == [here["ts"]]
    assert await error(client.chat_appendStream(**here, markdown_text="x")) == "stopped_by_user"
    assert server.spinners
    where: Json = {"channel_id": asked.channel, "thread_ts": asked.ts}
    await client.agents_sessions_setStatus(**where, status="active")
    assert not server.spinners
    with pytest.raises(LookupError):
        server.native_stop(asked.channel, asked.ts, "ann")


async def test_streams_in_channels_name_their_reader(
    server: Slack, client: AsyncWebClient
) -> None:
    """Outside DMs, a stream needs its recipient and that person's own team."""
    asked = server.say("general", "ann", "hi")
    where = {"channel": asked.channel, "thread_ts": asked.ts, "markdown_text": "x"}
    who = {"recipient_user_id": asked.user.id}

    def start(**more: str) -> Awaitable[Any]:
        return client.api_call("chat.startStream", json=where | more)

    assert await error(start()) == "missing_recipient_user_id"
    assert await error(start(**who)) == "missing_recipient_team_id"
    assert await error(start(**who, recipient_team_id="T0OTHER")) == "team_not_found"
    await start(**who, recipient_team_id=server.team)
    assert server.answers("general", asked.ts) == ["x"]


async def test_a_thread_has_one_line(server: Slack, client: AsyncWebClient) -> None:
    """A line of text goes with the next post; ``processing`` does not; the last writer wins."""
    asked = server.say("general", "ann", "hi")
    where: Json = {"channel_id": asked.channel, "thread_ts": asked.ts}
    await client.assistant_threads_setStatus(**where, status="is thinking…")
    assert list(server.spinners.values()) == ["is thinking…"]
    await client.chat_postMessage(channel=asked.channel, thread_ts=asked.ts, text="x")
    assert not server.spinners
    await client.assistant_threads_setStatus(**where, status="is thinking…")
    await client.agents_sessions_setStatus(**where, status="processing", title="Work: hard")
    await client.chat_postMessage(channel=asked.channel, thread_ts=asked.ts, text="y")
    assert list(server.spinners.values()) == ["processing"]
    assert server.sessions[asked.channel, asked.ts].title == "Work_ hard"
    await client.assistant_threads_setStatus(**where, status="")
    assert not server.spinners


async def test_a_missing_stop_event_is_warned_of(server: Slack, client: AsyncWebClient) -> None:
    """Who did not subscribe to the stop is told with every session."""
    server.events.discard("agent_session_stopped")
    asked = server.tell("ann", "hi")
    where: Json = {"channel_id": asked.channel, "thread_ts": asked.ts}
    said = await client.agents_sessions_setStatus(**where, status="processing")
    assert said["warning"] == "missing_agent_session_stopped_event_subscription"
    other = server.tell("ann", "no session yet")
    rename = client.agents_sessions_rename(
        channel_id=other.channel, thread_ts=other.ts, title="Work"
    )
    assert await error(rename) == "not_authorized"


async def test_prompts_are_kept(server: Slack, client: AsyncWebClient) -> None:
    """Up to four prompts stand in the channel."""
    room = server.direct("ann").id
    prompts = [{"title": "Sum up", "message": "Sum up"}]
    await client.assistant_threads_setSuggestedPrompts(channel_id=room, prompts=prompts)
    assert server.prompts[room]["prompts"] == prompts
    many = client.assistant_threads_setSuggestedPrompts(channel_id=room, prompts=prompts * 5)
    assert await error(many) == "invalid_arguments"


async def test_the_sdks_own_stream_fits(server: Slack, client: AsyncWebClient) -> None:
    """slack_sdk's own class begins, appends and stops a stream, with an end of its own."""
    asked = server.tell("ann", "hi")
    stream = await client.chat_stream(channel=asked.channel, thread_ts=asked.ts, buffer_size=1)
    for word in ("one ", "two ", "three"):
        await stream.append(markdown_text=word)
    fields = {"event_type": "answer", "event_payload": {"answer_id": "1"}}
    await stream.stop(metadata=fields, session_status="processing")
    (post,) = server.posts
    assert (post.shown, post.metadata) == ("one two three", fields)
    assert list(server.spinners.values()) == ["processing"]
