"""What is set aside and spent, in the real store."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import OutOfMemoryError

from bot.allowances import AT_ONCE, QUESTIONS, Denial, Hold, Terms
from storage.connect import connect
from storage.keys import Keys
from storage.quotas import RedisNotices, RedisReservations
from storage.scripts import Client
from tests.platforms.stores import Fleet, Server

KEYS = Keys("test")
TODAY = date(2026, 11, 22)
WIDE, NARROW = "all", "guild"
HOLD = Hold("m1:0", "ann", TODAY, Decimal("0.5"), (NARROW, WIDE))
MINUTE = 60_000


def terms(wide: str = "1000", narrow: str = "1000", *, slot: float = 60, **counts: int) -> Terms:
    """Limits that no test meets by chance."""
    return Terms(counts, slot, {WIDE: Decimal(wide), NARROW: Decimal(narrow)})


def hold(number: int = 1, dollars: str = "0.5", **fields: Any) -> Hold:
    """One of several answers."""
    return replace(HOLD, id=f"m{number}:0", dollars=Decimal(dollars), **fields)


@pytest.fixture
def store(client: Client) -> RedisReservations:
    """The real store, empty."""
    return RedisReservations(client, KEYS)


@pytest.fixture
async def other(valkey: Server, tmp_path: Path) -> AsyncIterator[RedisReservations]:
    """The same store, as another process sees it."""
    async with connect(valkey.url, tmp_path) as client:
        yield RedisReservations(client, KEYS)


async def room(store: RedisReservations, dollars: str) -> bool:
    """Whether exactly so much is left of a budget of one dollar."""
    fits = await store.reserve(hold(98, dollars), terms("1"))
    over = await store.reserve(hold(99, "0.000000001"), terms("1"))
    return fits is None and over == Denial(WIDE)


async def test_a_reservation_counts_until_it_is_settled(store: RedisReservations) -> None:
    """What is set aside is taken from the budget, and what was spent takes its place."""
    assert await store.reserve(hold(1, "1"), terms("1")) is None
    assert await store.reserve(hold(2, "0.1"), terms("1")) == Denial(WIDE)
    await store.settle(hold(1, "0.3"))
    assert await room(store, "0.7")


async def test_the_same_question_is_reserved_once(store: RedisReservations) -> None:
    """A question that another worker takes over is charged once, and passes a full budget."""
    for _ in range(3):
        assert await store.reserve(hold(1, "0.6"), terms("1", questions=1, at_once=1)) is None
    assert await room(store, "0.4")


async def test_an_answer_is_settled_once(store: RedisReservations) -> None:
    """A second settlement, and one without a reservation, count nothing."""
    await store.reserve(hold(1), terms())
    for number in (1, 1, 2):
        await store.settle(hold(number, "0.4"))
    assert await room(store, "0.6")


async def test_what_is_asked_again_after_its_end_costs_again(store: RedisReservations) -> None:
    """A question whose answer was settled and must be asked once more is charged for both."""
    for attempt in (1, 2):
        await store.reserve(hold(1, attempt=attempt), terms(questions=1))
        await store.settle(hold(1, "0.4", attempt=attempt))
    assert await room(store, "0.2")


async def test_a_request_that_comes_late_sets_nothing_aside(store: RedisReservations) -> None:
    """Frozen on its way until its answer was settled, by a later attempt too: nothing changes."""
    late = hold(1, attempt=1)
    await store.reserve(late, terms())
    await store.settle(hold(1, "0.4", attempt=2))
    assert await store.reserve(late, terms(at_once=1)) is None
    assert await store.reserve(hold(2, "0.1"), terms(at_once=1)) is None
    assert await room(store, "0.5")


async def test_more_than_was_set_aside_is_charged(store: RedisReservations) -> None:
    """An answer that was dearer than expected is paid for, and then nothing is left."""
    await store.reserve(hold(1), terms("1"))
    await store.settle(hold(1, "1.5"))
    assert await store.reserve(hold(2, "0.000000001"), terms("1")) == Denial(WIDE)


@pytest.mark.parametrize(("limits", "by"), [(("9", "0.4"), NARROW), (("0.4", "9"), WIDE)])
async def test_every_budget_denies_and_then_none_is_charged(
    client: Client, store: RedisReservations, limits: tuple[str, str], by: str
) -> None:
    """Whichever budget is too small is named, and a denied question leaves no trace."""
    assert await store.reserve(HOLD, terms(*limits)) == Denial(by)
    assert [key async for key in client.scan_iter()] == []


async def test_a_budget_without_a_limit_is_charged(store: RedisReservations) -> None:
    """What was spent while no limit was set counts when there is one."""
    await store.reserve(HOLD, Terms({}, 60, {}))
    assert await store.reserve(hold(2), terms("0.9")) == Denial(WIDE)


async def test_what_is_free_passes_a_spent_budget(store: RedisReservations) -> None:
    """A model that costs nothing answers on when more than the budget was spent."""
    await store.reserve(hold(1, "1"), terms("1"))
    await store.settle(hold(1, "1.5"))
    assert await store.reserve(hold(2, "0"), terms("1")) is None


async def test_the_smallest_cost_is_not_nothing(store: RedisReservations) -> None:
    """Less than a billionth of a dollar counts as one."""
    assert await store.reserve(hold(1, "0.0000000001"), terms("0")) == Denial(WIDE)


async def test_parallel_questions_never_pass_a_budget(
    store: RedisReservations, other: RedisReservations
) -> None:
    """Of 200 questions at once from two processes exactly those pass that the budget pays for."""
    asked = [
        (other, store)[number % 2].reserve(hold(number, "0.02"), terms("1"))
        for number in range(200)
    ]
    denials = await asyncio.gather(*asked)
    assert [denials.count(None), denials.count(Denial(WIDE))] == [50, 150]


async def test_answers_at_once_are_limited(store: RedisReservations) -> None:
    """A person's third answer must wait until one of two has ended; others do not wait."""
    two = terms(at_once=2)
    assert [await store.reserve(hold(number), two) for number in (1, 2)] == [None, None]
    assert await store.reserve(hold(3), two) == Denial(AT_ONCE)
    assert await store.reserve(hold(4, person="bob"), two) is None
    await store.settle(hold(1))
    assert await store.reserve(hold(3), two) is None


