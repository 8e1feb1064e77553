"""Every promise that the core relies on, on one page; adapters and the store keep them."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from typing import Protocol

from bot.messages import (
    Account,
    Claim,
    ConversationKey,
    Ending,
    IncomingMessage,
    ModelEvent,
    PartKey,
    Prompt,
    Scope,
    Spent,
    Turn,
)
from bot.outcomes import (
    Accepted,
    Call,
    Cancelled,
    Changed,
    Committed,
    Held,
    Signal,
    Unclaimed,
)


class Clock(Protocol):
    """Time, passed in wherever it matters."""

    def now(self) -> int:
        """Milliseconds since 1970."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; the running loop's own time."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class ChatModel(Protocol):
    """Prompt in, stream of events out; the last event is Finished."""

    def stream(self, prompt: Prompt) -> AsyncGenerator[ModelEvent]:
        """Ask, and yield as it comes; closing the generator stops the model at once.

        Whatever may be repeated is repeated, before the first text only.

        Raises:
            ModelError: there is no answer, or it broke off.
        """
        ...

    def context_tokens(self, model: str) -> int:
        """Tokens that a prompt to this model may have, its answer not included."""
        ...


class Part(Protocol):
    """One platform message of an answer. Its calls are never made at the same time.

    Every call may raise PartFull, PartExpired, PartGone, PlatformBusy, PlatformUnavailable
    or Undeliverable.
    """

    @property
    def id(self) -> str:
        """The platform's id."""
        ...

    @property
    def text(self) -> str:
        """What stands on the platform, as far as is known."""
        ...

    async def show(self, text: str) -> None:
        """Make this its text; more will follow."""
        ...

    async def close(self, text: str) -> None:
        """Make this its last text. Said again, it has the effect of once."""
        ...

    async def delete(self) -> None:
        """Take it off the platform; it may be gone already."""
        ...


class Messenger(Protocol):
    """What a platform offers for delivering answers."""

    @property
    def limit(self) -> int:
        """Characters that a part holds."""
        ...

    def dialect(self, text: str) -> str:
        """The text as this platform is to show it: mentions defused, its own Markdown.

        Pure; said twice it has the effect of once.
        """
        ...

    async def open(self, key: PartKey, text: str, *, last: bool) -> Part:
        """Post a new message with this text, findable by its key.

        ``last``: no more text will follow, as if it were closed.

        Raises:
            PlatformUnavailable: perhaps it was posted.
            PlatformBusy: it was not, for now.
            Undeliverable: it cannot be.
        """
        ...

    async def find(self, key: PartKey, part: str, but: Collection[str] = ()) -> Part | None:
        """The message posted for this key, by its id or, where that is "", by its marks.

        ``but``: ids of messages that are not meant. Of several with its marks, the newest.
        None: it was never posted.

        Raises:
            PartGone: it was posted, and somebody deleted it.
            PlatformUnavailable: nobody knows now.
            PlatformBusy: the platform does not take the question now.
            Undeliverable: the place is gone.
        """
        ...


class Pacer(Protocol):
    """Says when the next call of a conversation's channel may go."""

    async def reserve(self, conversation: ConversationKey, call: Call) -> float:
        """Take a place; wait this many seconds before the call (0: go at once)."""
        ...


class Conversations(Protocol):
    """What is done to a conversation beside its turns; each call is one atomic step.

    Every call may raise StoreUnavailable; those that write may raise StoreFull.
    """

    async def cancel(
        self, account: str, conversation: ConversationKey, message: str, why: str
    ) -> Cancelled:
        """Ask for a stop: of the running answer, or of one message where its id is given."""
        ...

    async def change(
        self,
        account: str,
        conversation: ConversationKey,
        message: str,
        revision: str,
        new: IncomingMessage | None,
    ) -> Changed:
        """An edit, or with None a delete, of a message that may be anywhere on its way."""
        ...

    async def reset(self, conversation: ConversationKey) -> None:
        """Forget the turns; a running answer is shown but not kept."""
        ...

    async def forget(self, conversation: ConversationKey) -> None:
        """Reset, and follow-ups no longer count."""
        ...

    async def turns(self, conversation: ConversationKey) -> tuple[Turn, ...]:
        """The stored turns, oldest first; those of unreadable versions left out."""
        ...

    async def waiting(self, conversation: ConversationKey) -> tuple[str, ...]:
        """The messages in the inbox, in their order; a running one stays until its commit."""
        ...

    async def channels(self, account: str) -> dict[tuple[str, str, str], int]:
        """Where an account accepted messages: (platform, workspace, channel) → ms of the last."""
        ...


class Inbox(Conversations, Protocol):
    """The durable heart: every call is one atomic step, and sent twice it has the effect of once.

    Every call may raise StoreUnavailable; those that write may raise StoreFull.
    """

    async def accept(self, message: IncomingMessage, refusal: str = "") -> Accepted:
        """Keep a message until it is answered; a ``refusal`` marks it as seen instead."""
        ...

    async def ready(self, account: Account, limit: int) -> list[ConversationKey]:
        """Conversations of an account that may be claimed now, longest due first."""
        ...

    async def claim(
        self, account: str, conversation: ConversationKey, fence: str
    ) -> Claim | Unclaimed:
        """Take a conversation until the lease runs out; the same fence again is the same claim.

        Raises:
            RecordUnreadable: a newer version wrote it.
        """
        ...

    async def renew(self, held: Sequence[Held]) -> list[str]:
        """Prolong leases; for each: "", the reason to stop, or LOST."""
        ...

    async def note_part(self, claim: Claim, number: int, part: str) -> None:
        """Remember a part's id, or with "" the intent to post it.

        Raises:
            LeaseLost: another worker owns the conversation.
        """
        ...

    async def note_final(self, claim: Claim, ending: Ending, *, opening: int | None) -> None:
        """Seal the answer; with ``opening``, note the intent to post that part in the same step.

        Raises:
            LeaseLost: another worker owns the conversation.
            Revised: the question was changed since it was claimed.
        """
        ...

    async def commit(self, claim: Claim, turn: Turn | None, keep: int) -> Committed:
        """Append the turn (None: none), trim to ``keep``, empty the inbox, give up the lease."""
        ...

    async def release(self, held: Held | Claim, *, refund: bool, delay: float) -> None:
        """Give the conversation up unanswered, due again in ``delay`` seconds.

        ``refund``: this attempt does not count.
        """
        ...

    def signals(self) -> AsyncIterator[Signal]:
        """Hints as they are published; losing one costs at most a sweep. Reconnects by itself."""
        ...


class SettingsStore(Protocol):
    """Settings as text, by scope; the nearest scope wins. They have no expiry."""

    async def load(self, conversation: ConversationKey) -> list[Mapping[str, str]]:
        """The settings of the workspace, the channel and the thread, in this order."""
        ...

    async def store(self, scope: Scope, name: str, value: str | None) -> str | None:
        """Set one (None: remove it), tell every process, and return what it was."""
        ...


class UsageLedger(Protocol):
    """What answers used; a turn counts once, however often it is recorded."""

    async def record(self, questions: Sequence[IncomingMessage], ending: Ending) -> None: ...

    async def spent(self, platform: str, workspace: str, days: int) -> list[Spent]:
        """The last ``days`` days, today included."""
        ...


class Observer(Protocol):
    """Is told what happened: counters, the log, and the terminal's line under an answer."""

    def settled(self, turn: Turn) -> None:
        """A turn ended, and its process knows it; never said twice for one fence."""
        ...

    def count(self, what: str, cause: str = "") -> None:
        """One more event, by its name in the table of counters."""
        ...
