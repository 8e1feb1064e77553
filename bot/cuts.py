"""Where a text may be cut, so that both sides read well."""

import re
from collections.abc import Iterator

import regex

from bot.frames import INDENT, fences

_WHOLE = regex.compile(
    rf"{INDENT}(?:`{{3}}|~{{3}})[^\n]*"
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
    rf"(?:^#{{1,6}} |{INDENT}(?:`{{3}}|~{{3}}))[^\n]*\n?(?:[ \t\r]*\n)*(?=(?P<next>[ \t]*))",
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


def by_merit(window: str, fence: str, least: float) -> list[int]:
    """Every offset at which the window may be cut, the best first; those before ``least`` last."""
    code = {at for begin, end, _ in fences(window, fence) for at in range(begin, end)}
    clusters = {cluster.end() for cluster in regex.finditer(r"\X", window)}
    broken = set(_broken(window, code))
    awkward = set(_awkward(window, code))
    ranks = {found.end(): _RANKS.index(found.lastgroup) for found in _BREAK.finditer(window)}

    def demerits(at: int) -> tuple[bool, bool, bool, bool, int, int]:
        rank = ranks.get(at, len(_RANKS)) + (at in code)
        return at not in clusters, at in broken, at in awkward, at < least, rank, -at

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
