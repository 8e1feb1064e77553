"""The rolling windows in the real store: the same rules as the local ones, for all processes."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

import storage.pacing.rolling as module
from bot.clock import SystemClock
from bot.errors import StoreUnavailable
from bot.outcomes import Call
from bot.pacing import Ask
from bot.pacing.rolling import LocalRolling, Rule
from storage.connect import connect
from storage.keys import Keys
from storage.pacing.rolling import RollingAllowance
from storage.scripts import Client
from tests.platforms import stores

KEYS = Keys("test")
RULES = {"edit": Rule(5, 6.0), "open": Rule(3, 6.0), "post": Rule(2, 2.0), "never": Rule(0, 6.0)}
CLOCK_KEY = "test:{a:bot}:clock"
TICK = 1 / 64
"""Seconds that both floats and microseconds hold exactly."""

CLOCK = SystemClock()
LAST, INTERIM = Ask("edit", Call.FINAL), Ask("edit", Call.INTERIM)
TICKS = st.one_of(st.integers(0, 4), st.integers(0, 64), st.sampled_from([96, 192, 448]))
"""Some time, or a pause or a window to its end."""
NAMES = st.sampled_from(["edit", "post:1", "open", "never"])
LANES = st.sampled_from(["", "open post:1", "open edit"]) | NAMES
CALLS = st.sampled_from([Call.OPEN, Call.FINAL, Call.INTERIM])
STEPS = st.lists(
    st.tuples(
        TICKS,
        st.builds(Ask, LANES, CALLS) | LANES | st.tuples(NAMES, st.integers(0, 1000)),
    ),
    max_size=40,
)
"""Time that passes, then a question, or the lane of a place that goes back, or a lane that is busy
for so many ticks."""


class Set:
    """A clock that is set by hand."""

    at = 1000.0

    def now(self) -> int:
        return int(self.at * 1000)

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def told_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script takes its time from a key instead of the server's clock."""
    text = module._ROLLING.read_text()  # noqa: SLF001 - the script's own text, but for the time
    assert text.count("redis.call('TIME')") == 1
    script = tmp_path / "rolling.lua"
    script.write_text(
        text.replace("redis.call('TIME')", f"redis.call('LRANGE', '{CLOCK_KEY}', 0, 1)")
    )
    monkeypatch.setattr(module, "_ROLLING", script)


