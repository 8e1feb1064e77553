"""What ``doctor`` finds out about Slack: by requests alone, which disturb no bot that runs."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.client import PATH
from adapters.slack.homes import SUGGESTIONS
from adapters.slack.inbound import Me
from adapters.slack.login import connectable, look, web
from adapters.slack.manifest import scopes
from adapters.slack.rest import Refused, translated
from bot.errors import ConfigError
from bot.ports import Clock
from bot.stores import Conversations

WITHOUT = {
    "app_mentions:read": "it hears mentions only where it hears everything",
    "assistant:write": "no agent view: direct messages are one flat conversation",
    "channels:history": "in public channels it hears mentions only, and reads no thread or file",
    "channels:read": "the model sees ids in place of public channels' names",
    "chat:write": "it cannot answer",
    "commands": "no slash command, no Ask about this",
    "files:read": "it reads no files",
    "groups:history": "in private channels it hears mentions only, and reads no thread or file",
    "groups:read": "the model sees ids in place of private channels' names",
    "im:history": "it hears no direct messages",
    "mpim:history": "in group messages it hears mentions only, and reads no thread or file",
    "reactions:read": "thumbs that are given as reactions are not counted",
    "reactions:write": "no 👀 ⏳ 🛑 on questions",
    "users:read": "it cannot know who may ask",
}
"""What does not work without a scope: https://docs.slack.dev/reference/scopes."""
_APART = 60.0
"""Seconds that two clocks may differ; a signature of Slack's is good for five minutes."""
_APP = "at https://api.slack.com/apps, in your app"
_TAB_OFF = "messages_tab_disabled"


@dataclass(frozen=True, slots=True)
class Given:
    """What the configuration says of Slack; "" is unset."""

    bot_token: str
    app_token: str = ""
    signing_secret: str = ""
    port: int | None = None
    url: str | None = None
    """Another server that speaks Slack's interface."""
    client_id: str = ""


class Check(NamedTuple):
    """One thing that was looked at."""

    ok: bool
    what: str
    fix: str = ""
    """What to do, where it is not ok."""


_OAUTH = Check(
    ok=False,
    what="SLACK_CLIENT_ID is set: elsewhere it means OAuth, which is not used here",
    fix="unset it, and SLACK_CLIENT_SECRET; one token serves one workspace or organisation",
)
_UNSEEN = Check(
    ok=True,
    what="Which events come, and whether Messages Tab is on, Slack tells no bot: compare App"
    f" Manifest {_APP}, with what `threadwise slack manifest` prints",
)


async def examined(
    given: Given, conversations: Conversations, clock: Clock
) -> AsyncIterator[Check]:
    """Look at the tokens, the scopes, the way in, the clock and the agent view.

    To see the agent view, it suggests prompts to somebody who wrote to the bot directly: those
    that are suggested there anyway.

    Raises:
        ConfigError: the bot token is wrong, or Slack cannot be reached.
        MessengerError: Slack does not answer one of the questions.
        StoreError: the store does not.
    """
    login = await look(given.bot_token, given.url)
    me = login.me
    yield Check(ok=True, what=f"Slack takes SLACK_BOT_TOKEN, of {me.name} in {me.team}")
    for check in _scopes(login.scopes):
        yield check
    yield await _way_in(given, me)
    async with aiohttp.ClientSession() as session:
        client = web(given.bot_token, given.url, session)
        yield await _clock(client, clock)
        yield await _agent_view(client, await _direct(conversations, me))
    if given.client_id:
        yield _OAUTH
    yield _UNSEEN


def _scopes(granted: frozenset[str]) -> Iterator[Check]:
    """Compared with the manifests; whoever took the least one meant it."""
    full, least = scopes(), scopes(least=True)
    if granted == least:
        yield Check(ok=True, what="It has the least scopes: mentions and direct messages only")
        return
    for scope in sorted(full - granted):
        yield Check(
            ok=False,
            what=f"The scope {scope} is missing: {WITHOUT[scope]}",
            fix=f"add it {_APP}, OAuth & Permissions, and install the app anew",
        )
    if full <= granted:
        yield Check(ok=True, what=f"It has the {len(full)} scopes of its manifest")
    if more := sorted(granted - full):
        what = f"It does not use these scopes, which can be removed: {', '.join(more)}"
        yield Check(ok=True, what=what)


async def _way_in(given: Given, me: Me) -> Check:
    if given.app_token:
        return await _sockets(given, me)
    if not given.signing_secret:
        return Check(
            ok=False,
            what="Nothing says how Slack reaches the bot",
            fix="set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET and PORT for HTTP",
        )
    if not given.port:
        return Check(
            ok=False,
            what="SLACK_SIGNING_SECRET is set, but nothing listens for what it signs",
            fix="set PORT to where your host brings requests, or SLACK_APP_TOKEN for Socket Mode",
        )
    what = f"Slack is to post to {PATH} at PORT {given.port}: the app's Request URL ends so"
    return Check(ok=True, what=what)


async def _sockets(given: Given, me: Me) -> Check:
    try:
        await connectable(given.app_token, given.url, me.app)
    except ConfigError as error:
        return Check(ok=False, what="Socket Mode", fix=str(error))
    return Check(ok=True, what="Slack opens connections for SLACK_APP_TOKEN")


async def _clock(client: AsyncWebClient, clock: Clock) -> Check:
    async with translated():
        said = await client.auth_test()
    theirs = parsedate_to_datetime(said.headers["Date"]).timestamp()
    apart = abs(clock.now() / 1000 - theirs)
    return Check(
        ok=apart <= _APART,
        what=f"This machine's clock is {apart:.0f} s from Slack's",
        fix="set it by NTP: signatures are refused, and questions taken for old ones",
    )


async def _direct(conversations: Conversations, me: Me) -> str:
    """The direct channel that was written to last, or ""."""
    channels = await conversations.channels(me.account)
    direct = {channel: at for (*_, channel), at in channels.items() if channel.startswith("D")}
    return max(direct, key=direct.__getitem__, default="")


async def _agent_view(client: AsyncWebClient, channel: str) -> Check:
    """https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts."""
    if not channel:
        what = "Whether it has the agent view shows once somebody wrote to it directly"
        return Check(ok=True, what=what)
    try:
        async with translated():
            await client.assistant_threads_setSuggestedPrompts(
                channel_id=channel, prompts=list(SUGGESTIONS)
            )
    except Refused as refused:
        return _no_agent_view(refused.code)
    return Check(ok=True, what="It has the agent view: a direct message begins a conversation")


def _no_agent_view(code: str) -> Check:
    if code == _TAB_OFF:
        return Check(
            ok=False,
            what="Nobody can write to it directly: its Messages Tab is off",
            fix=f"switch it on {_APP}, App Home, with Allow users to send messages",
        )
    return Check(
        ok=True,
        what=f"It has no agent view ({code}): direct messages are one flat conversation",
    )
