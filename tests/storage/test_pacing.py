"""The shared allowance in the real store: the same rules as the local one, for all processes."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

import storage.pacing.pacing as module
from bot.errors import StoreUnavailable
from bot.outcomes import Call
from bot.pacing import Ask, Learnt, LocalAllowance, Terms
from storage.connect import connect
from storage.keys import Keys
from storage.pacing import RedisAllowance
from storage.scripts import Client
from tests.bot.commands.fakes import SetClock
from tests.platforms import stores

KEYS = Keys("test")
EXACT = Terms(rate=64, margin=0.25, guard=0.125)
"""All its times are whole 64ths of a second, which both floats and microseconds hold exactly."""
CLOCK_KEY = "test:{a:bot}:clock"
TICK = 1 / 64

TICKS = st.one_of(st.integers(0, 4), st.integers(0, 128), st.integers(308, 340))
"""Some time, or about a window with its margin."""
ASKS = st.builds(
    Ask,
    lane=st.sampled_from(["", "create:1", "edit:1", "edit:1"]),
    call=st.sampled_from([Call.OPEN, Call.INTERIM, Call.INTERIM, Call.FINAL]),
    learnt=st.none()
    | st.builds(
        Learnt,
        limit=st.sampled_from([1, 2, 4, 5]),
        remaining=st.integers(0, 4),
        reset_after=st.integers(-64, 320).map(lambda ticks: ticks * TICK),
        window=st.none() | st.sampled_from([5.0, 10.0]),
    ),
)
LAST, MORE = Ask("edit:1", Call.FINAL), Ask("edit:1", Call.INTERIM)
HEARD = replace(LAST, learnt=Learnt(limit=5, remaining=4, reset_after=2.0, window=None))
LATE = replace(LAST, learnt=Learnt(limit=5, remaining=1, reset_after=0.5, window=None))
EMPTY = replace(LAST, learnt=Learnt(limit=5, remaining=0, reset_after=1.5, window=None))
FEWER = replace(MORE, learnt=Learnt(limit=2, remaining=0, reset_after=4.5, window=5.0))
STEPS = st.lists(st.tuples(TICKS, ASKS | st.sampled_from(["", "edit:1"])), max_size=40)
"""Time that passes, then a question, or the lane of a place that goes back."""


@pytest.fixture
def told_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script takes its time from a key instead of the server's clock."""
    text = module._TAKE.read_text()  # noqa: SLF001 - the script's own text, but for the time
    assert text.count("redis.call('TIME')") == 1
    script = tmp_path / "take.lua"
    script.write_text(
        text.replace("redis.call('TIME')", f"redis.call('LRANGE', '{CLOCK_KEY}', 0, 1)")
    )
    monkeypatch.setattr(module, "_TAKE", script)


