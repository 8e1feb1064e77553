"""A bot in a process of its own: ``threadwise run`` or the plain loop, until SIGTERM."""

import asyncio
import signal
import sys
from contextlib import suppress

from openai import AsyncOpenAI
from pydantic import BaseModel
from slack_sdk.web.async_client import AsyncWebClient

from bench.plain_slack import PlainBot
from bot.config import Config
from bot.run import run


class Given(BaseModel):
    """What a bot is told."""

    who: str
    """``ours`` or ``plain``."""
    api: str
    token: str
    app_token: str
    model: str
    store: str
    home: str


def _ours(given: Given) -> None:
    settings = {
        "SLACK_API_URL": given.api,
        "SLACK_BOT_TOKEN": given.token,
        "SLACK_APP_TOKEN": given.app_token,
        "OPENAI_BASE_URL": given.model,
        "REDIS_URL": given.store,
        "data_dir": given.home,
        "quotas": "off",
    }
    asyncio.run(run(Config.model_validate(settings), (), demo=False))


def _plain(given: Given) -> None:
    client = AsyncWebClient(given.token, given.api)
    model = AsyncOpenAI(base_url=given.model, api_key="none")
    with suppress(KeyboardInterrupt):
        asyncio.run(PlainBot(client, model).run(given.app_token))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = Given.model_validate_json(sys.argv[1])
    {"ours": _ours, "plain": _plain}[given.who](given)
