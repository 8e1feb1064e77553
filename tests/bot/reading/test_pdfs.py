"""The text of PDFs, and what people are told where there is none."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from bot.reading import Text, Unread, apart, read

FONT = DictionaryObject(
    {
        NameObject("/Type"): NameObject("/Font"),
        NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    }
)


def written(texts: Sequence[str]) -> PdfWriter:
    """A PDF with these pages."""
    writer = PdfWriter()
    for text in texts:
        page = writer.add_blank_page(100, 100)
        content = DecodedStreamObject()
        content.set_data(f"BT /F 12 Tf ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = content
        fonts = DictionaryObject({NameObject("/F"): FONT})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    return writer


def file(writer: PdfWriter) -> bytes:
    """A PDF as a file."""
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_text_of_all_pages() -> None:
    """Pages follow each other, a line for each."""
    assert read("a.pdf", "", file(written(["one", "two"]))) == Text("a.pdf", "one\ntwo")


def test_a_long_text_is_cut() -> None:
    """What is beyond the limit is left out, and a note says so."""
    found = read("a.pdf", "", file(written(["one", "two", "three"])), limit=5)
    assert found == Text("a.pdf", "one\nt\n[cut: only the first 5 characters are here]")


def test_many_pages_are_cut() -> None:
    """What is behind the first 200 pages is left out, and a note says so."""
    found = read("a.pdf", "", file(written(["x"] * 200 + ["beyond"])))
    note = "[cut: only the first 200 of 201 pages are here]"
    assert found == Text("a.pdf", "x\n" * 200 + note)


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_password_is_said(algorithm: str) -> None:
    """A PDF that only opens with a password is refused for that, whatever its cipher."""
    locked = written(["secret"])
    locked.encrypt("password", algorithm=algorithm)
    assert read("a.pdf", "", file(locked)) == Unread("a.pdf", "it is protected by a password")


def test_a_scan_has_no_text() -> None:
    """Pages without text are refused, not taken for an empty text."""
    scan = written([""])
    refusal = Unread("a.pdf", "it holds no text, perhaps only scanned pages")
    assert read("a.pdf", "", file(scan)) == refusal


@pytest.mark.parametrize("data", [b"no PDF", file(written(["x"]))[:200]])
def test_a_broken_file_is_said(data: bytes) -> None:
    """What cannot be read at all is damaged."""
    assert read("a.pdf", "", data) == Unread("a.pdf", "it is damaged")


def test_nothing_takes_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that takes too long is given up."""
    monkeypatch.setattr(apart, "SECONDS", 0)
    refusal = Unread("a.pdf", "it takes more than 0 seconds to read")
    assert read("a.pdf", "", file(written(["x"]))) == refusal
