"""Text files, however they are encoded."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.reading import MAX_BYTES, Kind, Text, Unread, read

PRINTABLE = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff")


def text_of(data: bytes, limit: int = 1000) -> str:
    """What is read in a text file."""
    found = read("a.txt", "", data, limit)
    assert isinstance(found, Text), found
    return found.text


@given(st.text(PRINTABLE, min_size=1), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_unicode_comes_back_as_it_was(text: str, encoding: str) -> None:
    """UTF-8 with and without a mark, and UTF-16 with one, are read to the character."""
    assert text_of(text.encode(encoding)) == text


def test_utf_16_of_either_order() -> None:
    """Its byte order mark says how it is to be read."""
    assert text_of(b"\xfe\xff\x00h\x00i") == text_of(b"\xff\xfeh\x00i\x00") == "hi"


def test_an_older_file_is_read_as_windows_1252() -> None:
    """What is no UTF-8 and looks like text is one byte a character, curly quotes included."""
    assert text_of(b"\x93Gr\xfc\xdfe\x94\r\n\tKoblenz") == "\u201cGrüße\u201d\r\n\tKoblenz"


def test_colours_of_a_log_stay() -> None:
    """Escape sequences make no file binary."""
    assert text_of(b"\x1b[31mfailed\x1b[0m\n") == "\x1b[31mfailed\x1b[0m\n"


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04", b"\x7fELF\x02", b"text\0", b"\xff\xfe\0", b"\xff\xfe\0\xd8", b"\x81\xe9"],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    """A binary file with a text's name, half characters, and bytes that no encoding has."""
    assert read("a.txt", "", data) == Unread("a.txt", "it is no text, whatever its name says")


@given(st.text(PRINTABLE, min_size=1), st.integers(1, 20))
@example("x" * 20, 20)
def test_a_text_is_cut_at_its_limit(text: str, limit: int) -> None:
    """A text is whole, or its beginning with a note that says so."""
    found = text_of(text.encode(), limit)
    cut = f"{text[:limit]}\n[cut: only the first {limit} characters are here]"
    assert found == (text if len(text) <= limit else cut)


def test_what_is_refused_unread_is_not_read_either() -> None:
    """A file that turns out too large, or of another kind, is refused by its bytes, too."""
    refused = read("a.txt", "", b"x" * (MAX_BYTES[Kind.TEXT] + 1))
    assert refused == Unread("a.txt", "it is larger than 1 MB")
    assert read("a.zip", "", b"x") == Unread("a.zip", "I cannot read files of this kind")
