"""Files that people send: bytes in, a text or a small picture out."""

from bot.reading.files import MAX_BYTES, Kind, Picture, Text, Unread, readable
from bot.reading.read import LONGEST, read, read_in_thread

__all__ = [
    "LONGEST",
    "MAX_BYTES",
    "Kind",
    "Picture",
    "Text",
    "Unread",
    "read",
    "read_in_thread",
    "readable",
]
