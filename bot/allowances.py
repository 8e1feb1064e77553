"""What answers are allowed to use: the nouns and promises between the policy and its store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

QUESTIONS = "questions"
AT_ONCE = "at_once"
"""The limits of a person, as a denial names them."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One answer, with what is set aside for it, or what it cost."""

    id: str
    """Names the question as it was asked: the same over attempts, processes and crashes."""
    person: str
    day: date
    """UTC."""
    dollars: Decimal
    budgets: tuple[str, ...]
    """What is charged, each with the whole sum."""
    attempt: int = 1
    """Which attempt at the answer: a reservation of one that was settled comes too late."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What limits one hold now; what is not named here has no limit, but is counted as well."""

    counts: Mapping[str, int]
    """Of the person: ``QUESTIONS`` within an hour, ``AT_ONCE`` running answers."""
    slot: float
    """Seconds after which an answer that was never settled does not count as running."""
    budgets: Mapping[str, Decimal]
    """Dollars a day."""


@dataclass(frozen=True, slots=True)
class Denial:
    """Why nothing was set aside."""

    by: str
    """``QUESTIONS``, ``AT_ONCE`` or a budget."""
    seconds: float = 0
    """Until the person may ask again, for ``QUESTIONS``."""


class Reservations(Protocol):
    """Counts what is set aside and spent: all limits of a hold are looked at in one atomic step.

    Every call may raise StoreUnavailable, and StoreFull where the disk is full.
    """

    async def reserve(self, hold: Hold, terms: Terms) -> Denial | None:
        """Set it aside, if every limit allows that; a hold that is set aside stays as it is."""
        ...

    async def settle(self, hold: Hold) -> None:
        """Charge ``hold.dollars`` in place of what was set aside; nothing, where nothing was."""
        ...


class Notices(Protocol):
    """Remembers who was told why they are refused."""

    async def first(self, platform: str, workspace: str, person: str) -> bool:
        """Whether this person is to be told now: once in ten minutes.

        Raises:
            StoreUnavailable: nobody knows.
            StoreFull: likewise.
        """
        ...