async def test_an_answer_that_never_ends_stops_to_count(
    client: Client, store: RedisReservations
) -> None:
    """Where a worker died with an answer, its place is free when its time is over."""
    await store.reserve(hold(1), terms(slot=60))
    await _age(client, "running", hold(1), 59_000)
    assert await store.reserve(hold(2), terms(at_once=1)) == Denial(AT_ONCE)
    await _age(client, "running", hold(1), 1_000)
    assert await store.reserve(hold(2), terms(at_once=1)) is None


async def test_an_answer_taken_over_keeps_its_place(
    client: Client, store: RedisReservations
) -> None:
    """The time of its place begins anew; once that ran out, it needs one like any other."""
    one = terms(at_once=1, slot=60)
    for _ in range(2):
        await store.reserve(hold(1), one)
        await _age(client, "running", hold(1), 59_000)
    assert await store.reserve(hold(2), one) == Denial(AT_ONCE)
    await _age(client, "running", hold(1), 1_000)
    assert await store.reserve(hold(2), one) is None
    assert await store.reserve(hold(1), one) == Denial(AT_ONCE)


async def test_questions_of_an_hour_are_limited(client: Client, store: RedisReservations) -> None:
    """Ended ones count too; the denial says when enough of them are an hour old."""
    for number in range(4):
        await store.reserve(hold(number), terms())
        await store.settle(hold(number))
        await _age(client, "asked", hold(number), 10 * MINUTE * (4 - number))
    denial = await store.reserve(hold(9), terms(questions=2))
    assert denial is not None
    assert (denial.by, round(denial.seconds / 60)) == (QUESTIONS, 40)
    for number in range(3):
        await _age(client, "asked", hold(number), 40 * MINUTE)
    assert await store.reserve(hold(9), terms(questions=2)) is None


