"""A Discord with a model and a store, all real, for a bot whose commands are given."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.config import Config, load
from storage.inbox import RedisInbox
from storage.keys import Keys
from storage.scripts import Client
from tests.journeys.discord_town import DiscordTown
from tests.platforms import stores
from tests.platforms.discord import Discord
from tests.platforms.model_server import ModelServer


@pytest.fixture
def own() -> Iterator[stores.Server]:
    """A store for one test alone, which may take it away."""
    with stores.single() as server:
        yield server


@pytest.fixture
async def town(
    client: Client, valkey: stores.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[DiscordTown]:
    """A Discord with an empty store, whose one guild is served."""
    async with Discord() as there, ModelServer() as model:
        given = {
            "REDIS_URL": valkey.url,
            "THREADWISE_DATA_DIR": str(tmp_path),
            "THREADWISE_LEASE": "1s",
            "THREADWISE_SWEEP": "0.2s",
            "OPENAI_BASE_URL": model.url,
            "DISCORD_API_URL": there.api,
            "DISCORD_BOT_TOKEN": there.token,
            "DISCORD_GUILDS": there.guild().id,
        }

        def configure(**settings: str) -> Config:
            for name, value in {**given, **settings}.items():
                monkeypatch.setenv(name, value)
            return load(None)

        yield DiscordTown(there, model, RedisInbox(client, Keys()), configure)
