"""What ``doctor`` finds out about Discord: by REST alone, so a bot that runs is not disturbed."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import discord
from discord import app_commands

from adapters.discord.commands import ABOUT, ASK, FORGET, RETRY
from adapters.discord.login import Application, account_name, logged_in, look
from adapters.discord.rest import translated
from adapters.discord.ways import Fingerprints
from bot.commands.table import COMMANDS

NEEDED = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "read_message_history": "Read Message History",
    "add_reactions": "Add Reactions",
}
"""The permissions that the bot uses, as Discord shows them; it asks for no other.

https://docs.discord.com/developers/topics/permissions
"""
_REGISTERED = frozenset({row.name for row in COMMANDS} | {ASK, ABOUT, RETRY, FORGET})
_PORTAL = "https://discord.com/developers/applications"
_NAMED = 3
"""Channels, or commands, that are named; of the others only the number is said."""


class Check(NamedTuple):
    """One thing that was looked at."""

    ok: bool
    what: str
    fix: str = ""
    """What to do, where it is not ok."""


async def examined(
    token: str, api: str | None, served: frozenset[str], fingerprints: Fingerprints
) -> AsyncIterator[Check]:
    """Look at the application, its guilds and its commands.

    Where Discord has not the commands that were registered, the fingerprint of that is
    forgotten: the next start registers them anew.

    Args:
        token: the bot's.
        api: another address of Discord's API.
        served: ids of guilds; none: all that the bot is in.
        fingerprints: what was registered last.

    Raises:
        ConfigError: the token is wrong, or Discord cannot be reached.
        MessengerError: Discord does not answer one of the questions.
        StoreError: the store does not.
    """
    application = await look(token, api)
    client = discord.Client(intents=discord.Intents(guilds=True))
    async with logged_in(client, token):
        yield Check(
            ok=True, what=f"Discord takes the token, of the application {application.name}"
        )
        yield _content(application)
        for check in _endpoint(client):
            yield check
        async for check in _guilds(client, application, served):
            yield check
        yield await _commands(client, account_name(application.id), fingerprints)
    yield Check(ok=True, what=f"Invite it by {invite(application.id)}")


async def _guilds(
    client: discord.Client, application: Application, served: frozenset[str]
) -> AsyncIterator[Check]:
    async with translated():
        here = {str(guild.id): guild.name async for guild in client.fetch_guilds(limit=None)}
    if application.public and not served:
        yield _public(here)
    for guild in sorted(served - here.keys(), key=int):
        yield _absent(application, int(guild))
    for guild in sorted(here.keys() & (served or here), key=int):
        for check in await _guild(client, int(guild)):
            yield check


def invite(application: int, guild: int | None = None) -> str:
    """The link that adds the bot to a guild, with the permissions that it needs and no more."""
    return discord.utils.oauth_url(
        application,
        permissions=discord.Permissions(**dict.fromkeys(NEEDED, True)),
        guild=discord.Object(guild) if guild else discord.utils.MISSING,
        scopes=("bot", "applications.commands"),
    )


def _content(application: Application) -> Check:
    """https://docs.discord.com/developers/events/gateway#message-content-intent."""
    if application.content:
        what = "Message Content is granted: it hears all that is said in its threads"
        return Check(ok=True, what=what)
    return Check(
        ok=True,
        what="Message Content is off: it answers mentions, direct messages and replies that ping"
        " it, but hears no follow-up without a mention and reads no earlier messages. Switch it on"
        f" in {_PORTAL}/{application.id}/bot, and start again (above 10,000 users Discord reviews"
        " that)",
    )


def _endpoint(client: discord.Client) -> Iterator[Check]:
    info = client.application
    if info and info.interactions_endpoint_url:
        yield Check(
            ok=False,
            what=f"Commands and buttons are sent to {info.interactions_endpoint_url}, not to us",
            fix=f"clear Interactions Endpoint URL in {_PORTAL}/{info.id}/information",
        )


def _public(here: Mapping[str, str]) -> Check:
    names = f"DISCORD_GUILDS={','.join(here)} ({', '.join(here.values())})"
    return Check(
        ok=False,
        what="Everybody can add this application to their guild, at your cost",
        fix=f"set {names if here else 'DISCORD_GUILDS, once it is in your guild'}; or choose None"
        " as Install Link under Installation in the developer portal, and switch Public Bot off"
        " under Bot",
    )


def _absent(application: Application, guild: int) -> Check:
    link = invite(application.id, guild)
    return Check(ok=False, what=f"It is not in the guild {guild}", fix=f"open {link}")


async def _guild(client: discord.Client, number: int) -> Sequence[Check]:
    assert client.user is not None, "it is logged in"  # noqa: S101
    async with translated():
        guild = await client.fetch_guild(number, with_counts=False)
        me = await guild.fetch_member(client.user.id)
        channels = await guild.fetch_channels()
    rooms = [channel for channel in channels if isinstance(channel, discord.TextChannel)]
    missing = {f"#{room.name}": _missing(room.permissions_for(me)) for room in rooms}
    return [*_allowed(guild.name, missing)]


def _missing(allowed: discord.Permissions) -> frozenset[str]:
    return frozenset(name for name in NEEDED if not getattr(allowed, name))


def _allowed(guild: str, missing: Mapping[str, Collection[str]]) -> Iterator[Check]:
    """What a guild lacks, by the permissions that are missing in each of its text channels.

    Where the bot may not write, as who may not see a channel, it is meant to be absent.
    """
    heard = [room for room, lacks in missing.items() if "send_messages" not in lacks]
    others = [room for room in missing if room not in heard]
    unheard = f"; not in {_some(others)}, where it may not see or write" if others else ""
    yield Check(
        ok=bool(heard),
        what=f"{guild}: it answers in {len(heard)} of {len(missing)} text channels{unheard}",
        fix="give its role View Channels and Send Messages there",
    )
    for name, title in NEEDED.items():
        if lacking := [room for room in heard if name in missing[room]]:
            yield Check(
                ok=False,
                what=f"{guild}: {title} is missing in {_some(lacking)}",
                fix="allow it to the bot's role, in the server's settings or in those channels'",
            )


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


async def _commands(client: discord.Client, account: str, fingerprints: Fingerprints) -> Check:
    async with translated():
        found = await app_commands.CommandTree(client).fetch_commands()
    differ = sorted(_REGISTERED ^ {command.name for command in found})
    if not differ:
        return Check(ok=True, what=f"Its {len(found)} commands are registered")
    if not await fingerprints.get(account):
        return Check(ok=True, what="Its commands are not registered yet: the next start does it")
    await fingerprints.keep(account, "")
    return Check(
        ok=False,
        what=f"Discord has not the commands of this version; they differ in {_some(differ)}",
        fix="start `threadwise run` anew: it registers them",
    )
