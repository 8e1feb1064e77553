"""What people read when something went wrong or ended early: the same words on all platforms.

Everything here is Markdown, one sentence or a few words each, and says what to do.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot import errors
from bot.outcomes import Accepted, Cancelled

STOPPED = "*(stopped)*"
CUT = "*(cut off at the length limit: ask to go on)*"
FILTERED = "*(withheld by the provider's content filter: ask differently)*"
BROKEN = "*(broken off: ask again)*"
INTERRUPTED = "*(interrupted: ask again)*"
NO_TEXT = "*(the model answered with nothing: ask again)*"
"""Notes that end an answer, in a paragraph of their own, whatever was shown before stands."""

NO_PICTURES = "this model does not take pictures"
AWAY = "I was away when this was asked; ask again if you still want to know."
INBOX_FULL = "Too many questions wait here already; ask again when some are answered."
PAUSED = "An admin has paused me here; ask again later."
GUEST = "I answer members of this workspace only; an admin can let guests ask as well."
EMPTY = "There is no question in this message; write one."
TOO_DEAR = (
    "One answer of this model may cost more than a day's budget; choose another with `model`."
)
"""Sentences that refuse a message; see also ``too_long``, ``asked_enough`` and ``spent_…``."""

STOPPING = {
    Cancelled.STOPPING: "Stopping.",
    Cancelled.REMOVED: "Stopped before it began.",
    Cancelled.IDLE: "Nothing runs here.",
}
"""Says that a wish to stop was heard, and what it met."""

MET = {
    Accepted.FULL: INBOX_FULL,
    Accepted.STOPPING: STOPPING[Cancelled.STOPPING],
    Accepted.IDLE: STOPPING[Cancelled.IDLE],
}
"""Says at once what a message met that is not kept; see also ``AWAY`` and its neighbours."""

_OPERATOR = "whoever runs this bot"
_SENTENCES: Mapping[type[errors.ThreadwiseError], str] = {
    errors.ThreadwiseError: f"Something went wrong; try again, and tell {_OPERATOR} if it stays",
    errors.ConfigError: "The configuration is wrong; `threadwise doctor` says what to change",
    errors.StoreError: f"The store did not do its work; try again, or tell {_OPERATOR}",
    errors.StoreUnavailable: "The store cannot be reached; try again {when}",
    errors.StoreFull: f"The store is full, nothing was saved; {_OPERATOR} needs to make room",
    errors.StoreUnfit: "The store is not fit for use; `threadwise doctor` says what to change",
    errors.RecordUnreadable: (
        "A newer version of this bot wrote here; try again when its update is complete"
    ),
    errors.LeaseLost: "Another process of this bot took this answer over; wait for it there",
    errors.Revised: "The question was changed, so it is answered anew; wait for the new answer",
    errors.NotYet: "You have enough answers running; wait for one of them",
    errors.ModelError: "The model gave no answer; ask again, or choose another with `model`",
    errors.WrongKey: f"The model's provider refuses the API key; {_OPERATOR} needs to replace it",
    errors.ModelUnknown: "The provider has no such model; choose another with `model`",
    errors.AddressWrong: (
        f"Nothing at the provider's address speaks chat completions; {_OPERATOR} checks"
        " OPENAI_BASE_URL, which usually ends in /v1"
    ),
    errors.QuotaExhausted: (
        f"The account at the model's provider has no credit left; {_OPERATOR} needs to add some"
    ),
    errors.RateLimited: "The model's provider takes no more questions for now; ask again {when}",
    errors.ModelUnavailable: "The model's provider cannot be reached; ask again {when}",
    errors.ModelSilent: "The model took too long; ask again, or choose another with `model`",
    errors.StreamBroken: "The answer broke off; ask again",
    errors.PromptTooLong: (
        "The conversation is too long for this model; ask something shorter, or start anew with"
        " `reset`"
    ),
    errors.PromptRejected: "The model's provider rejected this question; ask it differently",
    errors.ModelAbsent: (
        f"There is no provider for this model here; choose another with `model`, or {_OPERATOR}"
        " adds its provider"
    ),
    errors.MessengerError: "The platform did not take the answer; ask again",
    errors.PartFull: "The message was full before the answer ended; ask again",
    errors.PartExpired: "The message was too old to be continued; ask again",
    errors.PartGone: "The answer was deleted while it was written; ask again if you want it back",
    errors.PlatformBusy: "The platform takes no more messages for now; try again {when}",
    errors.PlatformUnavailable: "The platform did not respond; try again {when}",
    errors.Undeliverable: "I may not write there any more; invite me again, or ask elsewhere",
}

_UNITS = (("second", 1, 90), ("minute", 60, 90 * 60), ("hour", 3_600, math.inf))


def sentence(error: errors.ThreadwiseError, reference: str = "") -> str:
    """What happened and what to do, never in the vendor's words.

    Args:
        error: what happened.
        reference: stands in the log's line, where there is one.
    """
    words = _SENTENCES[type(error)].format(when=_when(_wait(error)))
    return f"{words} (reference {reference})." if reference else f"{words}."


def notes(note: str, unread: Sequence[str]) -> str:
    """What stands under an answer: a note on its end, and the files that were not read."""
    files = f"*(not read: {', '.join(unread)})*" if unread else ""
    return " ".join(filter(None, (note, files)))


def too_long(length: int, limit: int) -> str:
    """Refuses a message of so many characters."""
    return f"This message has {length:,} characters, {limit:,} are allowed; shorten it."


def asked_enough(questions: int, seconds: float) -> str:
    """Refuses a question of somebody who asked so many in the last hour."""
    asked = f"{questions} question{'s' * (questions > 1)}"
    again = _when(seconds)
    return f"You asked {asked} in the last hour, which is the limit here; ask again {again}."


def spent_here(budget: Decimal, seconds: float) -> str:
    """Refuses a question where the workspace's dollars of the day are spent."""
    left = _when(seconds)
    return f"Today's {money(budget)} for answers here are used up; ask again {left}, at 0:00 UTC."


def spent_in_all(seconds: float) -> str:
    """Refuses a question when all that this bot may cost in a day is spent."""
    left = _when(seconds)
    return f"This bot has used up its budget of today; ask again {left}, at 0:00 UTC."


def money(dollars: Decimal | None) -> str:
    """A cost as people read it; None is unknown."""
    if not dollars:
        return "unknown" if dollars is None else "free"
    if 0 < dollars < Decimal("0.0001"):
        return "under $0.0001"
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def _wait(error: errors.ThreadwiseError) -> float | None:
    match error:
        case (
            errors.RateLimited(retry_after=seconds)
            | errors.ModelUnavailable(retry_after=seconds)
            | errors.PlatformBusy(retry_after=seconds)
        ):
            return seconds
    return None


def _when(seconds: float | None) -> str:
    if seconds is None:
        return "in a minute"
    unit, size = next((unit, size) for unit, size, most in _UNITS if seconds <= most)
    count = max(1, math.ceil(seconds / size))
    return f"in {count} {unit}{'s' * (count > 1)}"
