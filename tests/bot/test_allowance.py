"""What is allowed when: one lane and one token, with the clock set by hand."""

import pytest

from bot.outcomes import Call
from bot.pacing import Ask, Learnt, LocalAllowance, Terms, Wait

FREE = Terms(rate=1000, stock=100)
"""The token is no obstacle."""


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


async def edit(
    allowance: LocalAllowance, call: Call = Call.FINAL, unread: int = 0, behind: int = 0
) -> Wait:
    """Ask for one edit."""
    return await allowance.take(Ask("edit:1", call, unread, behind))


async def test_a_window_lasts_from_the_latest_arrival_of_its_first_call(clock: Set) -> None:
    """Until a response says when it began, a full window is given a quarter of a second more."""
    allowance = LocalAllowance(clock, FREE)
    for _ in range(5):
        assert (await edit(allowance)).granted
    assert (await edit(allowance)).lane == pytest.approx(5.25)
    clock.at += 5.25
    assert (await edit(allowance)).granted


async def test_nothing_goes_just_before_a_window_ends(clock: Set) -> None:
    """A call that might arrive in the next window waits for it, though this one has room."""
    allowance = LocalAllowance(clock, FREE)
    await edit(allowance)
    clock.at += 5.1
    assert (await edit(allowance)).granted
    clock.at += 0.05
    refused = await edit(allowance)
    assert not refused.granted
    assert refused.lane == pytest.approx(0.1)


async def test_a_window_ends_when_a_response_says_so(clock: Set) -> None:
    """The headers of any call of this window replace what was guessed of its end."""
    allowance = LocalAllowance(clock, FREE)
    for _ in range(5):
        await edit(allowance)
    clock.at += 1
    learnt = Learnt(limit=5, remaining=3, reset_after=4.04, window=5.0)
    assert (await allowance.take(Ask("edit:1", Call.FINAL, learnt=learnt))).lane == pytest.approx(
        4.04
    )


async def test_a_late_response_of_the_window_before_changes_nothing(clock: Set) -> None:
    """What a call of the last window hears after its end is not about this one."""
    allowance = LocalAllowance(clock, FREE)
    for _ in range(5):
        await edit(allowance)
    late = Learnt(limit=5, remaining=1, reset_after=0.1, window=None)
    refused = await allowance.take(Ask("edit:1", Call.FINAL, learnt=late))
    assert refused.lane == pytest.approx(5.25)


async def test_a_429_shuts_the_lane_even_in_a_fresh_window(clock: Set) -> None:
    """With nothing left the lane waits as long as it is told, whatever we had counted."""
    allowance = LocalAllowance(clock, FREE)
    await edit(allowance)
    empty = Learnt(limit=5, remaining=0, reset_after=2.0, window=None)
    refused = await allowance.take(Ask("edit:1", Call.FINAL, learnt=empty))
    assert not refused.granted
    assert refused.lane == pytest.approx(2.0)
    assert (await allowance.take(Ask("edit:2", Call.FINAL))).granted


async def test_interim_edits_are_spaced_and_last_edits_take_their_turns(clock: Set) -> None:
    """One a second; after a last edit in between, the next interim edit is a second later."""
    allowance = LocalAllowance(clock, FREE)
    assert (await edit(allowance, Call.INTERIM)).granted
    assert (await edit(allowance, Call.INTERIM)).lane == pytest.approx(1)
    assert (await edit(allowance, Call.FINAL)).granted
    assert (await edit(allowance, Call.INTERIM)).lane == pytest.approx(2)


async def test_the_neediest_of_two_processes_goes(clock: Set) -> None:
    """Who has less unread than another that waits lets it pass, for a moment."""
    allowance = LocalAllowance(clock, FREE)
    await edit(allowance, Call.INTERIM, unread=1, behind=5)
    assert not (await edit(allowance, Call.INTERIM, unread=10)).granted
    clock.at += 1
    refused = await edit(allowance, Call.INTERIM, unread=9)
    assert refused.lane == pytest.approx(FREE.grace)
    assert (await edit(allowance, Call.INTERIM, unread=10, behind=3)).granted
    clock.at += 1
    assert not (await edit(allowance, Call.INTERIM, unread=2)).granted
    assert (await edit(allowance, Call.INTERIM, unread=3)).granted
    clock.at += 1
    assert (await edit(allowance, Call.INTERIM, unread=0)).granted


async def test_interim_edits_leave_some_of_the_stock(clock: Set) -> None:
    """Of three places at once an interim edit takes none of the last, a first post does."""
    allowance = LocalAllowance(clock, Terms())
    interim = [await allowance.take(Ask(f"edit:{n}", Call.INTERIM)) for n in range(3)]
    assert [wait.granted for wait in interim] == [True, True, False]
    assert interim[2].token == pytest.approx(1 / 45)
    assert (await allowance.take(Ask("create:1", Call.OPEN))).granted
    assert not (await allowance.take(Ask("create:2", Call.OPEN))).granted
