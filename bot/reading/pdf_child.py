"""Reads the text of a PDF: the file on stdin, the text on stdout; run by confined.py.

Its last argument is the number of characters that are wanted. It exits with 3 where a password
is needed; with anything else but 0 the file is damaged, and nobody reads the traceback.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import islice

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

_PAGES = 200
_PROTECTED = 3


def text_of(reader: PdfReader, limit: int) -> str:
    """The text of the first pages: of all, or more than ``limit`` characters."""
    texts = (page.extract_text() for page in islice(reader.pages, _PAGES))
    text = "\n".join(_until(limit, texts))
    pages = len(reader.pages)
    if not text.strip() or pages <= _PAGES:
        return text
    return f"{text}\n[cut: only the first {_PAGES} of {pages:,} pages are here]"


def _until(limit: int, texts: Iterator[str]) -> Iterator[str]:
    for text in texts:
        yield text
        limit -= len(text)
        if limit < 0:
            return


def main() -> None:
    """Read one file."""
    try:
        text = text_of(PdfReader(BytesIO(sys.stdin.buffer.read())), int(sys.argv[-1]))
    except (FileNotDecryptedError, DependencyError):  # a password, or a cipher that is not here
        sys.exit(_PROTECTED)
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
