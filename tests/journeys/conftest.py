"""A small town: a bulletin board, a model and a store, all real, and bots to come and go."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config import Config, load
from bot.messages import ConversationKey, Turn
from storage.inbox import RedisInbox
from storage.keys import Keys
from storage.scripts import Client
from tests.journeys.discord_town import DiscordTown
from tests.journeys.program import Program
from tests.journeys.slack_town import SCALE, SlackTown, shorten
from tests.platforms.board import Board
from tests.platforms.board_bot import Bot, conversation, running
from tests.platforms.discord import Discord
from tests.platforms.model_server import ModelServer
from tests.platforms.slack import Slack
from tests.platforms.stores import Server

PATIENCE = 15.0
"""Seconds for a question to be answered in the end."""


class Hurried(SystemClock):
    """A clock whose waits take a twentieth of their time, and are written down."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await super().sleep(seconds / 20)


@dataclass(frozen=True)
class Town:
    """All that a story needs."""

    board: Board
    model: ModelServer
    inbox: RedisInbox
    """What another process would see and say."""
    configure: Callable[..., Config]

    @asynccontextmanager
    async def bot(
        self, *, pace: float = 0, clock: SystemClock | None = None, **settings: str
    ) -> AsyncIterator[Bot]:
        """A bot in this process, drained at the end."""
        config = self.configure(**settings)
        async with running(config, self.board.url, pace=pace, clock=clock) as bot:
            yield bot

    async def settled(self, turns: int, channel: str = "lobby") -> tuple[Turn, ...]:
        """Wait for so many turns in the history, with nothing left to do.

        Raises:
            AssertionError: they do not come.
        """
        where, found = conversation(channel), tuple[Turn, ...]()
        try:
            async with asyncio.timeout(PATIENCE):
                while len(found) < turns or await self._busy(where):
                    await SystemClock().sleep(0.02)
                    found = await self.inbox.turns(where)
        except TimeoutError:
            shown = self.board.texts(channel)
            pytest.fail(f"not {turns} turns: {len(found)}; the board shows {shown}")
        return found

    async def _busy(self, where: ConversationKey) -> bool:
        return bool(await self.inbox.waiting(where))


@pytest.fixture
def settings(valkey: Server, tmp_path: Path) -> dict[str, str]:
    """The environment of every bot of a town."""
    return {
        "REDIS_URL": valkey.url,
        "THREADWISE_DATA_DIR": str(tmp_path),
        "THREADWISE_LEASE": "1s",
        "THREADWISE_SWEEP": "0.2s",
    }


@pytest.fixture
async def town(
    client: Client, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """A town with an empty store."""
    async with Board() as board, ModelServer() as model:
        given = settings | {"OPENAI_BASE_URL": model.url}
        yield Town(board, model, RedisInbox(client, Keys()), _configure(monkeypatch, given))


@pytest.fixture
async def discord_town(
    client: Client, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[DiscordTown]:
    """A Discord whose bot may read messages, with an empty store."""
    async with Discord() as there, ModelServer() as model:
        given = settings | {
            "OPENAI_BASE_URL": model.url,
            "DISCORD_API_URL": there.api,
            "DISCORD_BOT_TOKEN": there.token,
            "DISCORD_GUILDS": there.guild().id,
        }
        configure = _configure(monkeypatch, given)
        yield DiscordTown(there, model, RedisInbox(client, Keys()), configure)


@pytest.fixture
async def slack_town(
    client: Client, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SlackTown]:
    """A Slack whose times are 30 times shorter, with an empty store; nothing may be left there."""
    shorten(monkeypatch)
    async with Slack(scale=SCALE) as there, ModelServer() as model:
        there.ack_seconds = 60
        given = settings | {
            "OPENAI_BASE_URL": model.url,
            "SLACK_API_URL": there.api,
            "SLACK_BOT_TOKEN": there.token,
            "SLACK_APP_TOKEN": there.app_token,
        }
        configure = _configure(monkeypatch, given)
        yield SlackTown(there, model, RedisInbox(client, Keys()), configure)
        assert [*there.throttled, *there.spinners, *there.open_streams] == []


def _configure(monkeypatch: pytest.MonkeyPatch, given: Mapping[str, str]) -> Callable[..., Config]:
    def configure(**settings: str) -> Config:
        for name, value in {**given, **settings}.items():
            monkeypatch.setenv(name, value)
        return load(None)

    return configure


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    """A provider that wants a key."""
    async with ModelServer(key="right-key") as running:
        yield running


@pytest.fixture
async def program(model: ModelServer, tmp_path: Path) -> AsyncIterator[Program]:
    """The program, with an embedded store of its own."""
    settings = {
        "OPENAI_BASE_URL": model.url,
        "OPENAI_API_KEY": "right-key",
        "THREADWISE_MODEL_RETRIES": "0",
    }
    made = Program(tmp_path, settings)
    yield made
    await made.end()
