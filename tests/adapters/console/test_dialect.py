"""What of a model's text reaches a terminal."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.dialect import growing, harmless

WILD = st.text(st.sampled_from(["\x1b", "[", "]", "3", "m", "\x07", "\\", "\n", "\x9b", "é", "a"]))


@pytest.mark.parametrize(
    ("wild", "tame"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;never closed\nmore", "]52;c;never closed\nmore"),
        ("a\rb\bc\x9bd", "abcd"),
        ("tab\tline\n漢字 👩‍💻", "tab\tline\n漢字 👩‍💻"),
        ("half \ud83d", "half \ufffd"),
    ],
)
def test_escape_sequences_and_controls_are_removed(wild: str, tame: str) -> None:
    """Sequences go whole, other controls alone; tabs, line feeds and all letters stay."""
    assert harmless(wild) == tame


@given(WILD)
def test_no_control_character_is_left(text: str) -> None:
    """Whatever comes in, nothing comes out that a terminal obeys."""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", harmless(text))


@given(WILD, WILD)
def test_what_was_shown_stays(text: str, more: str) -> None:
    """More text only adds to what is shown."""
    assert harmless(text + more).startswith(harmless(text))


@pytest.mark.parametrize(
    ("part", "stays"),
    [
        ("```\ncode\n```", "```\ncode"),
        ("- x\n  ~~~~\n  code\n  ~~~~", "- x\n  ~~~~\n  code"),
        ("```\n```", "```"),
        ("text ```", "text ```"),
    ],
)
def test_a_fence_at_the_end_may_be_there_only_for_now(part: str, stays: str) -> None:
    """The closing line of an unfinished part is held back; anything else stands."""
    assert growing(part) == stays
