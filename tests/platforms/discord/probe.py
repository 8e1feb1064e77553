"""An unmodified discord.py client on the loopback Discord, which writes down what it hears."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.platforms.discord.server import Discord


class Probe(discord.AutoShardedClient):
    """Whatever the gateway says, in order."""

    def __init__(self, *, content: bool = True) -> None:
        intents = discord.Intents.default()
        intents.message_content = content
        quiet = discord.AllowedMentions.none()
        super().__init__(intents=intents, allowed_mentions=quiet, guild_ready_timeout=0.05)
        self.messages: list[discord.Message] = []
        self.interactions: list[discord.Interaction] = []
        self._changed = asyncio.Event()
        self.heard: list[tuple[str, Any]] = []
        """Events by name, with what discord.py made of them."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.heard.append((event, args))
        if event == "message":
            self.messages.append(*args)
        if event == "interaction":
            self.interactions.append(*args)
        super().dispatch(event, *args, **kwargs)
        self._changed.set()

    async def until(self, holds: Callable[[], object], seconds: float = 5) -> None:
        """Wait until something is true of what was heard."""
        async with asyncio.timeout(seconds):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    def count(self, event: str) -> int:
        return sum(name == event for name, _ in self.heard)


@asynccontextmanager
async def connected(server: Discord, *, content: bool = True) -> AsyncIterator[Probe]:
    """A client that is ready; closed at the end."""
    aim(server)
    probe = Probe(content=content)
    async with asyncio.TaskGroup() as group:
        group.create_task(probe.start(server.token))
        try:
            await probe.until(lambda: probe.count("ready"))
            yield probe
        finally:
            await probe.close()


def aim(server: Discord) -> None:
    """Point discord.py at a server."""
    Route.BASE = server.api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(server.gateway_url)
