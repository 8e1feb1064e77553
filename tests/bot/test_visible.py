"""Proves what bot.visible promises: reasoning is hidden, nothing else, and nothing flickers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.visible import visible

PIECES = st.sampled_from(
    ["<think>", "</think>", "<thinking>", "</thinking>", "<thi", "<", "</", "hm", "\n", " ", "```"]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=12).map("".join)


@given(TEXTS)
def test_what_is_visible_only_grows_by_appending(text: str) -> None:
    """Character by character, nothing that was shown is taken back, also not at the end."""
    shown = ""
    for length in range(len(text) + 1):
        now = visible(text[:length])
        assert now.startswith(shown)
        assert visible(text[:length], final=True).startswith(now)
        shown = now


@given(TEXTS.filter(lambda text: "<think" not in text))
def test_a_text_without_reasoning_is_shown_as_it_is(text: str) -> None:
    """Where no reasoning tag is, the final text is the model's to the character."""
    assert visible(text, final=True) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<think>Hm.\n</think>\n\nHello", "Hello"),
        ("\n<thinking>Hm.</thinking>Hello", "Hello"),
        ("<think>a</think>\n<think>b</think>\nHello", "Hello"),
        ("<think></think>  Hello ", "Hello "),
        ("<think>so </thinking> no </think>yes", "yes"),
        ("<think>never closed", ""),
        ("<think>closing </thin", ""),
    ],
)
def test_reasoning_at_the_start_is_hidden(text: str, shown: str) -> None:
    """Tags, what is between them and the white space around them are not shown, closed or not."""
    assert visible(text) == shown
    assert visible(text, final=True) == shown


@pytest.mark.parametrize(
    "text",
    [
        "The tag <think>x</think> is literal.",
        "```html\n<think>x</think>\n```",
        "Yes <think>z</think>",
        "<thinkpad> is a laptop",
        "\n  Indented",
    ],
)
def test_what_only_looks_like_reasoning_stays(text: str) -> None:
    """A tag in prose or code, or another tag, is text, at once."""
    assert visible(text) == text


@pytest.mark.parametrize("text", ["<", "<thi", "\n<thinking", "<think>x</think><th", " "])
def test_what_may_become_a_tag_is_held_back(text: str) -> None:
    """The beginning of a tag is shown only when it can be none any more, or nothing follows."""
    assert not visible(text)
    assert visible(text, final=True) == text.removeprefix("<think>x</think>")
    assert visible(text + "!") == text.removeprefix("<think>x</think>") + "!"
