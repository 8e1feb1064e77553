"""A bot in a process of its own: ``threadwise run`` or the plain loop, until SIGTERM.

It prints, in the end, how long its longest edit was: the time within discord.py's own call.
"""

import asyncio
import signal
import sys
import time
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route
from openai import AsyncOpenAI
from pydantic import BaseModel

from bench.plain_discord import PlainBot
from bot.config import Config
from bot.run import run


class Given(BaseModel):
    """What a bot is told."""

    who: str
    """``ours`` or ``plain``."""
    api: str
    gateway: str
    token: str
    guild: str
    model: str
    store: str
    home: str


class Watched(HTTPClient):
    """discord.py's client for REST, with an eye on the clock."""

    longest = 0.0
    """Seconds of the longest edit."""

    async def request(self, route: Route, **more: Any) -> Any:
        """One call."""
        began = time.monotonic()
        try:
            return await super().request(route, **more)
        finally:
            if route.method == "PATCH":
                Watched.longest = max(Watched.longest, time.monotonic() - began)


def _ours(given: Given) -> None:
    settings = {
        "DISCORD_API_URL": given.api,
        "DISCORD_BOT_TOKEN": given.token,
        "DISCORD_GUILDS": given.guild,
        "OPENAI_BASE_URL": given.model,
        "REDIS_URL": given.store,
        "data_dir": given.home,
        "place": "reply",
        "quotas": "off",
    }
    asyncio.run(run(Config.model_validate(settings), (), demo=False))


def _plain(given: Given) -> None:
    Route.BASE = given.api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(given.gateway)
    model = AsyncOpenAI(base_url=given.model, api_key="none")
    PlainBot(model).run(given.token, log_handler=None)


if __name__ == "__main__":
    discord.client.HTTPClient = Watched  # type: ignore[attr-defined]  # where clients find it
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = Given.model_validate_json(sys.argv[1])
    {"ours": _ours, "plain": _plain}[given.who](given)
    print(Watched.longest)
