"""The way back from parts to their text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.split import joined, split


@pytest.mark.parametrize("limit", [40, 60, 200])
def test_parts_are_one_text_again(limit: int) -> None:
    """Fences that were added at seams go; those that the text has stay."""
    lines = "\n".join(f"x{n} = {n}" for n in range(30))
    text = (
        f"Look:\n\n```python\n{lines}\n```\n\nAnd:\n\n~~~\n{lines}\n~~~\n\nDone. " + "word " * 30
    )
    assert joined(split(text, limit)) == text


@given(st.text("ab \n*", max_size=300), st.integers(10, 50))
def test_prose_is_joined_to_the_character(text: str, limit: int) -> None:
    """Where no fence is, parts are joined as they stand."""
    assert joined(split(text, limit)) == text
