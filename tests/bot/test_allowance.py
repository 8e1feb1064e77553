"""What is allowed when: one lane and one token, with the clock set by hand.

The shared allowance answers the same to whatever is asked: tests/storage/test_pacing.py.
"""

import pytest

from bot.outcomes import Call
from bot.pacing import Ask, Learnt, LocalAllowance, Terms, Wait
from tests.bot.commands.fakes import SetClock

FREE = Terms(rate=1000, stock=100)
"""The token is no obstacle."""


@pytest.fixture
def clock() -> SetClock:
    """A clock that is set by hand."""
    made = SetClock()
    made.seconds = 1000.0
    return made


async def edit(allowance: LocalAllowance, call: Call = Call.FINAL) -> Wait:
    """Ask for one edit."""
    return await allowance.take(Ask("edit:1", call))


async def test_a_window_lasts_from_the_latest_arrival_of_its_first_call(clock: SetClock) -> None:
    """Until a response says when it began, a full window is given a quarter of a second more."""
    allowance = LocalAllowance(clock, FREE)
    for _ in range(5):
        assert (await edit(allowance)).granted
    assert (await edit(allowance)).lane == pytest.approx(5.25)
    clock.seconds += 5.25
    assert (await edit(allowance)).granted


async def test_nothing_goes_just_before_a_window_may_end(clock: SetClock) -> None:
    """A call that might arrive in the next window waits for it, though this one has room."""
    allowance = LocalAllowance(clock, FREE)
    await edit(allowance)
    clock.seconds += 4.87
    assert (await edit(allowance)).granted
    clock.seconds += 0.01
    refused = await edit(allowance)
    assert not refused.granted
    assert refused.lane == pytest.approx(5.25 - 4.88)


async def test_a_window_ends_when_a_response_says_so(clock: SetClock) -> None:
    """The headers of any call of this window replace what was guessed of its end."""
    allowance = LocalAllowance(clock, FREE)
    for _ in range(5):
        await edit(allowance)
    clock.seconds += 1
    learnt = Learnt(limit=5, remaining=3, reset_after=4.04, window=5.0)
    refused = await allowance.take(Ask("edit:1", Call.FINAL, learnt))
    assert refused.lane == pytest.approx(4.04)


async def test_a_late_response_of_the_window_before_changes_nothing(clock: SetClock) -> None:
    """What a call of the last window hears after its end is not about this one."""
    allowance = LocalAllowance(clock, FREE)
    for _ in range(5):
        await edit(allowance)
    late = Learnt(limit=5, remaining=1, reset_after=0.1, window=None)
    refused = await allowance.take(Ask("edit:1", Call.FINAL, late))
    assert refused.lane == pytest.approx(5.25)


async def test_a_429_shuts_the_lane_even_in_a_fresh_window(clock: SetClock) -> None:
    """With nothing left the lane waits as long as it is told, whatever we had counted."""
    allowance = LocalAllowance(clock, FREE)
    await edit(allowance)
    empty = Learnt(limit=5, remaining=0, reset_after=2.0, window=None)
    refused = await allowance.take(Ask("edit:1", Call.FINAL, empty))
    assert not refused.granted
    assert refused.lane == pytest.approx(2.0)
    assert (await allowance.take(Ask("edit:2", Call.FINAL))).granted


async def test_interim_edits_are_spread_and_last_edits_take_their_turns(clock: SetClock) -> None:
    """A fifth of the window each; after a last edit in between, the next is a fifth later."""
    allowance = LocalAllowance(clock, FREE)
    assert (await edit(allowance, Call.INTERIM)).granted
    assert (await edit(allowance, Call.INTERIM)).lane == pytest.approx(1)
    assert (await edit(allowance)).granted
    assert (await edit(allowance, Call.INTERIM)).lane == pytest.approx(2)


async def test_turns_end_with_their_window(clock: SetClock) -> None:
    """Where a window turns out to have fewer places, interim edits wait for its end, no longer."""
    allowance = LocalAllowance(clock, FREE)
    for _ in range(4):
        await edit(allowance)
    fewer = Learnt(limit=2, remaining=0, reset_after=4.5, window=5.0)
    refused = await allowance.take(Ask("edit:1", Call.INTERIM, fewer))
    assert refused.lane == pytest.approx(4.5)


async def test_interim_edits_leave_some_of_the_stock(clock: SetClock) -> None:
    """Of three places at once an interim edit takes none of the last, a first post does."""
    allowance = LocalAllowance(clock, Terms())
    interim = [await allowance.take(Ask(f"edit:{n}", Call.INTERIM)) for n in range(3)]
    assert [wait.granted for wait in interim] == [True, True, False]
    assert interim[2].token == pytest.approx(1 / 45)
    assert (await allowance.take(Ask("create:1", Call.OPEN))).granted
    assert not (await allowance.take(Ask("create:2", Call.OPEN))).granted
