"""What people may ask and what answers may cost; the store counts for all processes at once.

Before a model is asked, the dearest answer that it may give is set aside: the prompt by our
estimate and the whole of the output that it may have, at list price. What the answer really used
takes its place. So answers side by side pass a budget only by what prompts were longer than
estimated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol, TypeVar
from urllib.parse import quote

from bot import words
from bot.allowances import AT_ONCE, QUESTIONS, Denial, Hold, Notices, Reservations, Terms
from bot.completion import Prompt
from bot.errors import NotYet
from bot.messages import Claim, ConversationKey, Ending, Usage
from bot.ports import Clock

T = TypeVar("T")

INSTALLATION = "all"
"""The budget that every answer is charged to; those of workspaces have two parts and a colon."""

UNPRICED = Decimal(1) / 1_000_000
"""Dollars for a token of a model whose price nobody knows; for budgets alone, never shown as cost.

So 10 dollars a day are 10 million tokens, whatever answers: enough for hundreds of questions, and
an end to a loop that runs away. Whose model is dearer gives its price in THREADWISE_PRICES.
"""

_AGAIN = 1.0
"""Seconds between two looks whether one of a person's answers has ended."""
_GRACE = 60.0
"""Seconds that the last edits and the commit of an answer may take, after its model."""
_DAY = 86_400


class Prices(Protocol):
    """Knows what models cost."""

    async def quote(self, model: str, usage: Usage) -> Decimal | None:
        """Dollars at list price; None where the price is unknown."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operator allows; None is without a limit. Days are UTC."""

    installation: Decimal
    """Dollars a day, for all workspaces together."""
    workspace: Decimal | None = None
    """Dollars a day, for each."""
    questions: int | None = None
    """An hour, for each person of a workspace; an answer that is redone is one more."""
    at_once: int | None = None
    """Running answers of one person of a workspace."""
    turn_timeout: float = 300
    """Seconds that a whole answer may take."""


class Quotas:
    """Keeps the promises of ``bot.ports.Quota``. Every call may raise StoreError."""

    def __init__(
        self,
        reservations: Reservations,
        notices: Notices,
        prices: Prices,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._reservations = reservations
        self._notices = notices
        self._prices = prices
        self._limits = limits
        self._clock = clock

    async def reserve(self, claim: Claim, prompt: Prompt) -> str | None:
        """Set aside what this answer may cost; else the sentence that refuses it.

        An empty sentence refuses too: it was said to this person in the last ten minutes.

        Raises:
            NotYet: this person has as many answers running as they may.
            ModelAbsent: there is no provider.
        """
        hold, terms = self._hold(claim, await self._dearest(prompt)), self._terms(claim)
        denial = await self._reservations.reserve(hold, terms)
        if denial is None:
            return None
        if denial.by == AT_ONCE:
            raise NotYet(_AGAIN)
        place, person = claim.conversation, claim.questions[0].author.id
        first = await self._notices.first(place.platform, place.workspace, person)
        return self._sentence(denial, hold, terms) if first else ""

    async def settle(self, claim: Claim, ending: Ending) -> None:
        """What it really used, in place of the reservation; without one it counts nothing."""
        if claim.questions:  # else nothing was asked since the last of them was deleted
            await self._reservations.settle(self._hold(claim, await self._spent(ending)))

    def _hold(self, claim: Claim, dollars: Decimal) -> Hold:
        person = f"{_workspace(claim.conversation)}:{quote(claim.questions[0].author.id, safe='')}"
        day = datetime.fromtimestamp(self._clock.now() / 1000, UTC).date()
        budgets = (_workspace(claim.conversation), INSTALLATION)
        return Hold(_id(claim), person, day, dollars, budgets, claim.answer.attempt)

    def _terms(self, claim: Claim) -> Terms:
        limits, workspace = self._limits, _workspace(claim.conversation)
        return Terms(
            counts=_set({QUESTIONS: limits.questions, AT_ONCE: limits.at_once}),
            slot=limits.turn_timeout + _GRACE,
            budgets=_set({workspace: limits.workspace, INSTALLATION: limits.installation}),
        )

    async def _dearest(self, prompt: Prompt) -> Decimal:
        used = Usage(prompt_tokens=prompt.estimate, completion_tokens=prompt.max_output_tokens)
        return await self._price(prompt.model, used)

    async def _spent(self, ending: Ending) -> Decimal:
        if ending.cost is not None or ending.usage is None:
            return ending.cost or Decimal()
        return await self._price(ending.model, ending.usage)

    async def _price(self, model: str, usage: Usage) -> Decimal:
        cost = await self._prices.quote(model, usage)
        tokens = usage.prompt_tokens + usage.completion_tokens
        return tokens * UNPRICED if cost is None else cost

    def _sentence(self, denial: Denial, hold: Hold, terms: Terms) -> str:
        if denial.by == QUESTIONS:
            return words.asked_enough(terms.counts[QUESTIONS], denial.seconds)
        budget = terms.budgets[denial.by]
        if hold.dollars > budget:
            return words.TOO_DEAR
        tomorrow = _DAY - self._clock.now() / 1000 % _DAY
        here = denial.by != INSTALLATION
        return words.spent_here(budget, tomorrow) if here else words.spent_in_all(tomorrow)


def _id(claim: Claim) -> str:
    """Ids of messages are unique in their channel only."""
    return f"{replace(claim.conversation, thread='')}:{claim.ids[0]}:{claim.answer.revision}"


def _set(limits: Mapping[str, T | None]) -> dict[str, T]:
    return {name: limit for name, limit in limits.items() if limit is not None}


def _workspace(place: ConversationKey) -> str:
    return f"{quote(place.platform, safe='')}:{quote(place.workspace, safe='')}"
