"""Rolling windows: what goes in any stretch of time, with the clock set by hand."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outcomes import Call
from bot.pacing import Ask
from bot.pacing.rolling import MARGIN, LocalRolling, Rule, rule_of

RULES = {
    "update": Rule(50, 60.0),
    "edit": Rule(5, 6.0),
    "open": Rule(3, 6.0),
    "post": Rule(2, 2.0),
    "never": Rule(0, 6.0),
}
CALLS = st.sampled_from([Call.OPEN, Call.POST, Call.FINAL, Call.INTERIM])
LANES = st.sampled_from(["edit", "open post:1", "post:1", "post:2", "open edit post:2"])
SOME_TIME = st.one_of(st.just(0.0), st.floats(0, 0.5), st.floats(0, 8))
STEPS = st.lists(
    st.tuples(SOME_TIME, st.builds(Ask, LANES, CALLS), st.floats(0, MARGIN), st.booleans()),
    max_size=80,
)
"""Time that passes, then a call that wants to go, how long it is on its way, and whether whoever
asked was cancelled meanwhile."""


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
def clock() -> Set:
    """A clock that is set by hand."""
    return Set()


@pytest.fixture
def rolling(clock: Set) -> LocalRolling:
    """What one workspace allows."""
    return LocalRolling(clock, RULES)


async def goes(rolling: LocalRolling, lane: str, call: Call = Call.FINAL) -> bool:
    """Whether such a call may go now."""
    return (await rolling.take(Ask(lane, call))).granted


@given(STEPS)
def test_no_stretch_of_time_has_one_call_too_many(
    steps: list[tuple[float, Ask, float, bool]],
) -> None:
    """However calls are mixed and delayed on their way, no window of any lane takes too many."""
    arrived = asyncio.run(_arrivals(steps))
    for lane, times in arrived.items():
        rule = rule_of(RULES, lane)
        for first, last in zip(sorted(times), sorted(times)[rule.limit :], strict=False):
            assert last - first >= rule.seconds


async def _arrivals(steps: list[tuple[float, Ask, float, bool]]) -> dict[str, list[float]]:
    clock, arrived = Set(), dict[str, list[float]]()
    rolling = LocalRolling(clock, RULES)
    for passed, ask, trip, cancelled in steps:
        clock.at += passed
        granted = (await rolling.take(ask)).granted
        if granted and cancelled:
            await rolling.give_back(ask.lane)
        elif granted:
            for lane in ask.lane.split():
                arrived.setdefault(lane, []).append(clock.at + trip)
    return arrived


@given(STEPS, LANES, CALLS)
def test_a_refusal_says_exactly_when_to_ask_again(
    steps: list[tuple[float, Ask, float, bool]], lane: str, call: Call
) -> None:
    """Where nothing else goes meanwhile, asking sooner is in vain, and asking then is not."""
    asyncio.run(_asked_again(steps, Ask(lane, call)))


async def _asked_again(steps: list[tuple[float, Ask, float, bool]], ask: Ask) -> None:
    clock = Set()
    rolling = LocalRolling(clock, RULES)
    for passed, other, _, _ in steps:
        clock.at += passed
        await rolling.take(other)
    wait = (await rolling.take(ask)).lane
    if wait > 0.01:
        clock.at += wait - 0.005
        assert not (await rolling.take(ask)).granted
        clock.at += 0.005001
        assert (await rolling.take(ask)).granted


async def test_after_a_rest_many_go_at_once(clock: Set, rolling: LocalRolling) -> None:
    """All places of a window are there at once; the next is when its first call counts no more."""
    assert all([await goes(rolling, "edit") for _ in range(5)])
    refused = await rolling.take(Ask("edit", Call.FINAL))
    assert not refused.granted
    assert refused.lane == pytest.approx(6 + MARGIN)
    clock.at += refused.lane
    assert await goes(rolling, "edit")


async def test_interim_edits_are_sparser_the_fewer_places_are_left(
    clock: Set, rolling: LocalRolling
) -> None:
    """Their pauses begin with 0.6 s and grow; in the long run they are 2.1 s."""
    times = await _greedy(clock, rolling, 600)
    pauses = [later - sooner for sooner, later in pairwise(times)]
    assert pauses[0] == pytest.approx(0.6, abs=0.02)
    assert pauses[:30] == sorted(pauses[:30])
    assert (times[-1] - times[-100]) / 99 == pytest.approx(2.1, abs=0.1)


async def _greedy(clock: Set, rolling: LocalRolling, seconds: float) -> list[float]:
    """When interim edits go that always want to."""
    times, end = [], clock.at + seconds
    while clock.at < end:
        wait = await rolling.take(Ask("update", Call.INTERIM))
        if wait.granted:
            times.append(clock.at)
        clock.at += wait.lane
    return times


@pytest.mark.parametrize("seconds", [5, 20, 40, 59, 70, 100, 300])
async def test_last_edits_find_places_among_interim_ones(
    clock: Set, rolling: LocalRolling, seconds: float
) -> None:
    """However long interim edits took what they could, ten last edits may go at once."""
    await _greedy(clock, rolling, seconds)
    assert all([await goes(rolling, "update") for _ in range(10)])


async def test_a_last_edit_delays_the_next_interim_one(rolling: LocalRolling) -> None:
    """What others take is no turn of an interim edit, so many last edits leave none to them."""
    assert await goes(rolling, "update")
    refused = await rolling.take(Ask("update", Call.INTERIM))
    assert refused.lane == pytest.approx(24 / 39)


async def test_a_call_takes_a_place_of_each_of_its_lanes(rolling: LocalRolling) -> None:
    """Two lanes count a call that needs both."""
    assert await goes(rolling, "open post:1")
    assert await goes(rolling, "post:1")
    assert not await goes(rolling, "post:1")
    assert await goes(rolling, "open post:2")
    assert await goes(rolling, "open")
    assert not await goes(rolling, "open post:3")


async def test_where_one_lane_is_full_the_others_lose_nothing(rolling: LocalRolling) -> None:
    """A call that is refused by one of its lanes takes no place of another."""
    for _ in range(2):
        assert await goes(rolling, "post:1")
    for _ in range(3):
        assert not await goes(rolling, "open post:1")
    assert all([await goes(rolling, f"open post:{n}") for n in (2, 3, 4)])


async def test_channels_have_places_of_their_own(rolling: LocalRolling) -> None:
    """Lanes of one kind have the same rule, and nothing else in common."""
    assert [await goes(rolling, "post:1") for _ in range(3)] == [True, True, False]
    assert await goes(rolling, "post:2")


async def test_a_place_that_goes_back_is_free_in_all_its_lanes(rolling: LocalRolling) -> None:
    """Who was cancelled took nothing."""
    for _ in range(3):
        assert await goes(rolling, "open post:1")
        await rolling.give_back("open post:1")
    assert [await goes(rolling, "open post:1") for _ in range(3)] == [True, True, False]


async def test_what_goes_back_does_not_make_others_count_for_less(
    clock: Set, rolling: LocalRolling
) -> None:
    """Of two calls the first is given back: the second counts from its own time."""
    assert await goes(rolling, "post:1")
    clock.at += 1
    assert await goes(rolling, "post:1")
    await rolling.give_back("post:1")
    assert await goes(rolling, "post:1")
    assert (await rolling.take(Ask("post:1", Call.FINAL))).lane == pytest.approx(2 + MARGIN)


async def test_a_busy_lane_is_closed_as_long_as_it_was_told(
    clock: Set, rolling: LocalRolling
) -> None:
    """A lane that Slack calls busy waits, with whoever needs it; the others go on."""
    rolling.busy("post:1", 30)
    refused = await rolling.take(Ask("open post:1", Call.OPEN))
    assert (refused.granted, refused.lane) == (False, 30)
    assert await goes(rolling, "open post:2")
    clock.at += 30
    assert await goes(rolling, "open post:1")


async def test_a_lane_may_be_closed_or_free_for_ever(clock: Set, rolling: LocalRolling) -> None:
    """A limit of 0 lets nothing go; the lane without a name has no limit."""
    for _ in range(100):
        assert not await goes(rolling, "never", Call.OPEN)
        assert await goes(rolling, "", Call.OTHER)
        clock.at += 10
    await rolling.give_back("")
    assert (await rolling.take(Ask("never", Call.OPEN))).lane == 6 + MARGIN
