"""What people may ask and what answers may cost, over the real store."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.completion import Prompt
from bot.errors import NotYet
from bot.messages import Answer, Claim, ConversationKey, Ending, State, Usage
from bot.ports import Quota
from bot.quota import Limits, Quotas
from storage.connect import connect
from storage.keys import DAY, Keys
from storage.quotas import RedisNotices, RedisReservations
from storage.scripts import Client
from tests.builders import ACCOUNT, PLACE, message
from tests.platforms.stores import Server

SIX_PM = 20_000 * DAY + DAY * 3 // 4
PROMPT = Prompt("m", (), max_output_tokens=400_000, estimate=600_000)
"""Costs a dollar at most, where a token costs a millionth of one."""
USED = Usage(prompt_tokens=100_000, completion_tokens=200_000)

Make = Callable[[Limits], Quotas]


@dataclass
class SetClock(SystemClock):
    """Says the time that it was set to."""

    time: int = SIX_PM

    def now(self) -> int:
        return self.time


@dataclass
class ListPrices:
    """Dollars for a prompt's token and for an output token, of the models that are known."""

    known: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {"m": ("0.000001", "0.000001"), "free": ("0", "0")}
    )

    async def quote(self, model: str, usage: Usage) -> Decimal | None:
        if model not in self.known:
            return None
        prompt, output = map(Decimal, self.known[model])
        return prompt * usage.prompt_tokens + output * usage.completion_tokens


@pytest.fixture
def clock() -> SetClock:
    """Six in the evening, unless a test says otherwise."""
    return SetClock()


@pytest.fixture
def make(client: Client, clock: SetClock) -> Make:
    """Quotas over the real store, with the limits that a test wants."""
    return lambda limits: quotas(client, limits, clock)


def quotas(client: Client, limits: Limits, clock: SetClock) -> Quotas:
    """As one process puts them together."""
    keys = Keys("test")
    stores = RedisReservations(client, keys), RedisNotices(client, keys)
    return Quotas(*stores, ListPrices(), limits, clock)


def claim(
    number: int = 1, author: str = "ann", where: ConversationKey = PLACE, revision: int = 0
) -> Claim:
    """One question, about to be answered."""
    question = message(f"m{number}", author=author, where=where)
    answer = Answer(revision=revision)
    return Claim(where, ACCOUNT, "f", (question.id,), (question,), answer, (), total=0, waiting=1)


def ended(**fields: Any) -> Ending:
    """What an answer came to."""
    return Ending("", State.ANSWERED, **{"model": "m", "usage": USED, **fields})


async def granted(quota: Quota, *claims: Claim, prompt: Prompt = PROMPT) -> list[bool]:
    """Which of these may be answered, one after the other."""
    return [await quota.reserve(one, prompt) is None for one in claims]


async def left(quota: Quota, dollars: str) -> bool:
    """Whether so much is left for the installation, and less than a millionth more."""
    tokens = int(Decimal(dollars) * 1_000_000)
    fits = replace(PROMPT, estimate=tokens, max_output_tokens=0)
    over = replace(PROMPT, estimate=1, max_output_tokens=0)
    here = replace(PLACE, workspace="T9")
    first = await granted(quota, claim(98, where=here), prompt=fits)
    return [*first, *await granted(quota, claim(99, where=here), prompt=over)] == [True, False]


async def test_the_dearest_answer_is_set_aside(make: Make) -> None:
    """Before the model is asked, its prompt and all the output that it may have are reserved."""
    quota = make(Limits(Decimal(3)))
    assert await quota.reserve(claim(), PROMPT) is None
    assert await left(quota, "2")


@pytest.mark.parametrize(
    ("ending", "dollars"),
    [
        (ended(cost=Decimal("0.25")), "0.25"),
        (ended(cost=Decimal(0)), "0"),
        (ended(), "0.3"),
        (ended(model="unknown"), "0.3"),
        (ended(model="free"), "0"),
        (ended(usage=None), "0"),
    ],
)
async def test_what_was_used_is_charged(make: Make, ending: Ending, dollars: str) -> None:
    """The known cost; else its usage at list price, or as unpriced; nothing if none was used."""
    quota = make(Limits(Decimal(3)))
    await quota.reserve(claim(), PROMPT)
    for _ in range(2):
        await quota.settle(claim(), ending)
    assert await left(quota, str(3 - Decimal(dollars)))


async def test_a_model_of_unknown_price_is_limited_in_tokens(make: Make) -> None:
    """Its tokens count as a dollar a million."""
    quota = make(Limits(Decimal(3)))
    assert await quota.reserve(claim(), replace(PROMPT, model="unknown")) is None
    assert await left(quota, "2")


async def test_an_answer_without_questions_settles_nothing(make: Make) -> None:
    """Where the last question was deleted nobody is charged, and nothing fails."""
    quota = make(Limits(Decimal(1)))
    await quota.settle(replace(claim(), questions=()), ended())
    assert await left(quota, "1")


async def test_a_question_is_reserved_once_by_whoever_takes_it(make: Make) -> None:
    """Another fence and attempt are the same answer; an edit, or another channel, is another."""
    quota = make(Limits(Decimal(3)))
    mine = claim()
    later = replace(mine, fence="g", answer=replace(mine.answer, attempt=2))
    edited, elsewhere = claim(revision=1), claim(where=replace(PLACE, channel="C2"))
    assert await granted(quota, mine, later, edited, elsewhere) == [True] * 4
    assert await granted(quota, claim(2)) == [False]


