"""Where growing Markdown is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.blocks import ending, finished

BLOCKS = ("One", "- a", "```", "| a", "End")
DOCUMENT = "# T\n\nOne\ntwo\n\n- a\n\n  b\n- c\n\n```py\nx\n\ny\n```\n\n| a |\n|--|\n| 1 |\n\nEnd"


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("One block\nof two lines\n", ""),
        ("One\n\nTwo\n", "One\n\n"),
        ("One\n\nTw", ""),
        ("- a\n\n- b\n", ""),
        ("Text\n\n```\ncode\n\nmore\n", "Text\n\n"),
        ("Text\n#hash", ""),
    ],
)
def test_all_but_the_last_block_is_finished(text: str, done: str) -> None:
    """A block is finished when a whole line of the next one stands."""
    assert text[: finished(text)] == done


@given(st.integers(0, len(DOCUMENT)))
def test_what_is_finished_stays_so(length: int) -> None:
    """More text never moves a cut back, and cuts only between blocks of the whole."""
    done = DOCUMENT[: finished(DOCUMENT[:length])]
    assert len(done) <= finished(DOCUMENT)
    assert done in {
        "",
        *(DOCUMENT[: DOCUMENT.index(at)] for at in BLOCKS),
    }


def test_the_end_of_a_long_block_is_readable_by_itself() -> None:
    """Code keeps its first line, other text is cut at a line; a short block stays whole."""
    assert ending("```py\n" + "x\n" * 9, 4) == "```py\nx\nx\n"
    assert ending("- a\n- b\n- c", 5) == "- b\n- c"
    assert ending("short", 5) == "short"
    assert ending("x" * 9, 5) == "x" * 5
