"""Usage in the real store."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import OutOfMemoryError

from bot.clock import SystemClock
from bot.messages import (
    ConversationKey,
    Ending,
    IncomingMessage,
    Person,
    Spent,
    State,
    Trigger,
    Usage,
)
from storage.connect import connect
from storage.keys import DAY, Keys
from storage.scripts import Client
from storage.usage import RedisUsage
from tests.platforms.stores import Fleet
from tests.storage.test_settings import reads

KEYS = Keys("test")
NOON = 20_000 * DAY + DAY // 2
TODAY, YESTERDAY = "2024-10-04", "2024-10-03"
CHANNEL = ConversationKey("discord", "guild", "general", "thread")
ANN = Person("ann", "Ann")
QUESTION = IncomingMessage(
    account="bot",
    conversation=CHANNEL,
    id="m1",
    author=ANN,
    text="hi",
    at=NOON,
    trigger=Trigger.MENTION,
)
USED = Usage(prompt_tokens=100, cached_tokens=40, completion_tokens=20, reasoning_tokens=5)
ENDING = Ending("hello", State.ANSWERED, model="openai/m", usage=USED, cost=Decimal("0.000000123"))
SPENT = Spent(TODAY, "ann", "general", "openai/m", 1, 100, 40, 20, 5, Decimal("0.000000123"), 0)
COUNTED = KEYS.workspace("discord", "guild", "counted")


@dataclass
class SetClock(SystemClock):
    """Says the time that it was set to."""

    time: int = NOON

    def now(self) -> int:
        return self.time


@pytest.fixture
def clock() -> SetClock:
    """Noon of a day in 2024, unless a test says otherwise."""
    return SetClock()


@pytest.fixture
def usage(client: Client, clock: SetClock) -> RedisUsage:
    """The real ledger, empty."""
    return RedisUsage(client, KEYS, clock)


async def spent(usage: RedisUsage, days: int = 1) -> list[Spent]:
    """What the tests' one workspace used."""
    return await usage.spent("discord", "guild", days)


async def test_an_answer_is_spent_by_its_person_channel_and_model(usage: RedisUsage) -> None:
    """What went in comes out, the cost to a billionth of a dollar."""
    await usage.record([QUESTION], ENDING)
    assert await spent(usage) == [SPENT]


async def test_answers_of_one_day_add_up(usage: RedisUsage) -> None:
    """Two questions of one person to one model in one channel are one row."""
    await usage.record([QUESTION], ENDING)
    await usage.record([replace(QUESTION, id="m2")], ENDING)
    (row,) = await spent(usage)
    assert (row.answers, row.prompt_tokens, row.cost) == (2, 200, 2 * SPENT.cost)


@pytest.mark.parametrize(
    "other",
    [
        {"author": Person("bob", "Bob")},
        {"conversation": replace(CHANNEL, channel="random")},
    ],
)
async def test_persons_and_channels_are_kept_apart(
    usage: RedisUsage, other: dict[str, Any]
) -> None:
    """Another person, or another channel, has a row of its own."""
    await usage.record([QUESTION], ENDING)
    await usage.record([replace(QUESTION, **{"id": "m2", **other})], ENDING)
    assert len(await spent(usage)) == 2


async def test_models_are_kept_apart(usage: RedisUsage) -> None:
    """Another model has a row of its own."""
    await usage.record([QUESTION], ENDING)
    await usage.record([replace(QUESTION, id="m2")], replace(ENDING, model="openai/n"))
    assert {row.model for row in await spent(usage)} == {"openai/m", "openai/n"}


async def test_a_turn_counts_once(usage: RedisUsage, clock: SetClock) -> None:
    """Recorded again, by whomever and after midnight, a turn adds nothing."""
    await usage.record([QUESTION], ENDING)
    clock.time += DAY
    await usage.record([QUESTION], ENDING)
    assert await spent(usage, days=2) == [SPENT]


@pytest.mark.parametrize(
    "other", [{"revision": "2"}, {"conversation": replace(CHANNEL, channel="random")}]
)
async def test_another_turn_counts_as_one(usage: RedisUsage, other: dict[str, Any]) -> None:
    """An edited question, answered anew, is another turn; so is an equal id in another channel."""
    await usage.record([QUESTION], ENDING)
    await usage.record([replace(QUESTION, **other)], ENDING)
    assert sum(row.answers for row in await spent(usage)) == 2


