"""Cuts a growing answer into parts that a platform holds, never inside what must stay whole.

A seam depends on one thing only: the shortest beginning of the rest that does not fit (the
*window*). More text cannot change it, so a seam that was shown never moves; and nothing beyond
the limit is ever read. A fence that is open at a seam is closed there and opened again in the
next part, and a table that goes on there gets its head again: the seam carries these lines, so
each part is read on its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.cuts import by_merit
from bot.frames import (
    MARK,
    bare,
    closing,
    fence_after,
    fence_of,
    framed,
    head_between,
    headless,
)


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
    cuts = by_merit(window, start.fence, len(window) / 2)
    seams = (_seam_at(window, start, at, limit) for at in cuts)
    return next(seam for seam in seams if len(framed("x", seam.fence)) <= limit)


def seam_behind(text: str, start: Seam, shown: int) -> Seam:
    """Where the next part begins when only ``shown`` rendered characters of this one stand.

    A closing fence may be among them, so where a fence is open they count for less text.
    """
    own = text[start.at : start.at + shown]
    while own and len(framed(own, start.fence)) > shown:
        own = own[:-1]
    return _seam_at(text[start.at : start.at + len(own) + 1], start, len(own), shown)


def render(text: str, start: Seam, end: Seam | None) -> str:
    """What stands on the platform for one part (``end`` None: the last one), fences added."""
    return framed(text[start.at : end.at if end else None], start.fence)


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
        fence = fence_after(own, "")
        if fence and own + closing(own, fence) == text:
            again = (line + "\n" for line in (fence, bare(fence)))
            yield from (own + part.removeprefix(line) for line in again if part.startswith(line))


def _window(rest: str, fence: str, limit: int) -> str | None:
    begun = (len(mark[0]) for mark in MARK.finditer(rest))
    added = len(fence) + 1 + max(len(bare(fence_of(fence))), *begun, 0) + 1  # at most
    for length in range(max(limit - added, 0) + 1, len(rest) + 1):
        if len(framed(rest[:length], fence)) > limit:
            return rest[:length]
    return None


def _seam_at(window: str, start: Seam, at: int, limit: int) -> Seam:
    fence = fence_after(window[:at], start.fence)
    again = fence or head_between(window[:at], window[at:], start.fence)
    return Seam(start.at + at, again if len(again) <= limit // 4 else bare(fence))
