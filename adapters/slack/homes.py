"""Who people are in the workspace, what its channels are called, and its direct messages."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.inbound import PLATFORM, Me
from adapters.slack.modes import PROMPTS, Features
from adapters.slack.rest import Refused, translated
from bot.access import Access
from bot.errors import PlatformBusy, PlatformUnavailable
from bot.messages import ConversationKey, Person
from bot.ports import Clock
from bot.recent import Recent
from bot.words import GUEST

_log = structlog.stdlib.get_logger(__name__)
_FRESH = 600.0
"""Seconds that an answer of Slack counts without being asked again."""
_MOST = 5_000
_NAMES = 20
_SOON = 1.0
"""Seconds that a message waits for names: Slack waits for three until it is taken in."""


@dataclass(frozen=True, slots=True)
class Member:
    """What the workspace says of somebody."""

    id: str
    name: str
    """As others see it."""
    team: str
    """Their own workspace, also of somebody who is in a shared channel only."""
    guest: bool = False
    """They may enter some channels only."""
    stranger: bool = False
    """They belong to another organisation."""
    admin: bool = False
    """Of the workspace, or named by whoever runs the bot."""

    @property
    def person(self) -> Person:
        """Somebody to the core."""
        return Person(self.id, self.name)


async def unwelcome(who: Member, where: ConversationKey, access: Access) -> str:
    """Why guests, and people of other organisations, are not answered there; "": they are.

    Of others, nothing is looked up.

    Raises:
        StoreError: the settings are out of reach.
    """
    if not (who.guest or who.stranger):
        return ""
    return "" if (await access.settings(where)).guests == "allowed" else GUEST


class People:
    """Asks Slack who somebody is, at most once in ten minutes.

    Every call but ``names`` may raise PlatformBusy and PlatformUnavailable.
    """

    def __init__(
        self, client: AsyncWebClient, me: Me, clock: Clock, admins: frozenset[str] = frozenset()
    ) -> None:
        """``admins``: who are admins beside the workspace's own."""
        self._client, self._me, self._admins = client, me, admins
        self._members = Recent(self._member, clock, _FRESH, _MOST)
        self._channels = Recent(self._channel, clock, _FRESH, _MOST)

    async def of(self, user: str) -> Member:
        """Who this is; whom the workspace does not know is a stranger."""
        return await self._members.get(user)

    async def channel(self, channel: str) -> str:
        """What a channel is called, without a sign before it; "" where it has no name for us."""
        return await self._channels.get(channel)

    async def names(self, ids: Iterable[str]) -> dict[str, str]:
        """What these people and channels are called, by their ids; never raises.

        Those that are unknown, or are not to be had within a second, are left out. Of many it
        looks at twenty, and of those that are left at none, once Slack refuses one for now.
        """
        found = dict[str, str]()
        try:
            async with asyncio.timeout(_SOON), asyncio.TaskGroup() as group:
                for id_ in islice(ids, _NAMES):
                    group.create_task(self._find(id_, found))
        except* (PlatformBusy, PlatformUnavailable, TimeoutError) as trouble:
            _log.info("names left out", error=repr(trouble.exceptions[0]))
        return found

    async def _find(self, id_: str, found: dict[str, str]) -> None:
        if name := await self._name(id_):
            found[id_] = name

    async def _name(self, id_: str) -> str:
        if id_.startswith(("U", "W")):
            return (await self.of(id_)).name
        return await self.channel(id_)

    async def _member(self, user: str) -> Member:
        try:
            async with translated():
                said = await self._client.users_info(user=user)
        except Refused:
            return Member(user, user, team="", stranger=True)
        return member(said["user"], self._me, self._admins)

    async def _channel(self, channel: str) -> str:
        try:
            async with translated():
                said = await self._client.conversations_info(channel=channel)
        except Refused:
            return ""
        return str(said["channel"].get("name", ""))


def member(user: dict[str, Any], me: Me, admins: frozenset[str]) -> Member:
    """What a user object says: https://docs.slack.dev/reference/objects/user-object. Pure."""
    profile, id_ = user.get("profile", {}), user["id"]
    stranger = bool(user.get("is_stranger")) or not _colleague(user, me)
    rules = any(user.get(flag) for flag in ("is_admin", "is_owner", "is_primary_owner"))
    return Member(
        id=id_,
        name=profile.get("display_name") or user.get("real_name") or user.get("name") or id_,
        team=user.get("team_id", ""),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        stranger=stranger,
        admin=(rules and not stranger) or id_ in admins,
    )


def _colleague(user: dict[str, Any], me: Me) -> bool:
    """Of our workspace, or of another one of the same organisation."""
    teams = {user.get("team_id"), user.get("enterprise_user", {}).get("enterprise_id")}
    return bool(teams & {me.team, me.enterprise or me.team})


SUGGESTIONS = (
    {"title": "What can you do?", "message": "What can you do for me? Name five things."},
    {
        "title": "Write with me",
        "message": "Help me to write something: ask me what, and for whom.",
    },
    {"title": "Think with me", "message": "Help me to decide something: ask me what it is about."},
)
"""Whole questions: whoever presses one has sent it."""


class Direct:
    """What direct messages are like here: Slack's agent view, or one flat conversation."""

    def __init__(self, client: AsyncWebClient, me: Me, access: Access, features: Features) -> None:
        self._client, self._me = client, me
        self._access, self._features = access, features
        self._agent_view = False

    async def sessions(self, channel: str) -> bool:
        """Whether a message there, outside a thread, begins a conversation of its own.

        Left to us, it does where the app has the agent view: Slack says so by taking prompts for
        a direct channel without a thread, which it does for no other app, and to every process
        alike. What was said once holds until the process ends.
        https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts

        Raises:
            StoreError: the settings are out of reach.
            PlatformBusy: nobody knows yet.
            PlatformUnavailable: likewise.
        """
        here = ConversationKey(PLATFORM, self._me.team, channel)
        chosen = (await self._access.settings(here)).direct
        if chosen != "auto":
            return chosen == "sessions"
        self._agent_view = self._agent_view or await self.suggest(channel)
        return self._agent_view

    async def suggest(self, channel: str) -> bool:
        """Offer what may be asked; whether the app has a place for that.

        Raises:
            PlatformBusy: not now.
            PlatformUnavailable: perhaps it was done.
        """
        if not self._features.has(PROMPTS):
            return False
        try:
            async with translated():
                await self._client.assistant_threads_setSuggestedPrompts(
                    channel_id=channel, prompts=list(SUGGESTIONS)
                )
        except Refused as refused:
            self._features.heard(PROMPTS, refused)
            return False
        return True


@dataclass(frozen=True, slots=True)
class Homes:
    """The workspace, as far as it has to be known to take messages in."""

    client: AsyncWebClient
    me: Me
    people: People
    direct: Direct
