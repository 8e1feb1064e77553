"""Proves what bot.split promises: lossless, within the limit, stable, and readable on its own."""

from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.split import START, Seam, next_seam, render, seam_behind, split

LINK = "[the manual](https://docs.example.org/a_(b)/index.html)"
URL = "https://zh.wikipedia.org/wiki/%E4%B8%AD?x=1&y=[2]#z"
AUTOLINK = "<https://docs.example.org/index.html|the manual>"
CODE = "`code span`"
FAMILY = "👨‍👩‍👧‍👦"

PROSE = st.sampled_from(
    ["word", "Some words. ", "Ende! ", "你好。世界。", "这是句子", "שלום עולם ", "مرحبا ",
     "e\u0301a\u0308o\u0304", "क्षत्रिय ", FAMILY, "🇩🇪🇫🇷🇯🇵", "x" * 70, URL, LINK, AUTOLINK, CODE]
)  # fmt: skip
SPACE = st.sampled_from([" ", "\n", "\n\n", "\n\n\n\n", "\r\n", "  \n", "\t", "。"])
FENCES = st.sampled_from(
    ["```", "```python", "~~~", "````md", "  ```js", "\t```", "1. ```sh", "- ~~~", "``` a`b",
     "`", "``", "~~", "```" * 20, "# Heading", "> ```", "[", "](", "<https://"]
)  # fmt: skip
ROWS = st.sampled_from(["|a|b|\n", "|-|-|\n", "| c | d |\n", "|:--|--:|\n", "\n|x|\n|---|\n|y|\n"])
WILD = st.lists(
    st.one_of(PROSE, SPACE, FENCES, FENCES.map("\n{}\n".format), ROWS, st.text(max_size=8)),
    max_size=30,
).map("".join)
LIMITS = st.integers(1, 130)


def seams_of(text: str, limit: int) -> list[Seam]:
    """Every seam of a text, found as a delivery finds them."""
    seams = [START]
    while seam := next_seam(text, seams[-1], limit):
        seams.append(seam)
    return seams


def own_texts(text: str, limit: int) -> list[str]:
    """What each part adds of the text itself."""
    ends = [*(seam.at for seam in seams_of(text, limit)), len(text)]
    return [text[start:end] for start, end in pairwise(ends)]


@given(WILD, LIMITS)
def test_nothing_is_lost_and_every_part_is_within_the_limit(text: str, limit: int) -> None:
    """Whatever the text and the limit, seams go forward, lose no character and obey the limit."""
    assert "".join(own_texts(text, limit)) == text
    assert all(own_texts(text, limit)) or not text
    assert all(len(part) <= limit for part in split(text, limit))


@given(WILD, LIMITS, st.data())
def test_a_seam_never_moves_while_the_text_grows(
    text: str, limit: int, data: st.DataObject
) -> None:
    """A beginning of a text has the same seams as the text, as far as it has any."""
    seams = seams_of(text, limit)
    for length in data.draw(st.lists(st.integers(0, len(text)), max_size=8)):
        early = seams_of(text[:length], limit)
        assert early == seams[: len(early)]


@pytest.mark.parametrize("limit", [7, 20, 33, 60])
def test_no_prefix_of_a_streamed_answer_moves_a_seam(limit: int) -> None:
    """Character by character, an answer with fences and links keeps every seam that it showed."""
    text = (
        f"# A\n\nSee {LINK}.\n\n1. ```py\n   x = 1\n\n   ```\n~~~\n``\n~~~\n```a`b {FAMILY}\n" * 3
    )
    seams = seams_of(text, limit)
    for length in range(len(text)):
        early = seams_of(text[:length], limit)
        assert early == seams[: len(early)]


WORDS = st.lists(st.sampled_from(["return", "x = 1", "größe", "值", "a`b", "#"]), min_size=1).map(
    " ".join
)


@st.composite
def fenced(draw: st.DrawFn) -> str:
    """A fence, closed, perhaps in a list item, with lines that only look like its end."""
    mark = draw(st.sampled_from(["```", "~~~", "````", "~~~~~"]))
    info = draw(st.sampled_from(["", "python", "js title=x"]))
    item, indent = draw(st.sampled_from([("", ""), ("  ", "  "), ("- ", "  "), ("1. ", "   ")]))
    decoy = mark[0] * 2 if len(mark) == 3 else mark[:3]
    lines = draw(st.lists(st.one_of(WORDS, st.sampled_from([decoy, mark + "x", ""])), max_size=12))
    body = "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
    return f"{item}{mark}{info}\n{body}{indent}{mark}\n"


MARKDOWN = st.tuples(
    st.lists(
        st.one_of(
            fenced(), WORDS.map("{}.\n\n".format), WORDS.map("\n## {}\n\n".format), st.just("\n\n")
        ),
        max_size=6,
    ).map("".join),
    st.sampled_from(["", "```py\nnever closed", "~~~\n\n", "```"]),
).map("".join)


