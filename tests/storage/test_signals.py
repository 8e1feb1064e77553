"""Signals arrive, and a break is never silent."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest
from redis import exceptions
from structlog.testing import capture_logs

from storage.connect import connect, signals
from storage.scripts import Client
from tests.platforms import stores
from tests.storage.hearing import ENOUGH, listening, publish


async def test_signals_survive_a_restart(own: stores.Server, tmp_path: Path) -> None:
    """After a restart of the server comes one None, then messages again."""
    async with connect(own.url, tmp_path) as client, asyncio.timeout(ENOUGH):
        heard = signals(client, "bus")
        await listening(client, heard)
        own.kill()
        own.start()
        assert await anext(heard) is None
        await publish(client, "second")
        assert await anext(heard) == "second"
        await heard.aclose()


async def test_signals_outlast_a_long_outage(own: stores.Server, tmp_path: Path) -> None:
    """Listening goes on after an outage longer than the retries of one call."""
    async with connect(own.url, tmp_path) as client, asyncio.timeout(ENOUGH):
        heard = signals(client, "bus")
        await listening(client, heard)
        own.kill()
        with pytest.raises(exceptions.ConnectionError):
            await client.ping()
        with pytest.raises(exceptions.ConnectionError):
            await client.ping()
        own.start()
        assert await anext(heard) is None
        await heard.aclose()


async def refused(server: stores.Server) -> None:
    """Wait until the server has refused the listener, and the log has said so."""
    with capture_logs() as logs:
        while not logs:
            await asyncio.to_thread(stores.holds, lambda: server.ask("PING"))
    assert {line["event"] for line in logs} == {"not listening"}


async def test_a_busy_server_is_waited_for(own: stores.Server, tmp_path: Path) -> None:
    """A listener outlasts a script that keeps the server from answering anybody."""
    own.ask("CONFIG", "SET", "busy-reply-threshold", 1)
    async with connect(own.url, tmp_path) as client, asyncio.timeout(ENOUGH):
        heard = signals(client, "bus", quiet=0.01)
        await listening(client, heard)
        waiting = asyncio.ensure_future(anext(heard))
        endless = asyncio.ensure_future(
            asyncio.to_thread(own.ask, "EVAL", "while true do end", 0, socket_timeout=ENOUGH)
        )
        await refused(own)
        await asyncio.to_thread(own.ask, "SCRIPT KILL")
        assert await waiting is None
        with pytest.raises(exceptions.ResponseError):
            await endless
        await publish(client, "second")
        assert await anext(heard) == "second"
        await heard.aclose()


async def test_a_missing_permission_is_waited_for(own: stores.Server, tmp_path: Path) -> None:
    """A listener that may not listen says so in the log, and hears once it may."""
    own.ask("ACL", "SETUSER", "default", "resetchannels")
    async with connect(own.url, tmp_path) as client, asyncio.timeout(ENOUGH):
        heard = signals(client, "bus")
        waiting = asyncio.ensure_future(anext(heard))
        await refused(own)
        own.ask("ACL", "SETUSER", "default", "allchannels")
        await publish(client, "first")
        assert await waiting == "first"
        await heard.aclose()


async def test_what_is_no_text_is_a_break(client: Client) -> None:
    """Bytes that somebody else publishes do not end the listening."""
    async with asyncio.timeout(ENOUGH):
        heard = signals(client, "bus")
        await listening(client, heard)
        await client.publish("bus", b"\xff")
        assert await anext(heard) is None
        await publish(client, "second")
        assert await anext(heard) == "second"
        await heard.aclose()


async def test_silence_is_tested_but_not_reported(client: Client) -> None:
    """A quiet channel costs pings only: nothing is yielded until something is published."""
    async with asyncio.timeout(ENOUGH):
        heard = signals(client, "bus", quiet=0.01)
        await listening(client, heard)
        pings = (await client.info("commandstats"))["cmdstat_ping"]["calls"]
        waiting = asyncio.ensure_future(anext(heard))
        while (await client.info("commandstats"))["cmdstat_ping"]["calls"] < pings + 5:
            await client.exists("k")
        await publish(client, "second")
        assert await waiting == "second"
        await heard.aclose()


async def test_silent_connection_is_made_again(own: stores.Server, tmp_path: Path) -> None:
    """A server that stops answering without a word is noticed by the listener."""
    async with connect(own.url, tmp_path) as client, asyncio.timeout(ENOUGH):
        heard = signals(client, "bus", quiet=0.1)
        await listening(client, heard)
        broken = asyncio.ensure_future(anext(heard))
        own.signal(signal.SIGSTOP)
        with pytest.raises(exceptions.TimeoutError):
            await client.ping()
        own.signal(signal.SIGCONT)
        assert await broken is None
        await heard.aclose()


async def test_cancelled_listener_leaves_no_connection(client: Client) -> None:
    """A listener that is cancelled while it waits gives its connection back."""
    heard = signals(client, "bus")
    await listening(client, heard)
    waiting = asyncio.ensure_future(anext(heard))
    await client.ping()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await client.pubsub_numsub("bus"))[0][1] == 0


async def test_cluster_carries_signals(cluster: stores.Fleet, tmp_path: Path) -> None:
    """What is published at any master is heard, wherever the listener is connected."""
    async with connect(cluster.url, tmp_path) as client, asyncio.timeout(ENOUGH):
        heard = signals(client, "bus")
        for server in cluster.servers[:3]:
            word = str(server.port)
            heard_it = asyncio.ensure_future(_until_heard(heard, word))
            while not heard_it.done():
                await asyncio.to_thread(server.ask, "PUBLISH", "bus", word)
        await heard.aclose()


async def _until_heard(heard: AsyncGenerator[str | None], word: str) -> None:
    while await anext(heard) != word:
        pass


async def turn_of_the_loop() -> None:
    """Let every other task go one step."""
    turn = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turn.set_result, None)
    await turn


async def test_who_stops_listening_at_once_stops(client: Client) -> None:
    """A cancellation is kept at whatever moment of the subscription it comes."""

    async def listen() -> None:
        async with aclosing(signals(client, "bus")) as heard:
            async for _ in heard:
                pass

    async with asyncio.timeout(ENOUGH):
        for steps in range(60):
            listener = asyncio.ensure_future(listen())
            for _ in range(steps):
                await turn_of_the_loop()
            listener.cancel()
            await asyncio.wait([listener])
            assert listener.cancelled()
