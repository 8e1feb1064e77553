"""What the Discord adapter is given to work with: the ways into the core."""

from dataclasses import dataclass, field
from typing import Protocol

from bot.accept import Door
from bot.access import Access
from bot.allowances import Notices
from bot.commands.table import Commands
from bot.messages import ConversationKey
from bot.ports import Clock, Pacer
from bot.stores import Conversations, Marks


class Tokens(Protocol):
    """Keeps the tokens of commands for as long as Discord takes them."""

    async def keep(self, conversation: ConversationKey, question: str, token: str) -> None:
        """Remember it for fifteen minutes."""
        ...

    async def get(self, conversation: ConversationKey, question: str) -> str:
        """The token of this question, or ""."""
        ...


class Fingerprints(Protocol):
    """Remembers what commands were registered last."""

    async def get(self, account: str) -> str:
        """The fingerprint of the last registration, or ""."""
        ...

    async def keep(self, account: str, fingerprint: str) -> None:
        """Remember it."""
        ...


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways into the core, and what is shared with other processes."""

    door: Door
    conversations: Conversations
    commands: Commands
    access: Access
    notices: Notices
    tokens: Tokens
    fingerprints: Fingerprints
    marks: Marks
    pacer: Pacer
    clock: Clock
    guilds: frozenset[str] = field(default_factory=frozenset)
    """The guilds that are served; none named: all."""