def code_of(markdown: str) -> list[tuple[str, bool]]:
    """The code blocks that markdown-it reads, without white space, and whether each is closed."""
    lines = markdown.split("\n")
    blocks = [token for token in MarkdownIt("js-default").parse(markdown) if token.type == "fence"]
    closed = [
        block.map is not None
        and block.map[1] - block.map[0] > 1
        and set(lines[block.map[1] - 1].strip()) == {block.markup[0]}
        for block in blocks
    ]
    return [
        ("".join(block.content.split()), end) for block, end in zip(blocks, closed, strict=True)
    ]


@given(MARKDOWN, st.integers(40, 200))
def test_every_part_has_balanced_fences_and_code_stays_code(text: str, limit: int) -> None:
    """An independent Markdown parser finds each fence closed, and the same code in the parts."""
    blocks = [block for part in split(text, limit) for block in code_of(part)]
    assert all(closed for _, closed in blocks)
    assert "".join(code for code, _ in blocks) == "".join(code for code, _ in code_of(text))


FENCED = {
    "in a list": "Words:\n\n1. ```sh\n   make\n   ```\n2. ~~~\n   a = b\n   ~~~\n",
    "with ticks in it": "~~~\n`\n``\n```\n```x\nb\n~~~\n\n````\n``` ```\n```\n````\n",
    "after what is none": "```a`b` words\n\nWords words words words words words words words\n",
    "in a list after titles": "```\nx\n```\n\n## A\n\n\n## B b b b\n\n1. ```\n   x\n   ```\n",
    "after an empty one": "```python\n```\n  ```js title=x\n  ``\n  ```\n",
    "after titles": "## A\n\n\n### B\n\n  ```py\n\n    x = 1\n\n    y = 2\n  ```\n",
}


@pytest.mark.parametrize("text", FENCED.values(), ids=FENCED)
def test_a_fence_is_never_made_or_broken_by_a_seam(text: str) -> None:
    """Wherever a seam falls in or near a fence, the parts have the same code as the whole."""
    for before in range(60):
        shifted = "x" * before + "\n" + text
        blocks = [block for part in split(shifted, 41) for block in code_of(part)]
        assert all(closed for _, closed in blocks)
        assert "".join(code for code, _ in blocks) == "".join(code for code, _ in code_of(text))


WHOLE = [
    URL,
    LINK,
    AUTOLINK,
    CODE,
    FAMILY,
    "[![build](https://a.example/b.svg)](https://a.example/)",
]


@pytest.mark.parametrize("piece", WHOLE)
def test_what_belongs_together_is_not_cut(piece: str) -> None:
    """Wherever the limit falls in it, a link, an address, a code span or an emoji stays whole."""
    for before in range(60):
        text = "x" * before + " " + piece + " words"
        assert any(piece in own for own in own_texts(text, 60))


@given(st.lists(st.tuples(PROSE, SPACE), max_size=40), st.integers(80, 200))
def test_graphemes_stay_whole(pieces: list[tuple[str, str]], limit: int) -> None:
    """Every seam is between two grapheme clusters of the whole text."""
    text = "".join(piece + space for piece, space in pieces)
    clusters = {0, *(cluster.end() for cluster in regex.finditer(r"\X", text))}
    assert {seam.at for seam in seams_of(text, limit)} <= clusters


@given(st.lists(st.tuples(PROSE, SPACE), max_size=40), st.integers(80, 200))
def test_no_part_is_blank(pieces: list[tuple[str, str]], limit: int) -> None:
    """Where a part can have something to read, it has."""
    text = "".join(piece + space for piece, space in pieces)
    assert all(own.strip() for own in own_texts(text, limit)) or not text


PAUSES = {
    "blank line": "Words here. More\nwords.\n\n|The end, in a line that is long",
    "heading": "Words here, words there.\n|# Title\nmore. And\nmore words",
    "line end": "Words here, words. And so on\n|and on and on. And on, words",
    "sentence end": "Words here, words there. |And so on and so on and on",
    "no sentence end": "Words, words, words. |Words 12. Words words",
    "space": "Words here and words there and so on |and so on",
    "CJK sentence end": "你好。" * 9 + "|" + "你" * 20,
    "grapheme": "e\u0301\u0302" * 13 + "|" + "e\u0301\u0302" * 9,
    "last half first": "Hi.\n\n" + "x" * 35 + "|" + "x" * 25,
    "a title is not left alone": "Words, words, words.\n\n|## Title\n\nWords words",
    "before a fence": "Words words, words words:\n|```\n\nx = 1\ny = 2\n```",
    "behind a fence": "```\nx = 1\ny = 2\nz = 3\n```\n|Words, words, words",
    "line end in a fence": "```\nx = 1, y = 2\nz = f(x,  y)\n|print(x, y)\n```",
}


