"""Text files: their characters, however they are encoded. Pure."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

_CONTROL = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""No text has these; white space and the escapes of coloured logs are left."""


def decoded(data: bytes) -> str | None:
    """The text of a file; None: it is none.

    UTF-16 where it begins with a byte order mark, else UTF-8, else Windows-1252, which is what
    is meant by Latin-1: https://encoding.spec.whatwg.org/#names-and-labels
    """
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return _as(data, "utf-16")
    return _as(data, "utf-8-sig") or _as(data, "cp1252")


def _as(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters, and a note where there are more."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n[cut: only the first {limit:,} characters are here]"
