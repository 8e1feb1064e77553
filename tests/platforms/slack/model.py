"""What there is on the loopback Slack: people, places, messages, streams, status slots, views."""

import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

DIRECT, GROUP_DIRECT, PRIVATE, PUBLIC = "im", "mpim", "group", "channel"
"""Kinds of channels, as ``channel_type`` says them."""


class Stamps:
    """Message ids: the wall clock's seconds and microseconds, unique and growing."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self, age: float = 0) -> str:
        """The next one; with ``age``, of what was made so many seconds ago."""
        if age:
            return _stamp(time.time_ns() // 1000 - int(age * 1e6))
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return _stamp(self._last)


def _stamp(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


class SlackError(Exception):
    """An ``ok: false`` answer."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.body = {"ok": False, "error": error} | more


@dataclass(slots=True)
class User:
    """Somebody with an account; of another team: a stranger of Slack Connect."""

    id: str
    name: str
    team: str
    bot: bool = False
    guest: str = ""
    """``multi`` or ``single``: a guest of some channels, or of one."""
    admin: bool = False
    owner: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """What somebody uploads."""

    name: str
    data: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Version:
    """What stood on the screen from a time on."""

    at: float
    """``time.monotonic()`` of this machine, so that other processes may compare it."""
    text: str
    """As it is read: where blocks hide the text, theirs; mrkdwn without entities."""
    blocks: list[Json]
    streaming: bool = False


@dataclass(slots=True)
class Stream:
    """A message that grows by ``chat.appendStream``."""

    recipient: str
    until: float
    """``time.monotonic()`` of its expiry."""
    size: int = 0
    """UTF-8 bytes so far."""
    full: bool = False
    ended: str = ""
    """``stopped`` by the bot, or by a ``user``."""

    @property
    def live(self) -> bool:
        return not self.ended and time.monotonic() < self.until


@dataclass(slots=True)
class Message:
    """One message, deleted or not."""

    ts: str
    channel: str
    user: User
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    subtype: str = ""
    metadata: Json | None = None
    context: Json | None = None
    """What its author looks at, with ``app_context_changed`` subscribed."""
    markdown: bool = False
    """Whether the text is ``markdown_text``."""
    unfurl: bool = False
    """Whether the bot left it to Slack to show what links lead to."""
    only: str = ""
    """The one person who sees it: it is ephemeral."""
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    stream: Stream | None = None
    versions: list[Version] = field(default_factory=list)
    deleted: float | None = None
    """``time.monotonic()`` of its end."""

    @property
    def shown(self) -> str:
        """What stands on the screen."""
        return self.versions[-1].text

    @property
    def actions(self) -> dict[str, Json]:
        """What can be pressed now, by action_id; with the ``block_id`` of its block."""
        found = {}
        for block in self.blocks:
            inner = [*block.get("elements", []), *filter(None, [block.get("accessory")])]
            for item in inner:
                if "action_id" in item:
                    found[item["action_id"]] = item | {"block_id": block.get("block_id", "b")}
        return found


@dataclass(slots=True)
class Channel:
    """A place for messages."""

    id: str
    name: str
    kind: str = PUBLIC
    members: set[str] = field(default_factory=set)
    archived: bool = False
    shared: bool = False
    """Whether another organisation shares it."""
    messages: dict[str, Message] = field(default_factory=dict)


@dataclass(slots=True)
class Slot:
    """What is shown to be going on in a thread: one line, the last writer wins."""

    status: str
    session: bool
    """Whether it is a session's ``processing``, with Slack's stop button."""
    until: float
    """``time.monotonic()`` of its own end."""
    more: Json = field(default_factory=dict)


@dataclass(slots=True)
class View:
    """A modal, or the Home tab of somebody."""

    id: str
    user: str
    type: str
    body: Json
    hash: str
    parent: str = ""
    open: bool = True


@dataclass(slots=True)
class Session:
    """An agent session: a thread that the agent works in."""

    title: str = ""
    status: str = "active"


@dataclass(slots=True)
class Link:
    """A response_url or a trigger: what an interaction lets the bot do."""

    user: str
    channel: str
    ts: str
    """The message that it came from."""
    until: float
    uses: int = 5
    posts: list[Json] = field(default_factory=list)
