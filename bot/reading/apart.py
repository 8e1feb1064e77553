"""Images and PDFs, read by a process of their own: whatever they do to it, the bot goes on."""

import subprocess
import sys
from pathlib import Path

from bot.reading.files import Picture, Text, Unread
from bot.reading.texts import shortened

SECONDS = 10
"""For the whole of it; most take a third of one."""

_HERE = Path(__file__).parent
_WHY = {3: "it is protected by a password", 4: "it has more than 50 million pixels"}
"""By the code that a script exits with."""


def picture(name: str, data: bytes) -> Picture | Unread:
    """An image, made small."""
    said = _run("image_child.py", name, data)
    if isinstance(said, Unread):
        return said
    media_type, _, small = said.partition(b"\n")
    return Picture(name, media_type.decode(), small)


def pdf(name: str, data: bytes, limit: int) -> Text | Unread:
    """The text of a PDF's first pages."""
    said = _run("pdf_child.py", name, data, str(limit))
    if isinstance(said, Unread):
        return said
    if not said.strip():
        return Unread(name, "it holds no text, perhaps only scanned pages")
    return Text(name, shortened(said.decode(), limit))


def _run(script: str, name: str, data: bytes, *arguments: str) -> bytes | Unread:
    confined = [sys.executable, "-P", str(_HERE / "confined.py"), str(SECONDS)]
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and scripts
            [*confined, str(_HERE / script), *arguments],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what it complains of may quote the file
            timeout=SECONDS,
            check=False,
            start_new_session=True,  # Ctrl-C is for us
        )
    except subprocess.TimeoutExpired:
        return Unread(name, f"it takes more than {SECONDS} seconds to read")
    if child.returncode:
        return Unread(name, _WHY.get(child.returncode, "it is damaged"))
    return child.stdout
