"""Tables that are longer than a part: each part is read on its own."""

from hypothesis import given
from hypothesis import strategies as st

from bot.split import joined, split

HEAD = "| name | age |\n|:-----|----:|\n"
ROWS = "".join(f"| person {n} | {n} |\n" for n in range(9))
BODIES = st.lists(st.text("ab |-:", max_size=9).map("|{}|\n".format), max_size=40).map("".join)


def test_a_table_goes_on_under_its_head() -> None:
    """A part that begins with rows repeats the head before them, and no row is cut."""
    first, *others, last = split(f"People:\n\n{HEAD}{ROWS}\nThat is all.", 140)
    assert first.startswith(f"People:\n\n{HEAD}")
    assert all(part.startswith(f"{HEAD}| person") for part in (*others, last))
    assert last.endswith("That is all.")
    assert all(line.endswith("|") for part in (first, *others) for line in part.splitlines()[2:])


def test_what_only_looks_like_a_table_gets_no_head() -> None:
    """Rows in code, and lines without the row of dashes, stand as they are."""
    code = split(f"```\n{HEAD}{ROWS}```", 120)
    assert all(part.startswith("```\n|") for part in code)
    assert not any(part.startswith(f"```\n{HEAD}") for part in code[1:])
    assert "".join(split(ROWS, 60)) == ROWS


def test_a_head_too_long_to_repeat_is_left_out() -> None:
    """A quarter of a part is the most that is repeated."""
    assert "".join(split(HEAD + ROWS, 100)) == HEAD + ROWS


@given(BODIES, st.integers(120, 200))
def test_a_table_that_is_split_is_joined_again(rows: str, limit: int) -> None:
    """The heads that were added are known again, and nothing else goes."""
    text = f"Before.\n\n{HEAD}{rows}\nBehind."
    assert joined(split(text, limit)) == text
