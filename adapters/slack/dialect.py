"""A model's Markdown as Slack is to show it: its own, but nobody is called. Pure.

A stream on Slack only grows, so what was said of a text's beginning is never taken back: a mark
goes into a call as its last needed character comes, and code is told by the lines above it.
"""

import html
import re
from collections.abc import Iterator

_MARK = "\u200b"
"""Takes no room on the screen; a call with it inside is none."""
_ALL = "(?i:here|channel|everyone)"
_CALLS = rf"<!(?:{_ALL}|subteam\^)|<@[UW][A-Z0-9]"
_IN_CODE = re.compile(_CALLS)
_IN_TEXT = re.compile(rf"{_CALLS}|(?<!\w)@{_ALL}")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE = re.compile(
    r"[ \t]*(?P<item>(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<mark>`{3,}(?!.*`)|~{3,})(?P<info>.*)"
)


def dialect(text: str) -> str:
    """The text for ``markdown_text`` and markdown blocks; said twice it has the effect of once.

    What is said of a text begins what is said of every longer one. Each call of a person, a group
    or everybody gets a character more; in code, ``@channel`` and the like may be a variable and
    stand. https://docs.slack.dev/messaging/formatting-message-text#special-mentions
    """
    return "".join(_lines(text)) if _IN_TEXT.search(text) else text


def mrkdwn(text: str) -> str:
    """The text, calling nobody, for what takes no Markdown: escaped as Slack wants it.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return html.escape(dialect(text), quote=False)


def _lines(text: str) -> Iterator[str]:
    fence = ""
    for line in _LINE.findall(text):
        yield (_IN_CODE if fence else _IN_TEXT).sub(_defused, line)
        fence = _fence_after(line, fence)


def _defused(call: re.Match[str]) -> str:
    return call[0][:-1] + _MARK + call[0][-1]


def _fence_after(line: str, fence: str) -> str:
    found = _FENCE.match(line)
    if not found:
        return fence
    if not fence:
        return found["mark"]
    closes = not found["item"] and not found["info"].strip() and found["mark"].startswith(fence)
    return "" if closes else fence
