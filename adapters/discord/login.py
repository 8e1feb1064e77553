"""Before the connection: where Discord is, who the bot is there, and what it is granted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import discord
from discord import http
from discord.gateway import DiscordWebSocket

from adapters.discord.rest import Bucket, translated
from bot.errors import ConfigError, MessengerError

_REFUSED = (
    "Discord refuses DISCORD_BOT_TOKEN: copy it anew from https://discord.com/developers/applications,"
    " your application, Bot, Reset Token."
)
_UNREACHABLE = (
    "Discord cannot be reached ({}): check the network, and DISCORD_API_URL if it is set."
)


@dataclass(frozen=True, slots=True)
class Application:
    """What Discord says of the application behind a token."""

    id: int
    name: str
    content: bool
    """It is granted the text of all messages."""
    public: bool
    """Everybody may add it to their guild."""


def account_name(application: int) -> str:
    """The name of the bot's account, equal in every process that holds its token."""
    return f"discord:{application}"


@asynccontextmanager
async def logged_in(client: discord.Client, token: str) -> AsyncIterator[None]:
    """Hold a client that can call Discord; closed at the end, with its connection.

    Raises:
        ConfigError: the token is wrong, or Discord cannot be reached.
    """
    async with client:
        try:
            await _login(client, token)
        except MessengerError as error:
            raise ConfigError(_UNREACHABLE.format(error)) from error
        yield


async def look(token: str, api: str | None) -> Application:
    """Ask Discord who this is; the process speaks to ``api`` from here on, if one is named.

    Raises:
        ConfigError: the token is wrong, or Discord cannot be reached.
    """
    http.Ratelimit = Bucket  # type: ignore[misc]  # see there
    if api:
        http.Route.BASE = api.rstrip("/")
        discord.asset.Asset.BASE = "{0.scheme}://{0.netloc}".format(urlsplit(api))
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
    client = discord.Client(intents=discord.Intents(guilds=True))
    async with logged_in(client, token):
        if api:
            await _find_gateway(client)
        return _application(client)


async def _find_gateway(client: discord.Client) -> None:
    """Where the library connects anew after a session that ended."""
    try:
        async with translated():
            _, gateway, _ = await client.http.get_bot_gateway()
    except MessengerError as error:
        raise ConfigError(_UNREACHABLE.format(error)) from error
    DiscordWebSocket.DEFAULT_GATEWAY = type(DiscordWebSocket.DEFAULT_GATEWAY)(gateway)


async def _login(client: discord.Client, token: str) -> None:
    async with translated():
        try:
            await client.login(token)
        except discord.LoginFailure as error:
            raise ConfigError(_REFUSED) from error


def _application(client: discord.Client) -> Application:
    info = client.application
    assert info is not None, "login reads it"  # noqa: S101
    flags = info.flags
    return Application(
        id=info.id,
        name=info.name,
        content=flags.gateway_message_content or flags.gateway_message_content_limited,
        public=info.bot_public,
    )
