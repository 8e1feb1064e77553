"""The loopback Discord is what discord.py takes for Discord."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.platforms.discord import CUT, DOWN, HANG, LOST, Discord, File, Rule, busy
from tests.platforms.discord.limits import Window
from tests.platforms.discord.probe import Probe, aim, connected


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    """A server with one channel."""
    async with Discord() as made:
        yield made


@pytest.fixture
async def probe(server: Discord) -> AsyncIterator[Probe]:
    """A client that is ready."""
    async with connected(server) as made:
        yield made


def room(server: Discord, probe: Probe, name: str = "general") -> discord.PartialMessageable:
    """A channel as the client writes to it."""
    return probe.get_partial_messageable(int(server.channel(name).id))


async def test_a_client_logs_in(server: Discord, probe: Probe) -> None:
    """READY and GUILD_CREATE give discord.py the servers, the channels and its own member."""
    town = probe.guilds[0]
    assert (town.name, town.channels[0].name, town.me.name) == ("town", "general", "threadwise")
    assert town.channels[0].permissions_for(town.me).create_public_threads
    await server.until(lambda: server.gateway.beats)
    assert server.gateway.identified[0]["intents"] == probe.intents.value


async def test_a_message_is_heard_and_answered(server: Discord, probe: Probe) -> None:
    """What somebody says arrives as it is, and the ledger keeps every version of the answer."""
    server.say("general", "ann", f"hi {server.mention}")
    await probe.until(lambda: probe.messages)
    heard = probe.messages[0]
    assert (heard.author.name, heard.mentions) == ("ann", [probe.guilds[0].me])
    assert abs(heard.created_at - datetime.now(UTC)) < timedelta(seconds=2)
    answer = await heard.reply("Hm", mention_author=False)
    await answer.edit(content="Hello")
    assert [version.content for version in server.posts[0].versions] == ["Hm", "Hello"]
    assert server.posts[0].mentions == []


async def test_missed_events_are_sent_again_after_a_resume(server: Discord, probe: Probe) -> None:
    """What happens while the connection is away comes with RESUME, once and in order."""
    server.say("general", "ann", "one")
    await probe.until(lambda: probe.messages)
    server.gateway.cut()
    server.say("general", "ann", "two")
    server.say("general", "ann", "three")
    await probe.until(lambda: probe.count("resumed"))
    assert [message.content for message in probe.messages] == ["one", "two", "three"]


async def test_op_7_resumes_and_op_9_begins_anew(server: Discord, probe: Probe) -> None:
    """RECONNECT keeps the session, INVALID_SESSION does not."""
    await server.gateway.reconnect()
    await probe.until(lambda: probe.count("resumed"))
    old = set(server.sessions.alive)
    await server.gateway.invalidate()
    await server.until(lambda: len(server.gateway.identified) == 2)
    assert old.isdisjoint(server.sessions.alive)


async def test_two_processes_hear_the_same(server: Discord, probe: Probe) -> None:
    """Each session of a token gets each event, and a clean close ends the session."""
    async with connected(server) as other:
        server.say("general", "ann", "both")
        await other.until(lambda: other.messages)
        await probe.until(lambda: probe.messages)
        assert len(server.sessions.alive) == 2
    await server.until(lambda: len(server.sessions.alive) == 1)


async def test_ungranted_intents_and_wrong_tokens_are_refused(server: Discord) -> None:
    """Close code 4014 and status 401 become discord.py's own errors."""
    server.flags = 0
    aim(server)
    async with Probe() as eager:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await eager.start(server.token)
    async with Probe() as unknown:
        with pytest.raises(discord.LoginFailure):
            await unknown.start("guessed")


async def test_each_shard_hears_of_its_servers(server: Discord) -> None:
    """A server's events go to the shard of its id, DMs to the first one."""
    server.shards = 2
    server.add_guild("village", id_=str((int(server.guild().id) >> 22 ^ 1) << 22))
    server.add_channel("green", guild="village")
    async with connected(server) as probe:
        homes = {guild.name: guild.shard_id for guild in probe.guilds}
        server.say("green", "ann", "on the green")
        server.direct("ann", "in private")
        await probe.until(lambda: len(probe.messages) == 2)
        sent = {one.shard[0]: str(one.frames) for one in server.sessions.alive.values()}
    assert homes["town"] + homes["village"] == 1
    assert [shard for shard in sent if "on the green" in sent[shard]] == [homes["village"]]
    assert [shard for shard in sent if "in private" in sent[shard]] == [0]


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (True, ["", "plain", "hi", "pinged", "private"]),
        (False, ["", "", "hi", "pinged", "private"]),
    ],
)
async def test_content_needs_its_intent(
    server: Discord, *, content: bool, seen: list[str]
) -> None:
    """Without it, only mentions, pinging replies and DMs come with their text."""
    async with connected(server, content=content) as probe:
        own = await room(server, probe).send("own")
        server.flags = server.flags if content else 0
        server.say("general", "ann", attachments=[File("a.txt", b"text", "text/plain")])
        server.say("general", "ann", "plain")
        server.say("general", "ann", f"{server.mention}hi")
        server.say("general", "ann", "pinged", reply_to=str(own.id))
        server.direct("ann", "private")
        await probe.until(lambda: len(probe.messages) == 6)
        told = [m.content.removeprefix(server.mention) for m in probe.messages[1:]]
        read = [m.content async for m in room(server, probe).history(oldest_first=True)]
        assert told == seen
        assert [text.removeprefix(server.mention) for text in read] == ["own", *seen[:-1]]
        assert len(probe.messages[1].attachments) == content


