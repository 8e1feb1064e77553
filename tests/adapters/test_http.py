"""The server on PORT, over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from adapters.http import LARGEST, serving
from bot.errors import ConfigError

HOST = "127.0.0.1"


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.create_server((HOST, 0)) as server:
        number: int = server.getsockname()[1]
    return number


class Store:
    """Something whose health can change."""

    problem = ""

    async def healthy(self) -> str:
        return self.problem


@pytest.fixture
def store() -> Store:
    """A store that is well, for now."""
    return Store()


@pytest.fixture
async def server(port: int, store: Store) -> AsyncIterator[str]:
    """The address of a server that waits half a second for a request."""
    async with serving(port, store.healthy, lambda: b"threadwise_x 1\n", host=HOST, patience=0.5):
        yield f"http://{HOST}:{port}"


async def get(address: str) -> tuple[int, str, str]:
    """Status, type and text of one page."""
    async with aiohttp.ClientSession() as session, session.get(address) as reply:
        return reply.status, reply.headers["Content-Type"], await reply.text()


async def test_health_is_what_the_process_says(server: str, store: Store) -> None:
    """200 when all is well; 503 with the problem while there is one."""
    assert (await get(f"{server}/healthz"))[::2] == (200, "ok")
    store.problem = "The store does not answer."
    assert (await get(f"{server}/healthz"))[::2] == (503, "The store does not answer.")
    store.problem = ""
    assert (await get(f"{server}/healthz"))[0] == 200


async def test_metrics_are_served_as_prometheus_expects(server: str) -> None:
    """The counters come as they are, with the type of Prometheus's text format."""
    status, kind, text = await get(f"{server}/metrics")
    assert (status, text) == (200, "threadwise_x 1\n")
    assert kind.startswith("text/plain; version=")


async def test_a_taken_port_is_a_sentence(server: str, port: int, store: Store) -> None:
    """A port that another program uses is a problem of the configuration, named by variable."""
    assert server
    with pytest.raises(ConfigError, match=rf"^PORT: nothing can listen on {port} "):
        async with serving(port, store.healthy, bytes, host=HOST):
            pass


async def test_all_addresses_are_served_by_default(port: int, store: Store) -> None:
    """A router from outside reaches it: without a host it listens everywhere."""
    async with serving(port, store.healthy, bytes):
        assert (await get(f"http://{HOST}:{port}/healthz"))[0] == 200


async def test_the_port_is_free_after_the_block(port: int, store: Store) -> None:
    """A second server may follow the first on the same port."""
    for _ in range(2):
        async with serving(port, store.healthy, bytes, host=HOST):
            assert (await get(f"http://{HOST}:{port}/healthz"))[0] == 200


@pytest.mark.parametrize("rubbish", [b"\x16\x03\x01\x00\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
async def test_malformed_requests_are_survived(server: str, port: int, rubbish: bytes) -> None:
    """Rubbish on one connection is refused there, and others are served."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(rubbish)
    assert b" 400 " in await reader.readline()
    writer.close()
    assert (await get(f"{server}/healthz"))[0] == 200


async def test_a_request_that_never_ends_is_cut_off(server: str, port: int) -> None:
    """Who sends a header bit by bit is disconnected, and others are served meanwhile."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert (await get(f"{server}/healthz"))[0] == 200
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def echo(request: web.Request) -> web.Response:
    """What was posted, back."""
    return web.Response(body=await request.read())


@pytest.fixture
async def posting(port: int, store: Store) -> AsyncIterator[str]:
    """The address of a server that takes posts, and waits half a second for their bodies."""
    posts = {"/posts": echo}
    async with serving(port, store.healthy, bytes, posts=posts, host=HOST, slowest=0.5):
        yield f"http://{HOST}:{port}"


async def post(address: str, body: bytes) -> tuple[int, bytes]:
    """Status and body of what a post comes to."""
    async with aiohttp.ClientSession() as http, http.post(f"{address}/posts", data=body) as reply:
        return reply.status, await reply.read()


async def test_posts_are_taken(posting: str) -> None:
    """The body is there, up to the largest; pages are served beside it."""
    for body in (b"", b"x" * LARGEST):
        assert await post(posting, body) == (200, body)
    assert (await get(f"{posting}/healthz"))[0] == 200


async def test_a_body_that_is_too_large_is_refused(posting: str) -> None:
    """It is not read to its end."""
    assert (await post(posting, b"x" * (LARGEST + 1)))[0] == 413


async def test_a_body_without_an_end_is_refused(posting: str, port: int) -> None:
    """A sender that never stops is told so when it is too much, and others are served."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"POST /posts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(LARGEST // 50_000 + 1):
        writer.write(b"c350\r\n" + b"x" * 50_000 + b"\r\n")
    await writer.drain()
    assert b" 413 " in await reader.readline()
    writer.close()
    assert (await get(f"{posting}/healthz"))[0] == 200


@pytest.mark.parametrize("sent", [b"", b"half of i"])
async def test_a_body_that_does_not_come_is_refused(posting: str, port: int, sent: bytes) -> None:
    """Who promises more than they send is told so in time, and others are served meanwhile."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"POST /posts HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n" + sent)
    assert (await get(f"{posting}/healthz"))[0] == 200
    async with asyncio.timeout(5):
        assert b" 408 " in await reader.readline()
    writer.close()


async def test_a_sender_that_goes_away_is_survived(posting: str, port: int) -> None:
    """A body that was cut off harms nobody."""
    _, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"POST /posts HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nhalf")
    writer.close()
    assert await post(posting, b"whole") == (200, b"whole")
