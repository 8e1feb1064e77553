"""Proves what bot.tokens promises: an estimate that only grows, and its correction."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Ending, State, Turn, Usage
from bot.tokens import estimate, ratio

ENDING = Ending("text", State.ANSWERED)


def turn(real: int, guess: int, *, estimated: bool = False) -> Turn:
    """A turn whose prompt had so many tokens, and by our own estimate so many."""
    usage = Usage(prompt_tokens=real, estimated=estimated)
    return Turn((), replace(ENDING, usage=usage, estimate=guess), ("1",), at=0, fence="f")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),
        ("a" * 400, 100),
        ("中" * 100, 60),
        ("a" * 40 + "é" * 10, 16),
        ("\ud800", 1),
    ],
)
def test_an_estimate_counts_ascii_and_other_characters(text: str, tokens: int) -> None:
    """A quarter and 0.6 of a token for each character, rounded up; lone surrogates count too."""
    assert estimate(text) == tokens


@given(st.text(), st.text())
def test_longer_texts_are_never_estimated_lower(text: str, more: str) -> None:
    """Added text never lowers the estimate, nor by more than the text alone would cost."""
    assert estimate(text) <= estimate(text + more) <= estimate(text) + estimate(more)


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([], 1.0),
        ([turn(150, 100)], 1.5),
        ([turn(150, 100), turn(80, 100)], 0.8),
        ([turn(150, 100), turn(80, 100, estimated=True)], 1.5),
        ([turn(150, 100), turn(80, 0)], 1.5),
        ([turn(150, 100), turn(0, 100)], 1.5),
        ([turn(150, 100), Turn((), ENDING, (), at=0, fence="f")], 1.5),
        ([turn(9_000, 100)], 3.0),
        ([turn(1, 100)], 0.5),
    ],
)
def test_the_newest_real_count_corrects_the_estimate(turns: list[Turn], expected: float) -> None:
    """Counts that the provider gave for a prompt that we estimated are used, within bounds."""
    assert ratio(turns) == expected
