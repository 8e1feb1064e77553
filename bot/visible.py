"""What people see of a model's text: without the reasoning that some models put before it."""

import re

_TAGS = ("<think>", "<thinking>")
_REASONING = re.compile(r"\s*<(think|thinking)>.*?(?:</\1>\s*|\Z)", re.DOTALL)


def visible(text: str, *, final: bool = False) -> str:
    """The text without reasoning at its start, and the white space around that; all else stays.

    While the text grows, this grows by appending only: the beginning of a tag is held back until
    it is none, or the text is ``final``. Reasoning that was never closed is not shown.
    """
    at = 0
    while reasoning := _REASONING.match(text, at):
        at = reasoning.end()
    rest = text[at:]
    held = not final and any(tag.startswith(rest.lstrip()) for tag in _TAGS)
    return "" if held else rest


def clean(text: str) -> str:
    """The text without what no store and no model takes: NUL, and halves of characters."""
    return (
        text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )
