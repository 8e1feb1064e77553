"""Cuts a growing answer into parts that a platform holds, never inside what must stay whole.

A seam depends on one thing only: the shortest beginning of the rest that does not fit (the
*window*). More text cannot change it, so a seam that was shown never moves; and nothing beyond
the limit is ever read. A fence that is open at a seam is closed there and opened again in the
next part, and a table that goes on there gets its head again: the seam carries these lines, so
each part is read on its own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import regex

from bot.frames import bare, fence_of, head_between, headless


@dataclass(frozen=True, slots=True)
class Seam:
    """Where a part begins."""

    at: int
    """The offset in the text of the part's own first character."""
    fence: str = ""
    """The line that opens the fence again, or the head of the table; "" outside of both."""


START = Seam(0)


def next_seam(text: str, start: Seam, limit: int) -> Seam | None:
    """Where the part behind the one at ``start`` begins, for parts of ``limit`` characters.

    None: the rest fits into one part, as it did at every length while it grew. A seam that is
    returned once is returned for every longer text. ``limit`` is 1 or more.
    """
    window = _window(text[start.at : start.at + limit + 1], start.fence, limit)
    if window is None:
        return None
    seams = (_seam_at(window, start, at, limit) for at in _by_merit(window, start.fence))
    return next(seam for seam in seams if len(_framed("x", seam.fence)) <= limit)


def seam_behind(text: str, start: Seam, shown: int) -> Seam:
    """Where the next part begins when only ``shown`` rendered characters of this one stand.

    A closing fence may be among them, so where a fence is open they count for less text.
    """
    own = text[start.at : start.at + shown]
    while own and len(_framed(own, start.fence)) > shown:
        own = own[:-1]
    return _seam_at(text[start.at : start.at + len(own) + 1], start, len(own), shown)


def render(text: str, start: Seam, end: Seam | None) -> str:
    """What stands on the platform for one part (``end`` None: the last one), fences added."""
    return _framed(text[start.at : end.at if end else None], start.fence)


def split(text: str, limit: int) -> list[str]:
    """All parts of a finished text, as they stand on the platform."""
    parts, start = [], START
    while end := next_seam(text, start, limit):
        parts.append(render(text, start, end))
        start = end
    return [*parts, render(text, start, None)]


def joined(parts: Iterable[str]) -> str:
    """What these parts were split from: a fence that was closed and opened at a seam goes on."""
    text = ""
    for part in parts:
        text = next(_healed(text, part), text + part)
    return text


def _healed(text: str, part: str) -> Iterator[str]:
    yield from headless(text, part)
    end = text.rfind("\n")
    for own in (text[: end + 1], text[:end]):  # seams stand behind a line, where they can
        fence = _fence_after(own, "")
        if fence and own + _closing(own, fence) == text:
            again = (line + "\n" for line in (fence, bare(fence)))
            yield from (own + part.removeprefix(line) for line in again if part.startswith(line))


def _window(rest: str, fence: str, limit: int) -> str | None:
    begun = (len(mark[0]) for mark in _MARK.finditer(rest))
    added = len(fence) + 1 + max(len(bare(fence_of(fence))), *begun, 0) + 1  # at most
    for length in range(max(limit - added, 0) + 1, len(rest) + 1):
        if len(_framed(rest[:length], fence)) > limit:
            return rest[:length]
    return None