@pytest.mark.usefixtures("told_time")
@settings(
    max_examples=100,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
@example([(0, LAST), (311, LAST), (2, LAST), (23, LAST)])  # just before and at the end of a window
@example([*[(2, LAST)] * 3, (340, HEARD), *[(2, LAST)] * 4])  # a window over, and its headers
@example([*[(0, LAST)] * 5, (2, LATE)])  # a late response of the window before
@example([(0, LAST), (8, EMPTY), (64, LAST), (64, LAST)])  # a 429 in a fresh window
@example([(0, MORE), (32, LAST), (32, MORE), (64, MORE), (0, "edit:1"), (0, MORE)])  # turns
@example([*[(0, LAST)] * 4, (0, FEWER)])  # a window with fewer places than we counted
def test_both_allowances_are_the_same(
    valkey: stores.Server, steps: list[tuple[int, Ask | str]]
) -> None:
    """Whatever is asked and learnt, at whatever times, the store answers as the local one does."""
    asyncio.run(_compare(valkey.url, steps))


async def _compare(url: str, steps: list[tuple[int, Ask | str]]) -> None:
    clock = SetClock()
    clock.seconds = 1000.0
    local = LocalAllowance(clock, EXACT)
    async with connect(url, Path()) as made:
        client = cast("Redis", made)
        await client.flushall()
        shared = RedisAllowance(client, KEYS, "bot", EXACT)
        for ticks, step in steps:
            await _passes(client, clock, ticks)
            if isinstance(step, str):
                await local.give_back(step)
                await shared.give_back(step)
            else:
                assert await shared.take(step) == await local.take(step)


async def _passes(client: Any, clock: SetClock, ticks: int) -> None:
    clock.seconds += ticks * TICK
    micros = round(clock.seconds * 1_000_000)
    async with client.pipeline() as pipe:
        pipe.delete(CLOCK_KEY)
        pipe.rpush(CLOCK_KEY, micros // 1_000_000, micros % 1_000_000)
        await pipe.execute()


async def test_processes_share_one_token(client: Client) -> None:
    """What one process takes is missing to another, of the token as of the lane."""
    one, other = RedisAllowance(client, KEYS, "bot"), RedisAllowance(client, KEYS, "bot")
    for _ in range(2):
        assert (await one.take(Ask("create:1", Call.OPEN))).granted
    assert (await other.take(Ask("create:2", Call.OPEN))).granted
    refused = await one.take(Ask("create:3", Call.OPEN))
    assert not refused.granted
    assert 0 < refused.token <= 1 / 45
    assert refused.lane == 0


async def test_accounts_have_tokens_of_their_own(client: Client) -> None:
    """Another account's calls take nothing from this one."""
    one, other = RedisAllowance(client, KEYS, "a}b"), RedisAllowance(client, KEYS, "a}c")
    taken = [(await one.take(Ask("", Call.OTHER))).granted for _ in range(4)]
    assert taken == [True, True, True, False]
    assert (await other.take(Ask("", Call.OTHER))).granted


async def test_what_one_process_learns_holds_for_all(client: Client) -> None:
    """A 429 that one process got shuts the lane, and no other, for the next who asks."""
    one, other = RedisAllowance(client, KEYS, "bot"), RedisAllowance(client, KEYS, "bot")
    learnt = Learnt(limit=5, remaining=0, reset_after=3.0, window=None)
    assert not (await one.take(Ask("edit:1", Call.FINAL, learnt=learnt))).granted
    refused = await other.take(Ask("edit:1", Call.FINAL))
    assert refused.lane == pytest.approx(3, abs=0.2)
    assert (await other.take(Ask("edit:2", Call.FINAL))).granted


async def test_one_place_costs_one_trip(client: Client) -> None:
    """Taking a place, and what was learnt with it, is one request to the store."""
    shared = RedisAllowance(client, KEYS, "bot")
    learnt = Learnt(limit=5, remaining=4, reset_after=5.0, window=5.0)
    await shared.take(Ask("edit:1", Call.OPEN))  # the store knows the script now
    before = await _reads(client)
    await _reads(client)
    idle = await _reads(client)
    await shared.take(Ask("edit:1", Call.FINAL, learnt=learnt))
    assert await _reads(client) - idle == (idle - before) // 2 + 1


async def _reads(client: Client) -> int:
    """How often the server has read from a socket."""
    return int((await cast("Redis", client).info("stats"))["total_reads_processed"])


async def test_a_place_goes_back_without_a_trace(client: Client) -> None:
    """A place that was given back is there for the next; what never was is not made by it."""
    shared = RedisAllowance(client, KEYS, "bot", Terms(rate=1, stock=1, limit=1))
    assert (await shared.take(Ask("edit:1", Call.FINAL))).granted
    await shared.give_back("edit:1")
    assert (await shared.take(Ask("edit:1", Call.FINAL))).granted
    await shared.give_back("edit:2")
    assert await cast("Redis", client).keys("*edit:2*") == []


async def test_a_cluster_keeps_an_account_in_one_slot(
    cluster: stores.Fleet, tmp_path: Path
) -> None:
    """Token and lane are taken in one step on a cluster too."""
    async with connect(cluster.url, tmp_path) as made:
        shared = RedisAllowance(made, KEYS, "bot")
        assert (await shared.take(Ask("edit:1", Call.OPEN))).granted
        await shared.give_back("edit:1")


async def test_a_store_that_is_away_says_so(own: stores.Server, tmp_path: Path) -> None:
    """An allowance without its store raises, and takes nothing."""
    async with connect(own.url, tmp_path) as made:
        shared = RedisAllowance(made, KEYS, "bot")
        own.kill()
        with pytest.raises(StoreUnavailable):
            await shared.take(Ask("edit:1", Call.OPEN))
