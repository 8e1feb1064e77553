"""One way in for every kind of file."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot.reading.apart import pdf, picture
from bot.reading.files import Kind, Picture, Text, Unread, readable
from bot.reading.texts import decoded, shortened

LONGEST = 30_000
"""Characters of a file's text, where nobody says otherwise."""

_THREADS = ThreadPoolExecutor(2, "reading")


def read(
    name: str, content_type: str, data: bytes, limit: int = LONGEST
) -> Text | Picture | Unread:
    """What a file holds: a text of up to ``limit`` characters, or a picture. Takes up to 10 s."""
    kind = readable(name, content_type, len(data))
    if isinstance(kind, Unread):
        return kind
    if kind is Kind.IMAGE:
        return picture(name, data)
    return pdf(name, data, limit) if kind is Kind.PDF else _text(name, data, limit)


def _text(name: str, data: bytes, limit: int) -> Text | Unread:
    text = decoded(data)
    if text is None:
        return Unread(name, "it is no text, whatever its name says")
    return Text(name, shortened(text, limit))


async def read_in_thread(
    name: str, content_type: str, data: bytes, limit: int = LONGEST
) -> Text | Picture | Unread:
    """``read`` beside the loop, two files at a time, so that their memory stays bounded.

    Not by ``asyncio.to_thread``: its few threads look up host names, too, and must not wait.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, read, name, content_type, data, limit)