@pytest.mark.parametrize("pause", PAUSES.values(), ids=PAUSES)
def test_a_seam_is_where_a_reader_would_pause(pause: str) -> None:
    """The best pause in the last half of what fits is taken, the later of two equal ones."""
    first, rest = pause.split("|")
    assert own_texts(first + rest, 40)[0] == first


def test_a_fence_is_closed_and_opened_again_with_its_language() -> None:
    """Code goes on in the next part as code of the same language, at the same indentation."""
    text = "- Run:\n  ```python\n  first = 1\n  second = 2\n  third = 3\n  ```\nDone."
    assert split(text, 48) == [
        "- Run:\n  ```python\n  first = 1\n  ```",
        "  ```python\n  second = 2\n  third = 3\n  ```\nDone.",
    ]


def test_a_fence_behind_the_mark_of_a_list_item_is_one() -> None:
    """The reopened line has spaces instead of the mark, so it begins no second item."""
    assert split("1. ```sh\n   make\n   make check\n   ```", 32) == [
        "1. ```sh\n   make\n   ```",
        "   ```sh\n   make check\n   ```",
    ]


def test_a_language_too_long_to_repeat_is_left_out() -> None:
    """A long info string costs its room once, not in every part."""
    parts = split("```js title=a-very-long-name\n" + "run();\n" * 9, 40)
    assert [part.split("\n")[0] for part in parts[1:]] == ["```"] * (len(parts) - 1)


@pytest.mark.parametrize("ending", ["\n```", "\n```\n", "\n```\n\n", "\n\n```\n"])
@pytest.mark.parametrize("code", ["a\n" * 40, "    " + "x" * 80])
def test_no_part_opens_a_fence_only_or_closes_it_only(code: str, ending: str) -> None:
    """Whatever the length of code, each part that shows a fence shows code in it."""
    for length in range(10, 80):
        for part in split("Words, words.\n\n```py\n" + code[:length] + ending, 40):
            assert all(code for code, _ in code_of(part))


@pytest.mark.parametrize(
    "text", ["x" * 40, "Code:\n```py\n" + "x" * 24 + "\n```", "x" * 39 + "\n"]
)
def test_what_fits_exactly_is_one_part(text: str) -> None:
    """A text of exactly the limit, its last fence closed, needs no seam."""
    assert split(text, 40) == [text]


@pytest.mark.parametrize("text", ["x" * 40 + "\n", "x" * 40 + "\n\n\n", "\n" * 30 + "x" * 20])
def test_white_space_takes_some_text_along(text: str) -> None:
    """White space at either end is no part of its own, even where the best pause is there."""
    assert all(own.strip() for own in own_texts(text, 40))


def test_an_address_longer_than_a_part_is_cut_in_its_own_part() -> None:
    """What cannot stay whole is cut, but only where it alone exceeds the limit."""
    url = "https://example.org/" + "a" * 40
    assert own_texts("See " + url, 40) == ["See ", url[:40], url[40:]]


def test_part_and_rest_are_rendered_from_the_seam_alone() -> None:
    """A part in mid-stream is closed, and its closing line is completed where it has begun."""
    seam = Seam(10, "```py")
    assert render("```py\nabc\ndef", seam, None) == "```py\ndef\n```"
    assert render("```py\nabc\ndef\n``", seam, None) == "```py\ndef\n```"
    assert render("```py\nabc\ndef\n```\nEnd", seam, None) == "```py\ndef\n```\nEnd"


@given(MARKDOWN, st.integers(40, 200), st.data())
def test_the_part_behind_one_that_is_full_goes_on_where_that_one_ends(
    text: str, limit: int, data: st.DataObject
) -> None:
    """What stands of a part is whole again with the seam behind it, and what was cut is not."""
    start = data.draw(st.sampled_from(seams_of(text, limit)))
    length = data.draw(st.integers(0, len(text) - start.at))
    shown = render(text[: start.at + length], start, None)
    assert render(text, start, seam_behind(text, start, len(shown))) == shown
    cut = data.draw(st.integers(0, len(shown)))
    own = text[start.at : seam_behind(text, start, cut).at]
    opening = start.fence and start.fence + "\n"
    assert shown[:cut].startswith(opening + own) or not own


class Watched(str):
    """A text that notes how far it was read."""

    __slots__ = ("furthest",)

    def __getitem__(self, index: object) -> str:
        assert isinstance(index, slice)
        self.furthest = index.stop
        return str(self)[index]


def test_only_the_window_is_read() -> None:
    """However long the text, a seam is found in the limit's characters behind the last one."""
    text = Watched("Some words. " * 1000)
    seam = next_seam(text, Seam(6000), 100)
    assert seam is not None
    assert 6000 < seam.at < text.furthest <= 6101