def _seam_at(window: str, start: Seam, at: int, limit: int) -> Seam:
    fence = _fence_after(window[:at], start.fence)
    again = fence or head_between(window[:at], window[at:], start.fence)
    return Seam(start.at + at, again if len(again) <= limit // 4 else bare(fence))


# Fences: at any indentation, also behind the mark of a list item, as models write them. What is
# longer than these bounds is read as text; so a part's frame and the work for it are bounded.
_INDENT = r"^(?P<indent>[ \t]{0,40})(?P<item>(?:[-*+]|\d{1,9}[.)])[ \t]{1,9})?"
_MARK = re.compile(_INDENT + r"(?:`{3,40}|~{3,40})", re.MULTILINE)
_FENCE = re.compile(
    _INDENT + r"(?P<mark>`{3,40}(?![^\n]*`)|~{3,40}(?!~))(?P<info>[^\n]*)", re.MULTILINE
)


def _fences(own: str, fence: str) -> Iterator[tuple[int, int, str]]:
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


def _fence_after(own: str, fence: str) -> str:
    return ["", *(after for _, _, after in _fences(own, fence))][-1]


def _framed(own: str, fence: str) -> str:
    opening = fence + "\n" if fence else ""
    return opening + own + _closing(own, _fence_after(own, fence))


def _closing(own: str, fence: str) -> str:
    """What closes the fence behind a part's own text: a closing line that began is completed."""
    mark = bare(fence)
    line = own[own.rfind("\n") + 1 :]
    begun = mark.startswith(line) and line != mark  # the whole of it would be an opening line
    return mark[len(line) :] if begun or not fence else "\n" + mark


_WHOLE = regex.compile(
    rf"{_INDENT}(?:`{{3}}|~{{3}})[^\n]*"
    r"|^[ \t]*(?:[-*+]|\d{1,9}[.)]?)?[ \t]*[`~]{0,2}\Z"
    r"|<https?://[^<>\n]*(?:>|\Z)"
    r"|!?\[(?:[^\[\]\n]|\[[^\[\]\n]*+(?:\]|\Z))*+(?:\Z|\](?:\Z|"
    r"\((?:[^()\n]|\([^()\n]*+(?:\)|\Z))*+(?:\)|\Z)))"
    r"|https?://[!-;=?-~\w]+"
    r"|(?P<ticks>`+)[^`\n]+(?:(?P=ticks)|\Z)"
    r"|(?<=^[ \t]*)[`~]{1,2}[^`~]",  # cut behind it, a part would complete it to a closing line
    regex.MULTILINE,
)
"""Fence lines, links, addresses, code spans; what the window cuts off counts as what it may be."""
_TICKS = re.compile(r"(?<![ \t])[ \t]*(?:`{3,}|~{3,}|[`~]{1,2}\Z)[ \t]*")
"""What may be read as a fence if a part began or ended there."""
_LEADING = re.compile(
    rf"(?:^#{{1,6}} |{_INDENT}(?:`{{3}}|~{{3}}))[^\n]*\n?(?:[ \t\r]*\n)*(?=(?P<next>[ \t]*))",
    re.MULTILINE,
)
"""Headings and opening fences, which stay with what follows them."""
_BREAK = regex.compile(
    r"(?P<paragraph>\n\s*\n|\n(?=#{1,6} ))|(?P<line>\n)"
    r"|(?P<sentence>(?<![\d\p{STerm}])\p{STerm}+[\p{Pe}\p{Pf}\"'*_]*[ \t]+"
    r"|[^\P{STerm}\x00-\x7F]+[\p{Pe}\p{Pf}]*)"  # no spaces behind 。 and its like
    r"|(?P<space>[ \t\u3000]+)"
)
_RANKS = ("paragraph", "line", "sentence", "space")


def _by_merit(window: str, fence: str) -> list[int]:
    """Every offset at which the window may be cut, the best first."""
    code = {at for begin, end, _ in _fences(window, fence) for at in range(begin, end)}
    clusters = {cluster.end() for cluster in regex.finditer(r"\X", window)}
    broken = set(_broken(window, code))
    awkward = set(_awkward(window, code))
    ranks = {found.end(): _RANKS.index(found.lastgroup) for found in _BREAK.finditer(window)}

    def demerits(at: int) -> tuple[bool, bool, bool, bool, int, int]:
        rank = ranks.get(at, len(_RANKS)) + (at in code)
        early = 2 * at < len(window)
        return at not in clusters, at in broken, at in awkward, early, rank, -at

    return sorted(range(1, len(window)), key=demerits)


def _broken(window: str, code: set[int]) -> Iterator[int]:
    """Cuts that change what is read: through a link, or so that code begins or ends."""
    for span in _WHOLE.finditer(window):
        yield from range(span.start() + 1, span.end())
    for run in _TICKS.finditer(window):
        begin = run.start() + window[: run.start()].endswith("\n")
        if run.start() in code:  # it may close the fence: not without the code before it
            begin = len(window[: run.start()].rstrip())
        yield from range(begin, run.end() + 1)


def _awkward(window: str, code: set[int]) -> Iterator[int]:
    """Cuts that leave white space alone, or a line without what it leads."""
    yield from range(len(window) - len(window.lstrip()) + 1)
    yield from range(len(window.rstrip()), len(window))
    for line in _LEADING.finditer(window):
        if line.start() not in code:
            yield from range(line.start() + 1, line.end("next") + 1)
