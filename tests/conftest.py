"""What every test may ask for: real stores, a clean environment, and a loop that never blocks."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from blockbuster import blockbuster_ctx

from bot.models.router import Models
from storage.connect import connect
from storage.scripts import Client
from tests.platforms import stores

hypothesis.settings.register_profile("shared", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("shared")

OURS = ("OPENAI_", "THREADWISE_", "DISCORD_", "SLACK_", "REDIS_URL", "PORT")
"""What a developer's environment may hold of our configuration."""


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's own configuration reaches a test, and no proxy is asked."""
    for name in list(os.environ):  # noqa: TID251 - to clean it
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture(autouse=True)
def only_loopback_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question to any other machine is a bug."""
    monkeypatch.setattr(Models, "loopback_only", True)


@pytest.fixture(autouse=True)
def nonblocking() -> Iterator[None]:
    """A call from our code that blocks the event loop is an error; others' code is theirs."""
    with blockbuster_ctx(["bot", "storage"]) as guard:
        for function in guard.functions.values():
            function.can_block_in("storage/scripts.py", "__init__")  # reads its Lua once, at start
        yield


@pytest.fixture(scope="session")
def valkey() -> Iterator[stores.Server]:
    """One server for the whole run, on a unix socket."""
    with stores.single() as server:
        yield server


@pytest.fixture(scope="session")
def cluster() -> Iterator[stores.Fleet]:
    """Three masters, and a replica of the first."""
    with stores.cluster() as fleet:
        yield fleet


@pytest.fixture(scope="session")
def sentinel() -> Iterator[stores.Fleet]:
    """A master, its replica and three Sentinels."""
    with stores.sentinel() as fleet:
        yield fleet


@pytest.fixture
async def client(valkey: stores.Server, tmp_path: Path) -> AsyncIterator[Client]:
    """A connection to an empty store; what a test leaves there must go away by itself."""
    async with connect(valkey.url, tmp_path) as made:
        await made.flushall()
        yield made
        eternal = [key async for key in made.scan_iter() if not await _passes(made, key)]
        assert not eternal, f"these keys have no TTL: {eternal}"


async def _passes(client: Any, key: str) -> bool:
    """Whether a key expires, or may stay, as the table of keys says."""
    stays = ":settings:" in key or key.endswith((":layout", ":commands"))
    return stays or await client.ttl(key) != -1  # -2: it is gone meanwhile
