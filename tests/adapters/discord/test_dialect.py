"""A model's Markdown as Discord is shown it."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.discord.dialect import dialect
from bot.split import START, next_seam, split

PIECES = (
    *("\n", "\n\n", " ", "a", "7", "é", "漢", "**", "_", "!", "[", "]", "(", ")", "- ", "1. "),
    *("`", "``", "```", "~~~", "```py\n", "|", "| ", "| a | b |\n", "|---|:-:|\n", "\\|"),
    *("- [ ] ", "* [x] ", "#", "#### ", "---\n", "***", "![", "![a](https://e.org/)", "\t"),
    *("<details>", "</details>\n", "<summary>", "</summary>", "![](http://e.org)", "    "),
)
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
LONG = st.lists(st.sampled_from(PIECES), min_size=30, max_size=90).map("".join)
TABLE = "| Name | Born |\n|:-----|:--:|\n| Ada Lovelace | 1815 |\n| 漢字 | - |\n"
SHOWN = "```\n| Name | Born |\n| ---- | ---- |\n| Ada Lovelace | 1815 |\n| 漢字         | -    |\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("#### Why\n", "### Why\n"),
        ("###### Why\n####neither\n####### nor", "### Why\n####neither\n####### nor"),
        ("- [ ] tea\n  * [x] milk", "- ☐ tea\n  * ☑ milk"),
        ("a\n\n---\n***\nb", "a\n\n───\n───\nb"),
        ("![a cat](https://e.org/c.png)", "[a cat](https://e.org/c.png)"),
        ("see ![](http://e.org/c.png)", "see [image](http://e.org/c.png)"),
        ("<details>\n<summary>More</summary>\n\nx\n</details>\n", "\n**More**\n\nx\n\n"),
        ("<details><summary>More</summary>", "**More**"),
    ],
)
def test_what_discord_does_not_know_is_said_otherwise(written: str, shown: str) -> None:
    """Headings below the third level, boxes to tick, rules, images, and folds."""
    assert dialect(written) == shown


@pytest.mark.parametrize(
    "text",
    [
        "# One\n## Two\n### Three\n-# small",
        "**bold** _it_ ~~no~~ ||spoiler|| > quote [link](https://e.org) https://e.org",
        "- a\n  - [b](https://e.org)\n- [x](https://e.org)\n1. c",
        "@everyone @here <@1180000000000000002> <@&1180000000000000200>",
        r"\(x^2\) and \[ |x| \] and $a_b$",
        "vec![1, 2] and a![b](c) and #### no heading",
        "!![a](https://e.org/)",
        "`![a](https://e.org/) that may become code",
        "---a\n--\n***bold***",
        "`![a](https://e.org/c.png)` `` ` ![a](https://e.org/c.png) ``",
        "```md\n#### Why\n| a | b |\n- [ ] tea\n---\n```",
        "- ~~~\n  | a |\n  ```\n  #### Why\n  ~~~",
        "```\n| still open",
        "```\n```py\n#### Why\n```",
        "```\n- ```\n#### Why\n```",
    ],
)
def test_everything_else_stays(text: str) -> None:
    """Discord's own Markdown, mentions that ping nobody, formulas, and all code."""
    assert dialect(text) == text


def test_a_table_becomes_code() -> None:
    """Its columns are as wide as their cells were so far; it is open while rows may follow."""
    assert dialect(TABLE) == SHOWN
    assert dialect("| ab |\n| - |\n| - |") == "```\n| ab |\n| -- |\n| -  |"
    assert dialect(f"So:\n{TABLE}\nDone.") == f"So:\n{SHOWN}```\n\nDone."


def test_a_long_cell_does_not_widen_its_column() -> None:
    """The answer would be blanks."""
    long = "x" * 200
    rows = dialect(f"| {long} | b |\n| a | b |").splitlines()
    assert rows[2] == f"| {'a':24} | b |"


def test_a_cell_may_hold_code_or_a_bar() -> None:
    """An escaped bar separates nothing, and no cell ends the code that the table is in."""
    assert dialect("| a \\| b | ```c``` |") == "```\n| a \\| b | `c` |"


def test_text_behind_a_table_is_text_again() -> None:
    """Also where no line is between them; a table in code is none."""
    assert dialect("| a |\n#### b") == "```\n| a |\n```\n### b"
    assert dialect("```a```\n#### b") == "```a```\n### b"
    assert dialect("```\n| a |\n```\n#### b") == "```\n| a |\n```\n### b"


@given(MARKDOWN)
def test_said_twice_is_said_once(text: str) -> None:
    """What was changed is Discord's own."""
    assert dialect(dialect(text)) == dialect(text)


@given(MARKDOWN, MARKDOWN)
@example("| a |\n ", "| b |")
def test_lines_that_ended_stay(text: str, more: str) -> None:
    """More text changes the last line at most, so that no seam behind a line ever moves."""
    shown = dialect(text)
    assert dialect(text + more).startswith(shown[: shown.rfind("\n") + 1])


@given(LONG, MARKDOWN)
def test_seams_stay(text: str, more: str) -> None:
    """Where messages were cut while the text grew is where they are cut in the end."""
    shown, seam = dialect(text), START
    while found := next_seam(shown, seam, 100):
        seam = found
    assert dialect(text + more).startswith(shown[: seam.at])


@given(MARKDOWN)
def test_no_word_is_lost(text: str) -> None:
    """Letters and figures stay, in their order: only marks are said otherwise."""
    tags = re.sub(r"\[[ xX]\]|</?(?:details|summary)>", "", text)
    letters = iter(dialect(text))
    assert all(letter in letters for letter in tags if letter.isalnum())


@given(MARKDOWN)
def test_every_message_has_whole_tables(text: str) -> None:
    """However a table is cut, each row stands inside code."""
    for part in split(dialect(f"{TABLE * 3}\n\n{text}".replace("`", "'").replace("~", "-")), 150):
        outside = re.sub(r"```\n.*?```", "", part, flags=re.DOTALL)
        assert "| 1815 |" not in outside
