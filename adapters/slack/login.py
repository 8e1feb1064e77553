"""Before anything is heard: who the bot is on Slack, and whether its tokens are good."""

import logging
import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import async_default_handlers
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.inbound import Me
from adapters.slack.rest import translated
from bot.errors import ConfigError, MessengerError, Undeliverable

NEEDED = ("chat:write", "users:read")
"""Scopes without which it can neither answer nor know who may ask."""
_SETTINGS = "https://api.slack.com/apps, your app"
_INSTALL = f"{_SETTINGS}, Install App"
_APP_LEVEL = f"{_SETTINGS}, Basic Information, App-Level Tokens"
_SWAPPED = (
    "SLACK_BOT_TOKEN holds an app-level token (xapp-…): that one belongs into SLACK_APP_TOKEN,"
    f" and the bot's token (xoxb-…) is at {_INSTALL}."
)
_NO_BOT = f"SLACK_BOT_TOKEN is no bot token (xoxb-…): copy it from {_INSTALL}."
_NO_APP = f"SLACK_APP_TOKEN is no app-level token (xapp-…): make one at {_APP_LEVEL}."
_SWAPPED_APP = (
    "SLACK_APP_TOKEN holds a bot token (xoxb-…): that one belongs into SLACK_BOT_TOKEN, and the"
    f" app-level token (xapp-…) is at {_APP_LEVEL}."
)
_UNREACHABLE = "Slack cannot be reached ({}): check the network, and SLACK_API_URL if it is set."
_REFUSED_BOT = f"Slack refuses SLACK_BOT_TOKEN: copy it anew from {_INSTALL}."
_BOT = {
    "invalid_auth": _REFUSED_BOT,
    "not_authed": _REFUSED_BOT,
    "not_allowed_token_type": _NO_BOT,
    "token_expired": (
        "SLACK_BOT_TOKEN has expired: switch token rotation off, and install the app anew at"
        f" {_INSTALL}."
    ),
    "token_revoked": f"SLACK_BOT_TOKEN was revoked: install the app anew at {_INSTALL}.",
    "account_inactive": (
        f"The app was removed from its workspace: install it anew at {_INSTALL}, and copy"
        " SLACK_BOT_TOKEN from there."
    ),
}
REFUSED_APP = f"Slack refuses SLACK_APP_TOKEN: make a new one at {_APP_LEVEL}."
_APP = {
    "invalid_auth": REFUSED_APP,
    "not_authed": REFUSED_APP,
    "token_revoked": REFUSED_APP,
    "account_inactive": REFUSED_APP,
    "not_allowed_token_type": _NO_APP,
    "missing_scope": (
        "SLACK_APP_TOKEN lacks the scope connections:write: make a new token with it at"
        f" {_APP_LEVEL}."
    ),
}
_OTHER_APP = (
    "SLACK_APP_TOKEN belongs to another app than SLACK_BOT_TOKEN: take both from the same one."
)
_ODD = "Slack does not take {} ({}): `threadwise doctor` compares what the app has and needs."
_MISSING = (
    f"SLACK_BOT_TOKEN lacks the scopes {{}}: add them at {_SETTINGS}, OAuth & Permissions, and"
    " install the app anew."
)
_QUIET = logging.getLogger("slack_sdk.client")
_QUIET.setLevel(logging.WARNING)  # where no level is set, the library prepares lines for nobody


@dataclass(frozen=True, slots=True)
class Login:
    """What Slack says of a bot token."""

    me: Me
    scopes: frozenset[str]
    """What it is granted."""


def web(token: str, url: str | None, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that makes each call once, over this session; at ``url``, if one is named."""
    base = url or AsyncWebClient.BASE_URL
    return AsyncWebClient(token, base, session=session, retry_handlers=[], logger=_QUIET)


def _asking(token: str, url: str | None, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The same for what may be asked twice: it asks again, once, when a connection breaks."""
    client = web(token, url, session)
    client.retry_handlers = async_default_handlers()
    return client


async def look(token: str, url: str | None) -> Login:
    """Ask Slack who this is: https://docs.slack.dev/reference/methods/auth.test.

    Raises:
        ConfigError: the token is wrong or lacks a scope, or Slack cannot be reached.
    """
    if not token.startswith("xoxb-"):
        raise ConfigError(_SWAPPED if token.startswith("xapp-") else _NO_BOT)
    async with aiohttp.ClientSession() as session:
        client = _asking(token, url, session)
        who = await _asked(client.auth_test(), "SLACK_BOT_TOKEN", _BOT)
        scopes = frozenset(who.headers.get("X-OAuth-Scopes", "").replace(" ", "").split(","))
        if missing := [scope for scope in NEEDED if scope not in scopes]:
            raise ConfigError(_MISSING.format(", ".join(missing)))
        bot = await _asked(client.bots_info(bot=who["bot_id"]), "SLACK_BOT_TOKEN", _BOT)
    return Login(_me(who, bot["bot"]["app_id"]), scopes)


def _me(who: AsyncSlackResponse, app: str) -> Me:
    team = who["team_id"]
    return Me(
        account=f"slack:{app}:{team}",
        team=team,
        enterprise=who.get("enterprise_id") or "",
        user=who["user_id"],
        bot=who["bot_id"],
        app=app,
        name=who["user"],
    )


async def connectable(app_token: str, url: str | None, app: str) -> None:
    """Find out whether Slack opens connections for this token; none is opened.

    Args:
        app_token: the app-level token.
        url: another server that speaks Slack's interface.
        app: the id of the app that the bot token belongs to.

    Raises:
        ConfigError: the token is wrong, of another app or lacks a scope, Socket Mode is off, or
            Slack cannot be reached.
    """
    if not app_token.startswith("xapp-"):
        raise ConfigError(_SWAPPED_APP if app_token.startswith("xoxb-") else _NO_APP)
    if (named := re.match(r"xapp-\d+-(A\w+)-", app_token)) and named[1] != app:
        raise ConfigError(_OTHER_APP)
    async with aiohttp.ClientSession() as session:
        client = _asking(app_token, url, session)
        await _asked(client.apps_connections_open(app_token=app_token), "SLACK_APP_TOKEN", _APP)


async def _asked(
    call: Awaitable[AsyncSlackResponse], variable: str, wrong: Mapping[str, str]
) -> AsyncSlackResponse:
    """What Slack answers; what it refuses is a sentence."""
    try:
        async with translated():
            return await _named(call, wrong)
    except Undeliverable as error:
        raise ConfigError(_ODD.format(variable, error)) from error
    except MessengerError as error:
        raise ConfigError(_UNREACHABLE.format(error)) from error


async def _named(
    call: Awaitable[AsyncSlackResponse], wrong: Mapping[str, str]
) -> AsyncSlackResponse:
    try:
        return await call
    except SlackApiError as error:
        if sentence := wrong.get(error.response.get("error", "")):
            raise ConfigError(sentence) from error
        raise