async def test_turns_are_remembered_for_two_days(client: Client, usage: RedisUsage) -> None:
    """A turn counted longer ago than that is forgotten when the next one is recorded."""
    await client.zadd(COUNTED, {"old": 1})
    await usage.record([QUESTION], ENDING)
    assert await client.zscore(COUNTED, "old") is None
    assert 0 < await client.pttl(COUNTED) <= 2 * DAY


async def test_a_day_is_kept_for_400_days(client: Client, usage: RedisUsage) -> None:
    """The sums of a day expire by themselves."""
    await usage.record([QUESTION], ENDING)
    assert 399 * 86_400 < await client.ttl(_day(TODAY)) <= 400 * 86_400


async def test_an_ending_without_usage_leaves_no_trace(client: Client, usage: RedisUsage) -> None:
    """A refusal, or a failure before the model said anything, is no answer and costs nothing."""
    await usage.record([QUESTION], replace(ENDING, usage=None, cost=None))
    assert await client.dbsize() == 0


async def test_an_unknown_price_is_not_zero(usage: RedisUsage) -> None:
    """An answer without a price is counted as such, and one that cost nothing is not."""
    await usage.record([QUESTION], replace(ENDING, cost=None))
    await usage.record([replace(QUESTION, id="m2")], replace(ENDING, cost=Decimal(0)))
    (row,) = await spent(usage)
    assert (row.answers, row.unpriced, row.cost) == (2, 1, Decimal(0))


@pytest.fixture
async def full(client: Client) -> AsyncIterator[None]:
    """The store has no room."""
    await client.config_set("maxmemory", 1)
    yield
    await client.config_set("maxmemory", 0)


@pytest.mark.usefixtures("full")
async def test_a_full_store_still_counts(client: Client, usage: RedisUsage) -> None:
    """Where nothing new is taken in, what a turn used is written: the turn must end."""
    with pytest.raises(OutOfMemoryError):
        await client.set("k", "v")
    await usage.record([QUESTION], ENDING)
    assert await spent(usage) == [SPENT]


async def test_days_begin_at_midnight_utc(usage: RedisUsage, clock: SetClock) -> None:
    """The last millisecond of a day and the first of the next are two days, newest first."""
    clock.time = 20_000 * DAY - 1
    await usage.record([QUESTION], ENDING)
    clock.time += 1
    await usage.record([replace(QUESTION, id="m2")], ENDING)
    assert [row.day for row in await spent(usage, days=2)] == [TODAY, YESTERDAY]
    assert [row.day for row in await spent(usage, days=1)] == [TODAY]


async def test_names_may_hold_anything(usage: RedisUsage) -> None:
    """Separators and other scripts in names come back as they were."""
    person, channel, model = Person("a:b%3A", "x"), "#général:1", "ollama/llama3:8b"
    place = replace(CHANNEL, channel=channel)
    question = replace(QUESTION, author=person, conversation=place)
    await usage.record([question], replace(ENDING, model=model))
    (row,) = await spent(usage)
    assert (row.person, row.channel, row.model) == (person.id, channel, model)


async def test_another_versions_sums_are_skipped(client: Client, usage: RedisUsage) -> None:
    """Fields that a newer process writes into the same day do not disturb this one."""
    await usage.record([QUESTION], ENDING)
    await client.hset(_day(TODAY), "2:something:new", "7")
    assert await spent(usage) == [SPENT]


async def test_a_month_takes_one_round_trip(client: Client, usage: RedisUsage) -> None:
    """Thirty days are asked for in one burst of requests."""
    before = await reads(client)
    await spent(usage, days=30)
    assert await reads(client) - before == 2  # the days, and the question itself


async def test_a_cluster_holds_it_too(cluster: Fleet, tmp_path: Path, clock: SetClock) -> None:
    """The keys of one workspace are in one slot, and are read and written as elsewhere."""
    async with connect(cluster.url, tmp_path) as client:
        usage = RedisUsage(client, KEYS, clock)
        await usage.record([QUESTION], ENDING)
        assert await spent(usage, days=30) == [SPENT]


def _day(date: str) -> str:
    return KEYS.workspace("discord", "guild", f"usage:{date}")
