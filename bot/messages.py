"""The nouns that cross every seam: frozen, with no behaviour that needs a platform or a store."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Self
from urllib.parse import quote, unquote


@dataclass(frozen=True, slots=True)
class ConversationKey:
    """Where people talk: one DM, channel or thread. Prints as one opaque string."""

    platform: str
    workspace: str
    channel: str
    thread: str = ""

    def __str__(self) -> str:
        return _written(self.platform, self.workspace, self.channel, self.thread)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str()`` wrote.

        Raises:
            ValueError: the text has not four parts.
        """
        platform, workspace, channel, thread = (unquote(part) for part in text.split(":"))
        return cls(platform, workspace, channel, thread)


@lru_cache(maxsize=10_000)
def _written(*parts: str) -> str:
    return ":".join(quote(part, safe="") for part in parts)


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's own identity on a platform; a worker takes only work of accounts it holds.

    ``conversation`` is set where an account is one conversation (the terminal).
    """

    name: str
    conversation: ConversationKey | None = None


class Trigger(StrEnum):
    """Why a message is for the bot."""

    MENTION = "mention"
    DIRECT = "direct"
    COMMAND = "command"
    FOLLOW_UP = "follow_up"
    """Not addressed to the bot; counts only where the conversation exists."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote: the platform's id, and the name that others see."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; its bytes are not kept, only what a model reads."""

    id: str
    """Unique in its conversation: ``<message id>/<n>``."""
    name: str
    text: str = ""
    """What was read in it; an image is kept beside the conversation instead."""
    unread: str = ""
    """Why it could not be read, as people are told; "" until somebody tried, or when it was."""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message for the bot, as its adapter read it."""

    account: str
    conversation: ConversationKey
    id: str
    author: Person
    text: str
    at: int
    """The platform's time of the message, milliseconds since 1970."""
    trigger: Trigger
    revision: str = ""
    """Grows with each edit, as text; the platform's time of the edit, where it has one."""
    quoted: str = ""
    """What it answers or hands on, and what was said before it: not the author's own words."""
    attachments: tuple[Attachment, ...] = ()
    about: str = ""
    """The id of the message that a command points at: its files came with it."""


class State(StrEnum):
    """How a turn ended: every accepted message ends in exactly one of these."""

    ANSWERED = "answered"
    REFUSED = "refused"
    STOPPED = "stopped"
    FAILED = "failed"
    UNDELIVERABLE = "undeliverable"


class Offer(StrEnum):
    """What stands to be pressed under a message that is closed."""

    NOTHING = ""
    UNRATED = "unrated"
    """Nothing, nor is there an answer to judge: it goes on elsewhere, or was refused."""
    CONTINUE = "continue"
    RETRY = "retry"


KEPT = frozenset({State.ANSWERED, State.STOPPED})
"""The states whose turns enter a later prompt."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer, as the provider counted them; or our estimate, and then it says so."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """What an answer came to, once it is known: stored before its last edit is sent."""

    text: str
    """What people see, notes on a stop or a failure included."""
    state: State
    model: str = ""
    """``provider/model`` as asked for."""
    usage: Usage | None = None
    cost: Decimal | None = None
    """Dollars; None when the price is unknown, never 0 instead."""
    estimate: int = 0
    """Our own estimate of the prompt's tokens: with ``usage`` it corrects the next estimate."""
    cause: str = ""
    """The error's class name, for counters."""
    reference: str = ""
    """Stands in the sentence that people read and in the log's line."""
    response_id: str = ""
    response_model: str = ""
    finish_reason: str = ""

    @property
    def offer(self) -> Offer:
        """What a person may want next."""
        match self.state:
            case State.FAILED:
                return Offer.RETRY
            case State.REFUSED:
                return Offer.UNRATED
        return Offer.CONTINUE if self.finish_reason == "length" else Offer.NOTHING


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its reply, stored and trimmed together."""

    questions: tuple[IncomingMessage, ...]
    ending: Ending
    parts: tuple[str, ...]
    """The platform's ids of the messages that hold the reply."""
    at: int
    """When it was committed, milliseconds since 1970."""
    fence: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The platform's ids of the messages that were asked."""
        return tuple(question.id for question in self.questions)


@dataclass(frozen=True, slots=True)
class Answer:
    """The running reply of one turn, as far as the store knows it."""

    attempt: int = 1
    revision: int = 0
    """How often its questions were changed since it began."""
    parts: dict[int, str] = field(default_factory=dict)
    """The platform's id of each part; "" is an intent: perhaps posted, perhaps not."""
    final: Ending | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to one conversation, with all that its next turn needs."""

    conversation: ConversationKey
    account: str
    fence: str
    ids: tuple[str, ...]
    """The messages that this turn answers."""
    questions: tuple[IncomingMessage, ...]
    """The same without those deleted since; none left: ``stop`` says "deleted"."""
    answer: Answer
    turns: tuple[Turn, ...]
    """The last turns, oldest first."""
    total: int
    """How many turns this conversation ever had: the number of the next one."""
    waiting: int
    """Messages in the inbox, these questions included."""
    waited: bool = False
    """Something else was answered before these: people were told to wait."""
    stop: str = ""
    """Why the answer shall stop, when somebody asked for it."""

    def noted(self, number: int, part: str) -> Self:
        """The same claim, with one more part known."""
        parts = {**self.answer.parts, number: part}
        return replace(self, answer=replace(self.answer, parts=parts))


@dataclass(frozen=True, slots=True)
class PartKey:
    """Names one part of one answer: the same over retries, processes and crashes."""

    conversation: ConversationKey
    question: str
    """The platform's id of the (first) message that it answers."""
    number: int
    asker: str = ""
    """Who asked, by the platform's id; nobody where the question was deleted."""
    title: str = ""
    """The question's first words, for a place that wants a name."""
    revision: int = 0
    """How often the question was changed, or asked again, since its answer began."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a setting holds: the whole workspace, one channel, or one thread."""

    platform: str
    workspace: str
    channel: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used in one day, by whom, with which model, where."""

    day: str
    """ISO date, UTC."""
    person: str
    channel: str
    model: str
    answers: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cost: Decimal
    """Dollars, of the answers whose price is known."""
    unpriced: int
    """Answers whose price is unknown."""