async def test_a_person_asks_so_often_in_an_hour(make: Make) -> None:
    """Who asked enough reads how much that is and when it goes on; others go on asking."""
    quota = make(Limits(Decimal(100), questions=20))
    assert all(await granted(quota, *map(claim, range(20))))
    assert await quota.reserve(claim(20), PROMPT) == (
        "You asked 20 questions in the last hour, which is the limit here; "
        "ask again in 60 minutes."
    )
    assert await granted(quota, claim(21, "bob"), claim(22, where=_team("T2"))) == [True, True]


def _team(workspace: str) -> ConversationKey:
    return replace(PLACE, workspace=workspace)


async def test_a_person_has_so_many_answers_at_once(make: Make) -> None:
    """A third question is not refused: it waits until one of two answers has ended."""
    quota = make(Limits(Decimal(100), at_once=2))
    assert all(await granted(quota, claim(1), claim(2)))
    with pytest.raises(NotYet) as caught:
        await quota.reserve(claim(3), PROMPT)
    assert 0 < caught.value.retry_after <= 2
    await quota.settle(claim(1), ended())
    assert await granted(quota, claim(3)) == [True]


async def test_who_asked_enough_does_not_wait(make: Make) -> None:
    """A question that cannot be answered within the hour is refused at once."""
    quota = make(Limits(Decimal(100), questions=1, at_once=1))
    assert await granted(quota, claim(1), claim(2)) == [True, False]


async def test_a_workspace_spends_so_much_a_day(make: Make, clock: SetClock) -> None:
    """People of a workspace read its budget and when the day ends; then they go on."""
    quota = make(Limits(Decimal(100), workspace=Decimal(2)))
    assert all(await granted(quota, claim(1), claim(2, "bob"), claim(3, where=_team("T2"))))
    said = "Today's $2.00 for answers here are used up; ask again in 6 hours, at 0:00 UTC."
    assert await quota.reserve(claim(4), PROMPT) == said
    clock.time += DAY // 4
    assert await granted(quota, claim(4)) == [True]


async def test_the_installation_spends_so_much_a_day(make: Make, clock: SetClock) -> None:
    """All workspaces share one budget, whose size is not told; it is there again at midnight."""
    quota = make(Limits(Decimal(2)))
    assert all(await granted(quota, claim(1), claim(2, where=_team("T2"))))
    clock.time += DAY // 4 - 1_000
    said = "This bot has used up its budget of today; ask again in 1 second, at 0:00 UTC."
    assert await quota.reserve(claim(3, where=_team("T3")), PROMPT) == said
    clock.time += 1_000
    assert await granted(quota, claim(3)) == [True]


async def test_what_no_day_can_pay_is_said(make: Make) -> None:
    """Nobody is told to come back tomorrow for what is too dear then too."""
    refusal = await make(Limits(Decimal("0.5"))).reserve(claim(), PROMPT)
    assert refusal is not None
    assert refusal.endswith("may cost more than a day's budget; choose another with `model`.")


async def test_a_free_model_answers_without_a_budget(make: Make) -> None:
    """Where no money may be spent at all, models that cost nothing are still asked."""
    quota = make(Limits(Decimal(0)))
    assert await granted(quota, claim(), prompt=replace(PROMPT, model="free")) == [True]


async def test_a_refusal_is_said_once(make: Make) -> None:
    """In ten minutes each person reads one sentence; further refusals are without words."""
    quota = make(Limits(Decimal(1)))
    await quota.reserve(claim(1, "eve"), PROMPT)
    said = [await quota.reserve(claim(number), PROMPT) for number in (2, 3)]
    assert [bool(said[0]), said[1]] == [True, ""]
    assert await quota.reserve(claim(4, "bob"), PROMPT)


async def test_persons_may_be_without_limits(make: Make) -> None:
    """With quotas switched off the installation's budget is what remains."""
    quota = make(Limits(Decimal(30)))
    assert await granted(quota, *map(claim, range(31))) == [True] * 30 + [False]


@pytest.fixture
async def fleet(
    valkey: Server, client: Client, tmp_path: Path, clock: SetClock
) -> AsyncIterator[list[Quotas]]:
    """Two processes over one store, with a budget for 50 answers."""
    limits = Limits(Decimal(50), questions=20, at_once=2)
    async with connect(valkey.url, tmp_path) as other:
        yield [quotas(one, limits, clock) for one in (client, other)]


async def test_a_crowd_never_spends_more_than_there_is(fleet: list[Quotas]) -> None:
    """200 questions of 20 people, in two processes: 50 are answered, and of everybody two.

    Who waits tries again when answers have ended.
    """
    waiting = [
        (claim(number, f"p{number % 20}"), fleet[number // 20 % 2]) for number in range(200)
    ]
    answered: list[Claim] = []
    while waiting:
        outcomes = await asyncio.gather(*(_outcome(quota, one) for one, quota in waiting))
        begun = [pair for pair, said in zip(waiting, outcomes, strict=True) if said == "answered"]
        waiting = [pair for pair, said in zip(waiting, outcomes, strict=True) if said == "waits"]
        await asyncio.gather(*(quota.settle(one, ended(cost=Decimal(1))) for one, quota in begun))
        answered += [one for one, _ in begun]
    each = Counter(one.questions[0].author.id for one in answered)
    assert (sum(each.values()), len(each), min(each.values())) == (50, 20, 2)


async def _outcome(quota: Quota, one: Claim) -> str:
    try:
        return "answered" if await quota.reserve(one, PROMPT) is None else "refused"
    except NotYet:
        return "waits"
