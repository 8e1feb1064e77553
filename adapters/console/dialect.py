"""What a terminal is shown: no text of a model may drive it. Pure."""

import re

_HARMFUL = re.compile(
    r"\x1b\[[0-?]*[ -/]*(?:[@-~]|\Z)"  # colours and cursor movements, whole or still growing
    r"|\x1b\][^\x00-\x1f\x7f]*(?:\x07|\x1b\\|\x1b?\Z)"  # titles, links, the clipboard
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # any other control but tab and line feed
)
_LAST_FENCE = re.compile(r"\n[ \t]*(?:`{3,}|~{3,})[ \t]*\Z")
_HALVES = re.compile("[\ud800-\udfff]")


def harmless(text: str) -> str:
    """The text without control characters and the escape sequences of ECMA-48.

    While the text grows, this grows by appending only.
    """
    return _HALVES.sub("\ufffd", _HARMFUL.sub("", text))


def growing(text: str) -> str:
    """As much of an unfinished part as stays: what only closes its code for now is left out."""
    return _LAST_FENCE.sub("", text)
