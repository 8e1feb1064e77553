"""The nouns of commands: what comes in, what goes out, and what commands work with."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from bot.clock import SystemClock
from bot.messages import ConversationKey, Person, Scope
from bot.ports import Clock, Inbox
from bot.recent import Recent
from bot.settings import SettingsReader, nearest, widest
from bot.stores import SettingsStore, UsageLedger


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
    wide: bool = False
    """A setting is changed for the whole workspace, not for this place alone."""

    @property
    def scope(self) -> Scope:
        """Where a setting is changed."""
        return widest(self.conversation) if self.wide else nearest(self.conversation)


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


@dataclass(frozen=True)  # no slots: ``listed`` needs a place
class Services:
    """What commands work with."""

    inbox: Inbox
    store: SettingsStore
    reader: SettingsReader
    ledger: UsageLedger
    models: ModelList
    patience: float = 2.0
    """Seconds to wait for the providers' lists."""
    clock: Clock = field(default_factory=SystemClock)

    @cached_property
    def listed(self) -> Recent[str, Sequence[str]]:
        """What ``models.offered`` said at most a minute ago: for what is asked at each key."""
        return Recent(self.models.offered, self.clock, seconds=60)


CHOICES = 25
"""Completions that are offered at once: what Discord shows.

Source: https://docs.discord.com/developers/interactions/application-commands#autocomplete
"""


@dataclass(frozen=True, slots=True)
class Argument:
    """What may follow a command's name; without it, the command shows what is."""

    name: str
    help: str
    choices: Callable[[Services, Invocation, str], Awaitable[Sequence[str]]] | None = None
    """Completes what is typed so far, with CHOICES values at most; see ``Commands.choices``."""
    long: bool = False
    """A text of many lines: a form with the present one in it suits; see ``Commands.current``."""


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table."""

    name: str
    summary: str
    run: Callable[[Services, Invocation], Awaitable[Reply]]
    argument: Argument | None = None
    admin: bool = False
    """Changing something needs an admin; showing, without the argument, is for everyone."""

    @property
    def only_changes(self) -> bool:
        """Whether nobody but an admin has a use for it."""
        return self.admin and self.argument is None

    def __str__(self) -> str:
        return f"{self.name} [{self.argument.name}]" if self.argument else self.name
