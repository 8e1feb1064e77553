"""What one case needs: store, model and platforms of its own, proxies before them, and bots."""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.parse import urlsplit

from bot.clock import SystemClock
from storage.connect import connect
from storage.inbox import RedisInbox
from storage.keys import Keys
from storage.settings import RedisSettings
from tests.chaos.proxy import Gate, Labels, http, proxy, resp
from tests.platforms.board import Board
from tests.platforms.discord import Discord, Message
from tests.platforms.discord.server import API
from tests.platforms.model_server import ModelServer, Reply
from tests.platforms.slack import Message as SlackMessage
from tests.platforms.slack import Slack
from tests.platforms.stores import Server, single

PATIENCE = 20.0
"""Seconds for a world to come to rest."""
SCALE = 1 / 3
"""Slack's own times are so many times as long: it delivers again after a second."""

_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(["tests.chaos.cases"])


def _become(main: Callable[[], None], environment: dict[str, str], log: Path) -> None:
    """The life of a bot's process: as if it had been started with this environment."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    os.environ.update(environment)  # noqa: TID251 - it is the new process's
    main()


@dataclass
class World:
    """What a case acts in."""

    server: Server
    board: Board
    discord: Discord
    slack: Slack
    model: ModelServer
    inbox: RedisInbox
    settings: RedisSettings
    proxied: dict[str, str]
    """The environment of a bot whose requests are recorded."""
    tokens: dict[str, str] = field(default_factory=dict)
    """The environment of a bot on the platform where people ask."""
    started: list[ForkServerProcess] = field(default_factory=list)
    clock: SystemClock = field(default_factory=SystemClock)

    @property
    def log(self) -> Path:
        """What the bots wrote."""
        return self.server.home / "bots.log"

    def environment(self, *, proxied: bool) -> dict[str, str]:
        """What a bot's process is told."""
        direct = {
            "REDIS_URL": self.server.url,
            "OPENAI_BASE_URL": self.model.url,
            "BOARD_URL": self.board.url,
            "DISCORD_API_URL": self.discord.api,
            "SLACK_API_URL": self.slack.api,
        }
        common = {
            "THREADWISE_DATA_DIR": str(self.server.home),
            "THREADWISE_LEASE": "1s",
            "THREADWISE_SWEEP": "0.2s",
            "BOARD_PACE": "0.1",
            "NO_PROXY": "127.0.0.1",
        }
        return common | self.tokens | (self.proxied if proxied else direct)

    def start(self, main: Callable[[], None], *, proxied: bool = False) -> ForkServerProcess:
        """A bot's process, which does this."""
        environment = self.environment(proxied=proxied)
        process = _fork.Process(target=_become, args=(main, environment, self.log))
        process.start()
        self.started.append(process)
        return process

    async def until(self, holds: Callable[[], object]) -> None:
        """Ask until it holds: for what other processes do there is no event to wait on.

        Raises:
            TimeoutError: it does not.
        """
        async with asyncio.timeout(PATIENCE):
            while not await _value(holds()):
                await self.clock.sleep(0.02)

    async def ended(self, process: ForkServerProcess) -> None:
        """Ask a bot to end, and wait for it."""
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGTERM)
        await self.until(lambda: process.exitcode is not None)

    def scene(self) -> list[str]:
        """What stands on the platforms, and the last lines that the bots wrote."""
        standing = [f"on the board: {post}" for post in self.board.standing()]
        standing += [f"on Discord: {_seen(post)}" for post in self.discord.posts]
        standing += [f"on Slack: {_shown(post)}" for post in self.slack.posts]
        if not self.log.exists():
            return standing
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [*standing, *lines[-40:]]

    def left(self) -> list[str]:
        """What should not be in the store, or not for ever."""
        keys = self.server.ask("KEYS", "*")
        left = [key for key in keys if _kind(key) in _PASSING]
        passing = [key for key in keys if _kind(key) not in _LASTING]
        eternal = [key for key in passing if self.server.ask("TTL", key) == _ETERNAL]
        return [f"left in the store: {k}" for k in left] + [f"{k} has no TTL" for k in eternal]


_PASSING = {"inbox", "msgs", "answer", "due", "owner", "stop", "running"}
_LASTING = {"layout", "commands", "settings"}
_ETERNAL = -1
"""The TTL of what stays for ever; that of what went meanwhile is -2."""


def _kind(key: str) -> str:
    """What stands in it: the word behind its tag, where it has one."""
    return (key.partition("}:")[2] or key.rpartition(":")[2]).partition(":")[0]


def _seen(post: Message) -> str:
    lengths = [len(version.content) for version in post.versions]
    gone = "deleted" * (post.deleted is not None)
    return f"{post.id} in {post.channel} {gone} {lengths} {[*post.buttons]} {post.content[:60]}"


def _shown(post: SlackMessage) -> str:
    lengths = [len(version.text) for version in post.versions]
    gone = "deleted" * (post.deleted is not None)
    return f"{post.ts} in {post.channel} {gone} {lengths} {[*post.actions]} {post.shown[:60]}"


async def _value(result: object) -> bool:
    return bool(await result if asyncio.iscoroutine(result) else result)


@asynccontextmanager
async def world(gate: Gate) -> AsyncIterator[World]:
    """An empty world; its bots are ended with it."""
    async with AsyncExitStack() as stack:
        server = stack.enter_context(single())
        board = await stack.enter_async_context(Board())
        discord = await stack.enter_async_context(Discord())
        slack = await stack.enter_async_context(Slack(scale=SCALE))
        model = await stack.enter_async_context(ModelServer(Reply(delay=0.008)))
        client = await stack.enter_async_context(connect(server.url, server.home))
        labels = Labels()

        async def before(name: str, url: str) -> int:
            there = urlsplit(url)
            to = partial(asyncio.open_connection, there.hostname, there.port, limit=2**22)
            return await stack.enter_async_context(proxy(name, to, http, gate, labels))

        to_store = partial(asyncio.open_unix_connection, server.socket)
        store = await stack.enter_async_context(proxy("store", to_store, resp, gate, labels))
        proxied = {
            "REDIS_URL": f"redis://127.0.0.1:{store}",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{await before('model', model.url)}/v1",
            "BOARD_URL": f"http://127.0.0.1:{await before('board', board.url)}",
            "DISCORD_API_URL": f"http://127.0.0.1:{await before('discord', discord.url)}{API}",
            "SLACK_API_URL": f"http://127.0.0.1:{await before('slack', slack.url)}/api/",
        }
        inbox, settings = RedisInbox(client, Keys()), RedisSettings(client, Keys())
        made = World(server, board, discord, slack, model, inbox, settings, proxied)
        stack.callback(_end, made.started)
        yield made


def _end(processes: list[ForkServerProcess]) -> None:
    for process in processes:
        process.kill()
        process.join()
