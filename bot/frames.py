"""What is said again where a part begins in the middle of something: of a fence, or of a table."""

import re
from collections.abc import Iterator

# Fences: at any indentation, also behind the mark of a list item, as models write them. What is
# longer than these bounds is read as text; so a part's frame and the work for it are bounded.
INDENT = r"^(?P<indent>[ \t]{0,40})(?P<item>(?:[-*+]|\d{1,9}[.)])[ \t]{1,9})?"
MARK = re.compile(INDENT + r"(?:`{3,40}|~{3,40})", re.MULTILINE)
_FENCE = re.compile(
    INDENT + r"(?P<mark>`{3,40}(?![^\n]*`)|~{3,40}(?!~))(?P<info>[^\n]*)", re.MULTILINE
)
_BARE = re.compile(r"([ \t]*(?:`+|~+)).*")
_ROWS = re.compile(r"^(?P<head>\|[^\n]*\n\|[ \t]*:?-[-:| \t]*)\n(?:\|[^\n]*\n)*\Z", re.MULTILINE)
"""A table at the end, by https://github.github.com/gfm/#tables-extension-."""


def bare(fence: str) -> str:
    """An opening line without its language: also the line that closes the fence."""
    return _BARE.sub(r"\1", fence)


def fence_of(opening: str) -> str:
    """The fence that a part begins with, where it is not the head of a table."""
    return "" if opening.startswith("|") else opening


def head_between(own: str, rest: str, opening: str) -> str:
    """The head of the table that stands last and goes on in the rest; "" where none does.

    ``opening``: what a part of this own text begins with.
    """
    table = _ROWS.search(f"{opening}\n{own}") if rest.startswith("|") else None
    return table["head"] if table else ""


def headless(text: str, part: str) -> Iterator[str]:
    """A text with the part that goes on with its last table, without the head that was added."""
    head = head_between(text, part, "") + "\n"
    if head.strip() and part.startswith(head):
        yield text + part.removeprefix(head)


def fences(own: str, fence: str) -> Iterator[tuple[int, int, str]]:
    """Where each stretch in a fence begins and ends, and the fence that is open behind it."""
    begin, fence = 0, fence_of(fence)
    for line in _FENCE.finditer(own):
        indent, item, mark, info = line.group("indent", "item", "mark", "info")
        if not fence:
            begin = line.start() + 1
            fence = indent + " " * len(item or "") + mark + info.rstrip()
        elif not item and not info.strip() and mark.startswith(bare(fence).strip()):
            yield begin, line.end(), ""
            fence = ""
    if fence:
        yield begin, len(own), fence


def fence_after(own: str, fence: str) -> str:
    """The fence that is open behind this, "" where none is."""
    return ["", *(after for _, _, after in fences(own, fence))][-1]


def framed(own: str, fence: str) -> str:
    """A part's own text as it stands: with what opens it again, and its fence closed."""
    opening = fence + "\n" if fence else ""
    return opening + own + closing(own, fence_after(own, fence))


def closing(own: str, fence: str) -> str:
    """What closes the fence behind a part's own text: a closing line that began is completed."""
    mark = bare(fence)
    line = own[own.rfind("\n") + 1 :]
    begun = mark.startswith(line) and line != mark  # the whole of it would be an opening line
    return mark[len(line) :] if begun or not fence else "\n" + mark