@pytest.mark.usefixtures("told_time")
@settings(
    max_examples=100,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
@example([*[(0, LAST)] * 6, (448, LAST)])  # a full window, and its very end
@example([*[(64, INTERIM)] * 8, (0, LAST), (192, INTERIM)])  # pauses that grow and shrink
@example([(0, ("post:1", 64)), (63, Ask("open post:1", Call.OPEN)), (1, Ask("post:1", Call.OPEN))])
@example([*[(1, Ask("open edit", Call.OPEN))] * 3, (0, "open edit"), (1, Ask("open", Call.OPEN))])
def test_both_rolling_windows_are_the_same(
    valkey: stores.Server, steps: list[tuple[int, Ask | str | tuple[str, int]]]
) -> None:
    """Whatever is asked and told, at whatever times, the store answers as the local one does."""
    asyncio.run(_compare(valkey.url, steps))


async def _compare(url: str, steps: list[tuple[int, Ask | str | tuple[str, int]]]) -> None:
    clock = Set()
    local = LocalRolling(clock, RULES)
    async with connect(url, Path()) as made:
        client = cast("Redis", made)
        await client.flushall()
        shared = RollingAllowance(client, KEYS, "bot", RULES, clock)
        for ticks, step in steps:
            await _passes(client, clock, ticks)
            found, expected = [await _done(one, step) for one in (shared, local)]
            assert found == pytest.approx(expected, abs=2e-6)


async def _done(
    allowance: RollingAllowance | LocalRolling, step: Ask | str | tuple[str, int]
) -> list[float]:
    """What it answers."""
    if isinstance(step, Ask):
        wait = await allowance.take(step)
        return [wait.granted, wait.token, wait.lane]
    if isinstance(step, str):
        await allowance.give_back(step)
    else:
        allowance.busy(step[0], step[1] * TICK)
    return []


async def _passes(client: Any, clock: Set, ticks: int) -> None:
    clock.at += ticks * TICK
    micros = round(clock.at * 1_000_000)
    async with client.pipeline() as pipe:
        pipe.delete(CLOCK_KEY)
        pipe.rpush(CLOCK_KEY, micros // 1_000_000, micros % 1_000_000)
        await pipe.execute()


async def test_processes_share_their_places(client: Client) -> None:
    """What one process takes is missing to another, and what it gives back is not."""
    one, other = (RollingAllowance(client, KEYS, "bot", RULES, CLOCK) for _ in range(2))
    for _ in range(2):
        assert (await one.take(Ask("open post:1", Call.OPEN))).granted
    refused = await other.take(Ask("post:1", Call.POST))
    assert not refused.granted
    assert refused.lane == pytest.approx(3, abs=0.2)
    await one.give_back("open post:1")
    assert (await other.take(Ask("open post:1", Call.OPEN))).granted


async def test_what_one_process_was_told_holds_for_all(client: Client) -> None:
    """A lane that was called busy is closed to every process; no other lane is."""
    one, other = (RollingAllowance(client, KEYS, "bot", RULES, CLOCK) for _ in range(2))
    one.busy("edit", 30)
    assert (await one.take(Ask("", Call.OTHER))).granted
    refused = await other.take(LAST)
    assert not refused.granted
    assert refused.lane == pytest.approx(30, abs=0.2)
    assert (await other.take(Ask("post:1", Call.POST))).granted


async def test_what_is_told_late_is_no_longer_for_that(client: Client) -> None:
    """A lane is busy for as long as was said, counted from then, not from when others hear."""
    clock = Set()
    one = RollingAllowance(client, KEYS, "bot", RULES, clock)
    one.busy("edit", 30)
    clock.at += 20
    assert (await one.take(LAST)).lane == pytest.approx(10, abs=0.2)


async def test_accounts_have_places_of_their_own(client: Client) -> None:
    """Another account's calls take nothing from this one."""
    one, other = (RollingAllowance(client, KEYS, name, RULES, CLOCK) for name in ("a}b", "a}c"))
    assert [(await one.take(LAST)).granted for _ in range(6)] == [True] * 5 + [False]
    assert (await other.take(LAST)).granted


async def test_places_of_many_lanes_cost_one_trip(client: Client) -> None:
    """A call that needs two lanes is one request to the store; one without a lane is none."""
    shared = RollingAllowance(client, KEYS, "bot", RULES, CLOCK)
    await shared.take(LAST)  # the store knows the script now
    before = await _reads(client)
    await _reads(client)
    idle = await _reads(client)
    await shared.take(Ask("open post:1", Call.OPEN))
    await shared.take(Ask("", Call.OTHER))
    await shared.give_back("")
    assert await _reads(client) - idle == (idle - before) // 2 + 1


async def _reads(client: Client) -> int:
    """How often the server has read from a socket."""
    return int((await cast("Redis", client).info("stats"))["total_reads_processed"])


async def test_a_window_is_kept_as_long_as_it_counts(client: Client) -> None:
    """A lane's key goes with the last call that counts, or when it is busy no more."""
    shared = RollingAllowance(client, KEYS, "bot", RULES, CLOCK)
    await shared.take(Ask("edit", Call.FINAL))
    shared.busy("post:1", 100)
    await shared.take(Ask("", Call.OTHER))
    kept = [
        await cast("Redis", client).pttl(KEYS.account("bot", f"rolling:{lane}"))
        for lane in ("edit", "post:1")
    ]
    assert kept == pytest.approx([7_000, 100_000], abs=200)


async def test_a_cluster_keeps_an_account_in_one_slot(
    cluster: stores.Fleet, tmp_path: Path
) -> None:
    """Several lanes are taken in one step on a cluster too."""
    async with connect(cluster.url, tmp_path) as made:
        shared = RollingAllowance(made, KEYS, "bot", RULES, CLOCK)
        assert (await shared.take(Ask("open post:1", Call.OPEN))).granted
        await shared.give_back("open post:1")


async def test_a_store_that_is_away_says_so(own: stores.Server, tmp_path: Path) -> None:
    """An allowance without its store raises, and takes nothing."""
    async with connect(own.url, tmp_path) as made:
        shared = RollingAllowance(made, KEYS, "bot", RULES, CLOCK)
        own.kill()
        with pytest.raises(StoreUnavailable):
            await shared.take(LAST)
