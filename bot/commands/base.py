"""The nouns of commands: what comes in, what goes out, and what commands work with."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.messages import ConversationKey, Person
from bot.ports import Inbox, SettingsStore, UsageLedger
from bot.settings import SettingsReader


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command, as somebody gave it."""

    conversation: ConversationKey
    account: str
    person: Person
    argument: str = ""
    is_admin: bool = False
    prefix: str = "/"
    """What stands before a command's name here."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say: Markdown, and perhaps longer than one message of a platform."""

    text: str
    private: bool = True
    """Only the person who gave the command needs to see it, where a platform can do that."""


class ModelList(Protocol):
    """What the providers offer."""

    async def offered(self, model: str) -> Sequence[str]:
        """Names that can be chosen, all those of the provider of ``model`` among them.

        These have that provider's prefix exactly where ``model`` has it.

        Raises:
            ModelError: that provider's list cannot be read now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """What commands work with."""

    inbox: Inbox
    store: SettingsStore
    reader: SettingsReader
    ledger: UsageLedger
    models: ModelList
    patience: float = 2.0
    """Seconds to wait for the providers' lists."""


@dataclass(frozen=True, slots=True)
class Argument:
    """What may follow a command's name; without it, the command shows what is."""

    name: str
    help: str


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table."""

    name: str
    summary: str
    run: Callable[[Services, Invocation], Awaitable[Reply]]
    argument: Argument | None = None
    admin: bool = False
    """Only admins may use it."""

    def __str__(self) -> str:
        return f"{self.name} [{self.argument.name}]" if self.argument else self.name
