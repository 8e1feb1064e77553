"""Every promise that the core relies on, on one page; adapters and the store keep them."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from bot.completion import Image, ModelEvent, Prompt
from bot.messages import (
    Account,
    Claim,
    ConversationKey,
    Ending,
    IncomingMessage,
    Offer,
    PartKey,
    Turn,
    Usage,
)
from bot.outcomes import Accepted, Call, Committed, Held, Signal, Unclaimed
from bot.stores import Conversations


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

    def cost(self, model: str, usage: Usage) -> Decimal | None:
        """Dollars at list price; None where the price is unknown."""
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

    @property
    def settled(self) -> bool:
        """Whether it looks as it was last said; else it keeps its mark, and must be said again."""
        ...

    async def show(self, text: str) -> None:
        """Make this its text; more will follow."""
        ...

    async def close(self, text: str, offer: Offer) -> None:
        """Make this its last text, with this to be pressed under it; said again, it is once."""
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

    def rings(self, conversation: ConversationKey) -> bool:
        """Whether a new message there notifies somebody: then the first text waits a little."""
        ...

    async def begin(self, key: PartKey, waited: Collection[str]) -> None:
        """Prepare the place of this part; take off what told these messages to wait.

        Never raises: an answer does without.
        """
        ...

    async def end(self, key: PartKey) -> None:
        """Take off whatever still says that this answer is on its way. Never raises."""
        ...

    async def decline(self, key: PartKey) -> None:
        """Refuse its question without a word: it was said a short while ago. Never raises."""
        ...

    async def typing(self, conversation: ConversationKey) -> None:
        """Show for some seconds that an answer is on its way, where that costs nobody a call."""
        ...

    async def open(self, key: PartKey, text: str, last: Offer | None) -> Part:
        """Post a new message with this text, findable by its key.

        ``last``: no more text will follow, as if it were closed with this offer; a part that is
        found by a mark which the end takes off is not settled yet.

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

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:
        """Return when this call may go; cancelled, it has taken nothing.

        Of those that wait the first posts go first, then last edits, then the interim edit with
        the most unread characters.
        """
        ...

    async def spare(self, where: ConversationKey) -> bool:
        """Whether a call that nobody would miss may go now; it takes its place then."""
        ...


class Sources(Protocol):
    """What belongs to a prompt beside the words of its questions."""

    async def gather(self, claim: Claim) -> tuple[Claim, Mapping[str, Image]]:
        """The claim with its questions' files and what was said before read, as far as possible.

        The images are those of the newest questions and turns, by their attachments' ids.

        Raises:
            StoreError: not now.
        """
        ...


class Quota(Protocol):
    """What people may ask, and what answers may cost; counted once for each answer."""

    async def reserve(self, claim: Claim, prompt: Prompt) -> str | None:
        """Set aside what this answer may cost; else the sentence that refuses it.

        The same question and revision again is the same reservation. An empty sentence refuses
        too: it was said to this person a short while ago.

        Raises:
            NotYet: this person has as many answers running as they may.
        """
        ...

    async def settle(self, claim: Claim, ending: Ending) -> None:
        """What it really used, in place of the reservation; without one it counts nothing."""
        ...


class Inbox(Conversations, Protocol):
    """The durable heart: every call is one atomic step, and sent twice it has the effect of once.

    Every call may raise StoreUnavailable; those that write may raise StoreFull.
    """

    async def accept(self, message: IncomingMessage, refusal: str = "") -> Accepted:
        """Keep a message until it is answered; a ``refusal`` marks it as seen instead."""
        ...

    async def ready(self, account: Account, limit: int) -> list[ConversationKey]:
        """Conversations that may be claimed now, longest due first, of any partition first."""
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


class Observer(Protocol):
    """Is told what happened: counters, the log, and the terminal's line under an answer."""

    def settled(self, turn: Turn) -> None:
        """A turn ended, and its process knows it; never said twice for one fence."""
        ...

    def count(self, what: str, cause: str = "") -> None:
        """One more event, by its name in the table of counters."""
        ...
