"""Gateway sessions, and which events each of them gets."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.discord.model import Json

MEMBERS, PRESENCES, CONTENT = 1 << 1, 1 << 8, 1 << 15

_NEEDED = (
    ("MESSAGE_REACTION", 1 << 10, 1 << 13),
    ("MESSAGE", 1 << 9, 1 << 12),
    ("TYPING", 1 << 11, 1 << 14),
    ("INTERACTION", 0, 0),
    ("READY", 0, 0),
    ("RESUMED", 0, 0),
    ("", 1 << 0, 1 << 0),
)
"""Beginning of an event's name → intent in a guild, intent in a DM; the first one counts."""


def needed(event: str, *, direct: bool) -> int:
    """The intent that an event needs; 0: none."""
    found = ((guild, dm) for name, guild, dm in _NEEDED if event.startswith(name))
    return next(found)[direct]


def shard_of(guild: str | None, count: int) -> int:
    """Which shard hears of a guild; of DMs, the first one does."""
    return (int(guild) >> 22) % count if guild else 0


@dataclass(slots=True)
class Session:
    """What one IDENTIFY began; its events are kept, so that they can be sent again."""

    intents: int
    shard: tuple[int, int]
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    frames: list[str] = field(default_factory=list)
    fresh: asyncio.Event = field(default_factory=asyncio.Event)

    def hears(self, event: str, guild: str | None) -> bool:
        number, count = self.shard
        intent = needed(event, direct=guild is None)
        return shard_of(guild, count) == number and intent & self.intents == intent

    def add(self, event: str, data: Any) -> None:
        frame = {"op": 0, "t": event, "s": len(self.frames) + 1, "d": data}
        self.frames.append(json.dumps(frame))
        self.fresh.set()


class Sessions:
    """Every session of the token; each of them gets each event."""

    def __init__(self) -> None:
        self.alive: dict[str, Session] = {}

    def dispatch(
        self, event: str, data: Json, guild: str | None, bare: Json | None = None
    ) -> None:
        """Tell all who hear such events; ``bare`` for those without the message content."""
        for session in self.alive.values():
            if session.hears(event, guild):
                full = bare is None or session.intents & CONTENT
                session.add(event, data if full else bare)
