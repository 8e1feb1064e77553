"""Which files can be read, told before they are downloaded."""

import pytest

from bot.reading import MAX_BYTES, Kind, Unread, readable


@pytest.mark.parametrize(
    ("name", "content_type", "kind"),
    [
        ("notes.txt", "", Kind.TEXT),
        ("main.PY", "text/x-python; charset=utf-8", Kind.TEXT),
        ("main.ts", "video/mp2t", Kind.TEXT),
        ("Dockerfile", "application/octet-stream", Kind.TEXT),
        (".env", "", Kind.TEXT),
        ("drawing.svg", "image/svg+xml", Kind.TEXT),
        ("message", "text/plain", Kind.TEXT),
        ("feed", "application/atom+xml", Kind.TEXT),
        ("body", "Application/JSON", Kind.TEXT),
        ("photo.JPG", "", Kind.IMAGE),
        ("photo", "image/webp", Kind.IMAGE),
        ("report.pdf", "application/octet-stream", Kind.PDF),
        ("report", "application/pdf", Kind.PDF),
    ],
)
def test_a_kind_is_told_by_name_or_type(name: str, content_type: str, kind: Kind) -> None:
    """Either tells it, in any case; the name goes before a type that was guessed from it."""
    assert readable(name, content_type, 1) is kind


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("film.mp4", "video/mp4"),
        ("photo.heic", "image/heic"),
        ("letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("all.zip", "application/zip"),
        ("program", "application/octet-stream"),
        ("", ""),
    ],
)
def test_other_kinds_are_not_read(name: str, content_type: str) -> None:
    """Whatever is no image, text or PDF is named, and nobody downloads it."""
    assert readable(name, content_type, 1) == Unread(name, "I cannot read files of this kind")


@pytest.mark.parametrize(("name", "kind"), [("a.txt", Kind.TEXT), ("a.png", Kind.IMAGE)])
def test_a_file_has_a_largest_size(name: str, kind: Kind) -> None:
    """Each kind has its own, which is named in the refusal; an empty file has nothing to read."""
    megabytes = MAX_BYTES[kind] // 1_000_000
    assert readable(name, "", MAX_BYTES[kind]) is kind
    refusal = Unread(name, f"it is larger than {megabytes} MB")
    assert readable(name, "", MAX_BYTES[kind] + 1) == refusal
    assert readable(name, "", 0) == Unread(name, "it is empty")