async def test_a_question_is_asked_when_it_is_first_reserved(
    client: Client, store: RedisReservations
) -> None:
    """Who waits for another worker to take over does not wait longer for the next question."""
    await store.reserve(HOLD, terms())
    await _age(client, "asked", HOLD, 59 * MINUTE)
    await store.reserve(HOLD, terms())
    denial = await store.reserve(hold(2), terms(questions=1))
    assert denial is not None
    assert 0 < denial.seconds <= 60


async def _age(client: Client, kept: str, one: Hold, ms: int) -> None:
    """As if it had been asked, or begun, so much earlier."""
    await client.zincrby(KEYS.quota(f"{kept}:{one.person}"), -ms, one.id)


async def test_a_denied_question_does_not_count_for_the_hour(store: RedisReservations) -> None:
    """Who must wait, or finds the budget spent, has not asked."""
    await store.reserve(hold(1), terms(questions=2, at_once=1))
    assert await store.reserve(hold(2), terms(questions=2, at_once=1)) == Denial(AT_ONCE)
    assert await store.reserve(hold(2), terms("0", questions=2)) == Denial(WIDE)
    assert await store.reserve(hold(3), terms(questions=2)) is None


async def test_an_answer_over_midnight_is_charged_to_its_day(store: RedisReservations) -> None:
    """What was set aside yesterday is settled there, and today is untouched."""
    tomorrow = TODAY + timedelta(days=1)
    await store.reserve(hold(1), terms())
    await store.settle(hold(1, "0.3", day=tomorrow))
    assert await room(store, "0.7")
    assert await store.reserve(hold(2, "1", day=tomorrow), terms("1")) is None


async def test_all_is_forgotten_in_time(client: Client, store: RedisReservations) -> None:
    """A day's sums outlive whatever may still be settled, and nothing outlives two days."""
    await store.reserve(HOLD, terms(slot=60))
    names = ("asked:ann", "running:ann", f"held:{HOLD.id}", f"spent:{TODAY}")
    lives = [round(await client.ttl(KEYS.quota(name)) / 60) for name in names]
    assert lives == [60, 1, 24 * 60, 48 * 60]


@pytest.fixture
async def full(client: Client) -> AsyncIterator[None]:
    """The store takes nothing new."""
    await client.config_set("maxmemory", 1)
    yield
    await client.config_set("maxmemory", 0)


@pytest.mark.usefixtures("full")
async def test_a_full_store_still_reserves_settles_and_tells(
    client: Client, store: RedisReservations
) -> None:
    """What was accepted comes to its end, answered or refused, where nothing new is taken in."""
    with pytest.raises(OutOfMemoryError):
        await client.set("k", "v")
    assert await store.reserve(HOLD, terms()) is None
    await store.settle(HOLD)
    assert await RedisNotices(client, KEYS).first("discord", "guild", "ann")


async def test_a_cluster_checks_all_limits_at_once(cluster: Fleet, tmp_path: Path) -> None:
    """Keys of persons, workspaces and the installation are in one slot."""
    async with connect(cluster.url, tmp_path) as client:
        store = RedisReservations(client, Keys(tmp_path.name))
        for person in ("ann", "bob"):
            one = hold(1, "1", person=person)
            assert await store.reserve(one, terms("1", at_once=1)) is None
            await store.settle(replace(one, dollars=Decimal(0)))


async def test_people_are_told_once(client: Client) -> None:
    """Each person of each workspace is told once in ten minutes, by whichever process."""
    first, again = RedisNotices(client, KEYS), RedisNotices(client, KEYS)
    assert await first.first("discord", "guild", "ann")
    assert not await again.first("discord", "guild", "ann")
    assert await again.first("discord", "guild", "bob")
    assert await again.first("discord", "other", "ann")
    told = KEYS.workspace("discord", "guild", "told:ann")
    assert round(await client.ttl(told), -1) == 600
