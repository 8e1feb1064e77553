"""Fakes at the ports that commands use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

from bot.clock import SystemClock
from bot.commands.base import Invocation, Services
from bot.commands.table import Commands
from bot.errors import ModelError
from bot.messages import ConversationKey, Ending, IncomingMessage, Person, Scope, Spent
from bot.outcomes import Cancelled
from bot.ports import Inbox
from bot.settings import Effective, SettingsReader

HERE = ConversationKey("discord", "guild", "general")
THREAD = replace(HERE, thread="t1")
ANN = Person("ann", "Ann")
DEFAULTS = Effective("gpt-6-luna", "Be brief.", 20, 24_000, 4_000)


class SetClock(SystemClock):
    """A clock that a test moves."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class FakeInbox:
    """The two calls of the inbox that commands make."""

    cancelled: Cancelled = Cancelled.IDLE
    calls: list[tuple[object, ...]] = field(default_factory=list)

    async def cancel(
        self, account: str, conversation: ConversationKey, message: str, why: str
    ) -> Cancelled:
        self.calls.append(("cancel", account, conversation, message, why))
        return self.cancelled

    async def reset(self, conversation: ConversationKey) -> None:
        self.calls.append(("reset", conversation))


@dataclass
class FakeSettings:
    """A SettingsStore in memory."""

    records: dict[Scope, dict[str, str]] = field(default_factory=dict)
    loads: int = 0

    async def load(self, conversation: ConversationKey) -> list[Mapping[str, str]]:
        self.loads += 1
        wide = Scope(conversation.platform, conversation.workspace)
        near = replace(wide, channel=conversation.channel)
        nearest = replace(near, thread=conversation.thread) if conversation.thread else None
        return [self.records.get(scope, {}) if scope else {} for scope in (wide, near, nearest)]

    async def store(self, scope: Scope, name: str, value: str | None) -> str | None:
        record = self.records.setdefault(scope, {})
        old = record.pop(name, None)
        if value is not None:
            record[name] = value
        return old


@dataclass
class FakeLedger:
    """A UsageLedger that knows these rows, by day from today on."""

    days: list[list[Spent]] = field(default_factory=list)

    async def record(self, questions: Sequence[IncomingMessage], ending: Ending) -> None:
        raise NotImplementedError

    async def spent(self, platform: str, workspace: str, days: int) -> list[Spent]:
        assert (platform, workspace) == ("discord", "guild")
        return [row for day in self.days[:days] for row in day]


@dataclass
class FakeModels:
    """A ModelList that offers these, or fails."""

    names: list[str] = field(default_factory=lambda: ["gpt-6-luna", "gpt-6-terra"])
    failure: ModelError | None = None
    asked: list[str] = field(default_factory=list)

    async def offered(self, model: str) -> list[str]:
        self.asked.append(model)
        if self.failure:
            raise self.failure
        return self.names


@dataclass
class Desk:
    """Takes commands as a platform does, over the fakes."""

    inbox: FakeInbox = field(default_factory=FakeInbox)
    store: FakeSettings = field(default_factory=FakeSettings)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    models: FakeModels = field(default_factory=FakeModels)
    clock: SetClock = field(default_factory=SetClock)
    is_admin: bool = True

    @cached_property
    def commands(self) -> Commands:
        reader = SettingsReader(self.store, DEFAULTS, {"history_turns": DEFAULTS.history_turns})
        inbox = cast("Inbox", self.inbox)
        services = (inbox, self.store, reader, self.ledger, self.models)
        return Commands(Services(*services, patience=0, clock=self.clock))

    async def say(self, text: str, place: ConversationKey = HERE) -> str:
        """The reply to ``name argument``."""
        name, _, argument = text.partition(" ")
        return (await self.commands.run(name, self.invocation(place, argument))).text

    async def choices(self, name: str, typed: str) -> list[str]:
        """What completes the argument."""
        return [*await self.commands.choices(name, self.invocation(), typed)]

    def invocation(self, place: ConversationKey = HERE, argument: str = "") -> Invocation:
        """A command given there."""
        return Invocation(place, "bot", ANN, argument, is_admin=self.is_admin)
