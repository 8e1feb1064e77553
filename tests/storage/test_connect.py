"""The connection: every kind of address, every kind of failure, always in bounded time."""

import asyncio
import signal
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
import trustme

from bot.errors import ConfigError, StoreUnavailable, StoreUnfit, ThreadwiseError
from storage.clients import CONNECTIONS
from storage.connect import check_layout, connect
from storage.keys import Keys
from storage.scripts import Client, translated
from tests.platforms import stores


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    """An authority for certificates, and its own in ca.pem."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    return made


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """What a server on 127.0.0.1 needs."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def refusal(url: str, data: Path, **options: Any) -> ThreadwiseError:
    """Why a connection is refused."""
    with pytest.raises(ThreadwiseError) as caught:
        async with connect(url, data, **options):
            pass
    return caught.value


async def test_unix_and_tcp_answer_in_text(
    valkey: stores.Server, own: stores.Server, tmp_path: Path
) -> None:
    """What was written is read as text, on a unix socket and on TCP, in the database named."""
    for url in (f"{valkey.url}?db=3", f"{own.url}/3"):
        async with connect(url, tmp_path) as client:
            await client.set("k", "wört", ex=60)
            assert await client.get("k") == "wört"
            assert "db3" in await client.info("keyspace")


async def test_client_finds_a_restarted_server(own: stores.Server, tmp_path: Path) -> None:
    """A connection that the server broke is made again within the call."""
    async with connect(own.url, tmp_path) as client:
        own.kill()
        own.start()
        assert await client.ping()


async def test_nothing_listening_is_said_soon(tmp_path: Path) -> None:
    """A refused connection ends in one sentence that names the address, within 3 s."""
    port = stores.free_port()
    before = time.monotonic()
    error = await refusal(f"redis://:secret@127.0.0.1:{port}/1?protocol=3", tmp_path)
    assert time.monotonic() - before < 4
    assert isinstance(error, StoreUnavailable)
    assert f"redis://127.0.0.1:{port}/1 cannot be used: nothing listens there" in str(error)


async def test_frozen_server_ends_in_unavailable_in_bounded_time(
    own: stores.Server, tmp_path: Path
) -> None:
    """A call to a server that takes connections but never answers gives up, idle link or none."""
    async with connect(own.url, tmp_path) as client:
        own.signal(signal.SIGSTOP)
        before = time.monotonic()
        with pytest.raises(StoreUnavailable), translated():
            await client.get("k")
        assert time.monotonic() - before < 8
        assert "did not answer in time" in str(await refusal(own.url, tmp_path, timeout=0.2))
        own.signal(signal.SIGCONT)
        assert await client.get("k") is None


@pytest.mark.parametrize("tcp", [True, False])
@pytest.mark.parametrize("user", [":secret", "nobody:secret"])
async def test_wrong_password_is_tried_once(tmp_path: Path, user: str, *, tcp: bool) -> None:
    """A refused password is not repeated, not shown, and the error says what to correct."""
    with stores.single(tcp=tcp) as server:
        server.ask("CONFIG", "SET", "requirepass", "right")
        error = await refusal(server.url.replace("://", f"://{user}@"), tmp_path)
        stats = server.ask("INFO", "errorstats", password="right")  # noqa: S106 - the server's
    assert isinstance(error, ConfigError)
    assert "correct them in REDIS_URL" in str(error)
    assert "secret" not in str(error)
    assert stats["errorstat_WRONGPASS"]["count"] == 1


async def test_missing_password_is_named(own: stores.Server, tmp_path: Path) -> None:
    """A server that wants a password and got none is told from one that is not there."""
    own.ask("CONFIG", "SET", "requirepass", "right")
    assert "user or password" in str(await refusal(own.url, tmp_path))


async def test_tls_checks_the_certificate(
    valkey: stores.Server, tmp_path: Path, tls: ssl.SSLContext
) -> None:
    """A certificate of the named authority is accepted, one of no known authority refused."""
    async with stores.front(valkey.socket, tls) as port:
        url = f"rediss://127.0.0.1:{port}"
        async with connect(f"{url}?ssl_ca_certs={tmp_path / 'ca.pem'}", tmp_path) as client:
            assert await client.ping()
        async with connect(f"{url}?ssl_cert_reqs=none", tmp_path) as client:
            assert await client.ping()
        error = await refusal(url, tmp_path)
    assert isinstance(error, ConfigError)
    assert "we do not trust its certificate" in str(error)


async def test_tls_with_the_wrong_side_is_named(
    valkey: stores.Server, tmp_path: Path, tls: ssl.SSLContext
) -> None:
    """TLS to a server without it, and none to one with it, are told apart."""
    async with stores.front(valkey.socket) as port:
        error = await refusal(f"rediss://127.0.0.1:{port}", tmp_path, timeout=0.2)
        assert "whether it expects TLS" in str(error)
    async with stores.front(valkey.socket, tls) as port:
        error = await refusal(f"redis://127.0.0.1:{port}", tmp_path)
        assert "REDIS_URL begins with rediss://" in str(error)


async def test_sentinel_that_knows_no_such_service_is_named(
    sentinel: stores.Fleet, tmp_path: Path
) -> None:
    """A wrong service name is told from a store that is down."""
    error = await refusal(sentinel.url.replace(stores.SERVICE, "other"), tmp_path)
    assert "check the service in REDIS_URL" in str(error)


async def test_a_thousand_calls_share_the_connections(client: Client) -> None:
    """A thousand calls at once are all answered, over a bounded number of connections."""
    await asyncio.gather(*(client.set(f"k{number}", number, ex=60) for number in range(1000)))
    assert (await client.info("clients"))["connected_clients"] <= CONNECTIONS + 1
    assert await client.dbsize() == 1000


async def test_layout_is_written_once_and_compared(client: Client) -> None:
    """A store of another number of partitions is refused; ours and a new one are not."""
    keys = Keys()
    await check_layout(client, keys)
    await check_layout(client, keys)
    await client.set(keys.layout, "32 partitions")
    for _ in range(2):
        with pytest.raises(StoreUnfit, match="written with 32 partitions"):
            await check_layout(client, keys)


async def test_unknown_option_is_named(own: stores.Server, tmp_path: Path) -> None:
    """An option that redis-py does not take is the operator's mistake, by its name."""
    error = await refusal(f"{own.url}?colour=blue", tmp_path)
    assert isinstance(error, ConfigError)
    assert "colour" in str(error)
