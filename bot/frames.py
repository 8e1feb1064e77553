"""What is said again where a part begins in the middle of something: of a fence, or of a table."""

import re
from collections.abc import Iterator

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
