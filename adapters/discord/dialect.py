"""A model's Markdown as Discord shows it. Pure.

Discord knows no tables, images, task lists, rules, HTML, nor headings below the third level.
https://support.discord.com/hc/en-us/articles/210298617-Markdown-Text-101

The text is read line by line, and no line waits for a later one: a part's messages are cut from
a growing text, so a line that ended is never written anew. That is why a table begins with its
first row (not with the line below it, as a parser for whole documents has it), and why its
columns are as wide as their cells were so far. Mentions stand: every call says who may be pinged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.cells import cell_len

_FOREIGN = re.compile(
    r"^[ \t]*(?:\||#{4,6} |[-*+][ \t]+\[[ xX]\]|[-*_]{3}|</?(?:details|summary)>)|!\[",
    re.MULTILINE,
)
"""Without one of these the text is Discord's own already."""
_FENCE = re.compile(
    r"[ \t]*(?P<item>(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<mark>`{3,}(?!.*`)|~{3,})(?P<info>.*)"
)
_ROW = re.compile(r"[ \t]*\|")
_FIRST_ROW = re.compile(r"[ \t]*\|[ \t]")
_CELLS = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r":?-+:?")
_FENCES = "```\n"
_WIDEST = 24
"""Longer cells do not widen their column: telephones break lines soon."""
_LINE = re.compile(r"[^\n]*\n|[^\n]+")

_HEADING = re.compile(r"^([ \t]*###)#{1,3}(?= )")
_TASK = re.compile(r"^([ \t]*[-*+][ \t]+)\[([ xX])\](?=[ \t])")
_BOXES = {" ": "☐", "x": "☑", "X": "☑"}
_RULE = re.compile(r"^(?:-{3,}|\*{3,}|_{3,})(?=[ \t]*\n)")
_SUMMARY = re.compile(r"^[ \t]*(?:<details>)?[ \t]*<summary>(.*)</summary>[ \t]*$")
_DETAILS = re.compile(r"^[ \t]*</?details>[ \t]*$")
_IMAGE = re.compile(
    r"(?P<code>(?P<ticks>`+).*?(?:(?<!`)(?P=ticks)(?!`)|$))"  # or code that may yet end
    r"|(?<!!)!\[(?P<name>[^\[\]\n]*)\](?=\(https?://)"
)


def dialect(text: str) -> str:
    """The text for Discord; said twice it has the effect of once. Code stays as it is.

    While the text grows, all lines that ended stay. A table at the end stays open, like a fence
    that a model has not closed yet: whoever cuts the text into messages closes it.
    """
    return "".join(_lines(text)) if _FOREIGN.search(text) else text


def _lines(text: str) -> Iterator[str]:
    fence, table = "", None
    for line in _LINE.findall(text):
        if not fence and (_ROW if table else _FIRST_ROW).match(line):
            yield "" if table else _FENCES
            table = table or _Table()
            yield table.row(line)
        elif table and not line.strip() and not line.endswith("\n"):
            return  # the next row may follow, or the end of the table
        else:
            yield _FENCES if table else ""
            before, table = fence, None
            fence = _fence_after(line, before)
            yield line if before or fence else _line(line)


def _fence_after(line: str, fence: str) -> str:
    found = _FENCE.match(line)
    if not found:
        return fence
    if not fence:
        return found["mark"]
    closes = not found["item"] and not found["info"].strip() and found["mark"].startswith(fence)
    return "" if closes else fence


def _line(line: str) -> str:
    line = _SUMMARY.sub(r"**\1**", _DETAILS.sub("", line))
    line = _HEADING.sub(r"\1", line)
    line = _TASK.sub(lambda task: task[1] + _BOXES[task[2]], line)
    line = _RULE.sub(lambda rule: "─" * len(rule[0]), line)
    return _IMAGE.sub(_link, line)


def _link(found: re.Match[str]) -> str:
    return found["code"] or f"[{found['name'] or 'image'}]"


@dataclass(slots=True)
class _Table:
    """A table on its way."""

    widths: list[int] = field(default_factory=list)
    rows: int = 0

    def row(self, line: str) -> str:
        """The next row with its cells padded; a cell that still grows ends where it ends."""
        *cells, last = (
            cell.strip() for cell in _CELLS.split(line.strip().replace("```", "`"))[1:]
        )
        rule = self.rows == 1 and all(map(_DELIMITER.fullmatch, cells))
        self.rows += 1
        padded = (self._padded(number, cell, rule=rule) for number, cell in enumerate(cells))
        end = "\n" if line.endswith("\n") else ""
        return "|" + "".join(f" {cell} |" for cell in padded) + f" {last}".rstrip() + end

    def _padded(self, number: int, cell: str, *, rule: bool) -> str:
        if rule:
            return "-" * self.widths[number] if number < len(self.widths) else cell
        self.widths += [0] * (number + 1 - len(self.widths))
        length = cell_len(cell)
        self.widths[number] = max(self.widths[number], min(length, _WIDEST))
        return cell + " " * (self.widths[number] - length)
