"""What there is on the loopback Discord: people, places, messages, interactions."""

import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

EPOCH_MS = 1_420_070_400_000
"""Discord's ids count milliseconds from here: the first of January 2015."""

TEXT, DIRECT, THREAD, FORUM = 0, 1, 11, 15
"""Types of channels."""

DEFAULT, PINNED, JOINED, THREAD_MADE, REPLY, SLASH, STARTER, MENU = 0, 6, 7, 18, 19, 20, 21, 23
"""Types of messages."""

SPOKEN = frozenset({DEFAULT, REPLY, SLASH, MENU})
"""Types of messages that somebody wrote; the others are the system's."""

NO_EMBEDS, HAS_THREAD, EPHEMERAL, LOADING = 1 << 2, 1 << 5, 1 << 6, 1 << 7
"""Flags of messages."""

PERMISSIONS = {
    "reactions": 1 << 6,
    "view": 1 << 10,
    "send": 1 << 11,
    "manage_messages": 1 << 13,
    "embed": 1 << 14,
    "attach": 1 << 15,
    "history": 1 << 16,
    "commands": 1 << 31,
    "threads": 1 << 35,
    "send_in_threads": 1 << 38,
}
"""What a test may take from the bot in a channel, and Discord's bit for it."""

EVERYTHING = sum(PERMISSIONS.values())
MANAGE_SERVER = 1 << 5


class Snowflakes:
    """Ids that rise, with the wall clock's time in their upper bits."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, age: float = 0) -> str:
        """The next id of what was made so many seconds ago."""
        self._count += 1
        ms = time.time_ns() // 1_000_000 - EPOCH_MS - int(age * 1000)
        return str((ms << 22) + self._count)


def made_at(id_: str) -> float:
    """When a thing with this id was made: seconds since 1970."""
    return ((int(id_) >> 22) + EPOCH_MS) / 1000


@dataclass(slots=True)
class User:
    """Somebody with an account."""

    id: str
    name: str
    bot: bool = False
    refuses_direct: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """What somebody attaches; ``size`` may claim another one than the data has."""

    name: str
    data: bytes
    content_type: str | None = None
    size: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What stood in a message from a time on."""

    at: float
    """``time.monotonic()`` of this machine, so that other processes may compare it."""
    content: str
    components: list[Json]


@dataclass(slots=True)
class Message:
    """One message, deleted or not."""

    id: str
    channel: str
    author: User
    content: str = ""
    type: int = DEFAULT
    flags: int = 0
    reference: Json | None = None
    attachments: list[Json] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    snapshots: list[Json] = field(default_factory=list)
    allowed: Json | None = None
    """``allowed_mentions`` as they came; None: whatever the text says."""
    nonce: str | None = None
    webhook: bool = False
    mentions: list[str] = field(default_factory=list)
    """Ids of the users that are pinged."""
    everyone: bool = False
    roles: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited: float | None = None
    versions: list[Version] = field(default_factory=list)
    deleted: float | None = None
    """``time.monotonic()`` of its end."""

    @property
    def buttons(self) -> dict[str, Json]:
        """What can be pressed now, by custom_id."""
        return {item["custom_id"]: item for item in parts(self.components) if "custom_id" in item}


def parts(components: list[Json]) -> list[Json]:
    """Every component, those inside others too."""
    found = []
    for item in components:
        inner = item.get("components", []) + [item[k] for k in ("component",) if k in item]
        found += [item, *parts(inner)]
    return found


@dataclass(slots=True)
class Channel:
    """A place for messages: a channel, a thread or a DM."""

    id: str
    name: str
    type: int = TEXT
    guild: str | None = None
    parent: str | None = None
    owner: str | None = None
    recipient: User | None = None
    archive_after: int = 1440
    archived: bool = False
    locked: bool = False
    denied: set[str] = field(default_factory=set)
    messages: dict[str, Message] = field(default_factory=dict)


@dataclass(slots=True)
class Guild:
    """A server, as people call it."""

    id: str
    name: str
    owner: str
    members: set[str] = field(default_factory=set)
    threads_full: bool = False
    """No more active threads are taken."""


@dataclass(slots=True)
class Interaction:
    """A command, a press, a form: what the bot must answer at once."""

    id: str
    token: str
    type: int
    user: User
    channel: str
    data: Json
    message: Message | None = None
    """The message whose button was pressed."""
    made: float = field(default_factory=time.monotonic)
    answer: Json | None = None
    """The body of the first response: ``type`` and ``data``."""
    answered: float | None = None
    original: Message | None = None
    follow_ups: list[Message] = field(default_factory=list)
    permissions: int = 0
