"""Discord's events as discord.py reads them: payloads through its own parsers, no connection."""

import json
from pathlib import Path
from typing import Any

import discord

from adapters.discord.inbound import Me

PAYLOADS = Path(__file__).parents[2] / "payloads" / "discord"
ME = Me("discord:1180000000000000009", 1180000000000000001)


def user(number: int, name: str, **more: Any) -> Any:
    """Somebody, as Discord describes them."""
    identity = f"118000000000000000{number}"
    return {"id": identity, "username": name, "discriminator": "0", "avatar": None} | more


BOT, JUKEBOX = user(1, "threadwise", bot=True), user(4, "jukebox", bot=True)
ADA, GRACE = user(2, "ada"), user(3, "grace.h")
GUILD = "1180000000000000100"
TEXT, NEWS, VOICE, STAGE, FORUM = (f"118000000000000011{n}" for n in range(5))
THREAD, POST, PRIVATE, NEWS_THREAD = (f"118000000000000012{n}" for n in range(4))
DIRECT = "1180000000000000130"


def payload(name: str, **changes: Any) -> dict[str, Any]:
    """A recorded shape with invented content, and what is different this time."""
    return dict(json.loads((PAYLOADS / f"{name}.json").read_text()) | changes)


class Listener(discord.Client):
    """A client that keeps what it was told."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.heard: list[Any] = []
        self._connection.user = discord.ClientUser(state=self._connection, data=BOT)
        self.receive("GUILD_CREATE", payload("guild_create"))

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - its own
        """Instead of calling handlers."""
        self.heard.extend(args)

    def receive(self, event: str, data: dict[str, Any]) -> Any:
        """What discord.py makes of an event."""
        self._connection.parsers[event](data)
        return self.heard[-1]


def message(name: str = "message", /, **changes: Any) -> discord.Message:
    """A message that was just written."""
    found = Listener().receive("MESSAGE_CREATE", payload(name, **changes))
    assert isinstance(found, discord.Message)
    return found


def interaction(**changes: Any) -> discord.Interaction[discord.Client]:
    """A command that was just called."""
    found = Listener().receive("INTERACTION_CREATE", payload("ask", **changes))
    assert isinstance(found, discord.Interaction)
    return found
