"""Up to when all that was said on Slack counts as heard."""

import pytest

from adapters.slack.catchup import Heard
from bot.clock import SystemClock
from bot.errors import StoreUnavailable
from storage.keys import Keys
from storage.scripts import Client
from storage.tokens import RedisMarks

ACCOUNT = "slack:A0:T0"
NOW = 1_790_000_000_000
"""Milliseconds since 1970."""


class Standing(SystemClock):
    """A clock that stands."""

    now_ = NOW

    def now(self) -> int:
        return self.now_


class Away(RedisMarks):
    """A store that cannot be reached."""

    async def keep(self, account: str, shard: int, at: int) -> None:
        raise StoreUnavailable(f"{account} {shard} {at}")


@pytest.fixture
def marks(client: Client) -> RedisMarks:
    """An empty store."""
    return RedisMarks(client, Keys())


@pytest.fixture
def clock() -> Standing:
    """It stands."""
    return Standing()


@pytest.fixture
async def heard(marks: RedisMarks, clock: Standing) -> Heard:
    """Connected, with nothing missing."""
    made = Heard(marks, ACCOUNT, clock)
    await again(made)
    return made


async def again(heard: Heard) -> None:
    """A connection, and what was missed is taken in."""
    await heard.look(connected=True)
    heard.gap.clear()
    heard.completed()


async def test_the_mark_moves(heard: Heard, marks: RedisMarks, clock: Standing) -> None:
    """While events come in and nothing is missing, twice a minute."""
    for ahead, mark in ((0, 0), (29_999, 0), (30_000, 30_000)):
        clock.now_ = NOW + ahead
        await heard.look(connected=True)
        assert await marks.get(ACCOUNT, 0) == NOW + mark


async def test_the_mark_stays_while_nobody_hears(
    heard: Heard, marks: RedisMarks, clock: Standing
) -> None:
    """And until what was missed is taken in."""
    await heard.look(connected=True)
    clock.now_ += 60_000
    for connected in (False, True, True):
        await heard.look(connected=connected)
        assert await marks.get(ACCOUNT, 0) == NOW
    assert heard.gap.is_set()
    await again(heard)
    await heard.look(connected=True)
    assert await marks.get(ACCOUNT, 0) == clock.now_


async def test_an_event_that_was_not_taken_in(
    heard: Heard, marks: RedisMarks, clock: Standing
) -> None:
    """The mark stays before it, and what was missed is read."""
    await heard.look(connected=True)
    clock.now_ += 60_000
    heard.missed()
    await heard.look(connected=True)
    assert heard.gap.is_set()
    assert await marks.get(ACCOUNT, 0) == NOW


async def test_a_gap_while_another_is_filled(heard: Heard, marks: RedisMarks) -> None:
    """What was read does not speak for what was missed since."""
    await heard.look(connected=False)
    await heard.look(connected=True)
    heard.gap.clear()
    heard.missed()
    await heard.look(connected=True)
    heard.completed()
    await heard.look(connected=True)
    assert await marks.get(ACCOUNT, 0) is None


async def test_the_mark_of_another_process(
    heard: Heard, marks: RedisMarks, clock: Standing
) -> None:
    """At the start it counts; later it does not hide what this one missed."""
    await marks.keep(ACCOUNT, 0, NOW - 5)
    assert await heard.until() == NOW - 5
    await heard.look(connected=True)
    await marks.keep(ACCOUNT, 0, NOW + 5)
    assert await heard.until() == NOW == clock.now_


async def test_a_store_without_a_mark(client: Client, clock: Standing) -> None:
    """A store that is away is no harm: the older mark counts."""
    heard = Heard(Away(client, Keys()), ACCOUNT, clock)
    await again(heard)
    await heard.look(connected=True)
    assert await heard.until() is None
