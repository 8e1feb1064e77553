"""What was read a moment ago."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.recent import Recent
from tests.bot.commands.fakes import SetClock

STEPS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([0, 1, 2])), max_size=30)


def reads(clock: SetClock, asked: list[str]) -> Callable[[str], Coroutine[Any, Any, float]]:
    """Something to read that tells when it was read."""

    async def read(key: str) -> float:
        asked.append(key)
        return clock.seconds

    return read


@given(steps=STEPS)
async def test_nothing_is_older_than_it_may_be(steps: list[tuple[str, int]]) -> None:
    """What is told was read less than three seconds ago, and not again before that."""
    clock, asked, last = SetClock(), list[str](), dict[str, float]()
    recent = Recent(reads(clock, asked), clock, seconds=3)
    for key, pause in steps:
        clock.seconds += pause
        before, fresh = len(asked), clock.seconds - last.get(key, -9) < 3
        told = await recent.get(key)
        last[key] = told if fresh else clock.seconds
        assert told == last[key]
        assert len(asked) == before + (not fresh)


async def test_the_one_read_longest_ago_goes() -> None:
    """Of three where two are remembered, the first read is read again, the others are not."""
    clock, asked = SetClock(), list[str]()
    recent = Recent(reads(clock, asked), clock, seconds=3, most=2)
    for key, now in (("a", 0), ("b", 1), ("a", 3), ("c", 3.5)):
        clock.seconds = now
        await recent.get(key)
    asked.clear()
    for key in "acb":
        await recent.get(key)
    assert asked == ["b"]


async def test_age_counts_from_before_the_read() -> None:
    """A slow answer may be as old as its question, and is not kept longer for that."""
    clock, asked = SetClock(), list[str]()

    async def slow(key: str) -> str:
        asked.append(key)
        clock.seconds += 2
        return key

    recent = Recent(slow, clock, seconds=3)
    await recent.get("a")
    clock.seconds = 3
    await recent.get("a")
    assert asked == ["a", "a"]


async def test_a_failure_is_not_remembered() -> None:
    """Who asks after it asks anew."""
    failing = [True, False]

    async def read(key: str) -> str:
        if failing.pop(0):
            raise KeyError(key)
        return key

    recent = Recent(read, SetClock(), seconds=3)
    with pytest.raises(KeyError):
        await recent.get("a")
    assert await recent.get("a") == "a"