async def test_a_nonce_is_posted_once(server: Discord, probe: Probe) -> None:
    """The second post with a nonce gets the first message back."""
    first = await room(server, probe).send("one", nonce="n")
    again = await room(server, probe).send("two", nonce="n")
    assert (again.id, again.content, len(server.posts)) == (first.id, "one", 1)


async def call(
    server: Discord, method: str, path: str, **body: Any
) -> tuple[int, Any, dict[str, str]]:
    """One REST call without discord.py's patience: status, JSON, headers."""
    headers = {"Authorization": f"Bot {server.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.request(method, server.api + path, json=body) as response,
    ):
        said = await response.json() if response.status != 204 else None
        return response.status, said, dict(response.headers)


async def test_a_full_bucket_refuses_as_discord_does(server: Discord) -> None:
    """The third of two calls gets a 429 that discord.py waits for; other buckets are free."""
    server.limits.rules["create"] = Rule(2, 60.0)
    posts = f"/channels/{server.channel('general').id}/messages"
    other = server.add_channel("random").id
    replies = [await call(server, "POST", posts, content="x") for _ in range(3)]
    status, said, headers = replies[2]
    assert [reply[2]["X-RateLimit-Remaining"] for reply in replies] == ["1", "0", "0"]
    assert (status, said["global"], headers["X-RateLimit-Scope"]) == (429, False, "user")
    assert 59 < said["retry_after"] <= 60
    assert headers["Content-Type"] == "application/json"
    assert headers["Via"]
    edit = await call(server, "PATCH", f"{posts}/{replies[0][1]['id']}", content="y")
    elsewhere = await call(server, "POST", f"/channels/{other}/messages", content="x")
    assert (edit[0], elsewhere[0]) == (200, 200)
    assert [line.route for line in server.throttled] == ["create"]


async def test_the_token_has_a_limit_of_its_own(server: Discord) -> None:
    """All calls count together, but for those that answer interactions."""
    server.limits.token = Rule(1, 60.0)
    await call(server, "GET", "/users/@me")
    status, said, headers = await call(server, "GET", "/users/@me")
    assert (status, said["global"], headers["X-RateLimit-Global"]) == (429, True, "true")
    assert (await call(server, "POST", "/interactions/1/x/callback", type=6))[0] == 404


@given(st.lists(st.floats(0, 3), min_size=1))
def test_a_window_takes_no_more_than_its_rule(gaps: list[float]) -> None:
    """Whatever the rhythm, no window of 5 s that begins with a call has more than 5."""
    window, now, taken = Window(Rule(5, 5.0)), 0.0, list[tuple[float, float]]()
    for gap in gaps:
        now += gap
        if window.take(now):
            taken.append((window.began, now))
    for began in {began for began, _ in taken}:
        inside = [at for start, at in taken if start == began]
        assert inside[0] == began
        assert len(inside) <= 5
        assert inside[-1] < began + 5


async def test_faults_hit_what_they_are_meant_for(server: Discord, probe: Probe) -> None:
    """DOWN does no work, LOST does it without a reply, CUT neither; a 429 is waited for."""
    general = room(server, probe)
    server.fault("create", DOWN)
    with pytest.raises(discord.DiscordServerError):
        await general.send("down")
    for fault in (LOST, CUT):
        server.fault("POST */messages", fault)
        with pytest.raises(aiohttp.ClientError):
            await general.send("broken")
    server.fault("create", busy(0.01))
    await general.send("late")
    assert server.answers("general") == ["broken", "late"]
    assert server.throttled == []
    server.fault("create", HANG)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await general.send("never")


async def test_a_round_trip_takes_its_time(server: Discord, probe: Probe) -> None:
    """Half of it passes before the work, half behind it."""
    server.latency = 0.1
    await room(server, probe).send("x")
    (line,), done = server.made("create"), server.posts[0].versions[0].at
    assert line.done
    assert min(done - line.at, line.done - done) >= 0.049


async def test_a_paused_request_waits(server: Discord, probe: Probe) -> None:
    """The second post stands before its work until it is let go; dropped, it never arrives."""
    general, hold = room(server, probe), server.pause("create", nth=2)
    async with asyncio.TaskGroup() as group:
        await general.send("one")
        group.create_task(general.send("two"))
        await server.until(hold.reached.is_set)
        assert server.answers("general") == ["one"]
        hold.go()
    dropped = server.pause("create")
    dropped.drop()
    with pytest.raises(aiohttp.ClientError):
        await general.send("three")
    assert server.answers("general") == ["one", "two"]
