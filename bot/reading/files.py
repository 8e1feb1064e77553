"""Which files can be read, and what a file comes to. Pure."""

from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum

from bot.completion import Image


class Kind(StrEnum):
    """How a file is read."""

    IMAGE = "image"
    TEXT = "text"
    PDF = "pdf"


MAX_BYTES = {Kind.IMAGE: 20_000_000, Kind.TEXT: 1_000_000, Kind.PDF: 20_000_000}
"""What is not even downloaded is larger."""

_PICTURES = frozenset({"avif", "bmp", "gif", "jpeg", "jpg", "png", "webp"})
_PDF = "application/pdf"
_TEXTS = """
    txt text md markdown rst adoc tex bib log csv tsv json jsonl ndjson json5 xml svg yaml yml toml
    ini cfg conf properties env sql graphql proto diff patch srt vtt ics eml

    py pyi ipynb js mjs cjs jsx ts mts cts tsx vue svelte html htm css scss sass less java kt kts
    scala groovy gradle clj c h cc cpp cxx hpp cs fs vb go rs swift m mm d zig nim dart lua rb php
    pl pm r jl hs elm ml ex exs erl lisp el scm asm s v sv vhd sol sh bash zsh fish ps1 bat cmd tf
    hcl nix cmake mk dockerfile makefile readme license gitignore
"""
"""Endings, or whole names of files without one: of prose and data, and of programs."""
_TEXT_ENDINGS = frozenset(_TEXTS.split())
_TEXTUAL = frozenset(
    f"application/{name}"
    for name in ("json", "xml", "yaml", "x-yaml", "toml", "javascript", "sql", "x-sh", "x-ndjson")
)


@dataclass(frozen=True, slots=True)
class Text:
    """A file that was read as text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image, made small; nothing is left of what its file said beside it."""

    name: str
    media_type: str
    data: bytes

    @property
    def image(self) -> Image:
        """As a model gets it."""
        return Image(self.media_type, b64encode(self.data).decode())


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read: an ordinary outcome that people are told, no failure."""

    name: str
    why: str
    """Half a sentence, to stand behind the name and a colon."""


def readable(name: str, content_type: str, size: int) -> Kind | Unread:
    """How a file would be read, judged before its ``size`` bytes are here, or why it is not."""
    kind = _kind(name.lower().rpartition(".")[2], content_type.partition(";")[0].strip().lower())
    if kind is None:
        return Unread(name, "I cannot read files of this kind")
    if not size:
        return Unread(name, "it is empty")
    if size > MAX_BYTES[kind]:
        return Unread(name, f"it is larger than {MAX_BYTES[kind] // 1_000_000} MB")
    return kind


def _kind(ending: str, media_type: str) -> Kind | None:
    """By the ending first: platforms guess the type from it, and take ``.ts`` for a film."""
    if ending in _TEXT_ENDINGS:
        return Kind.TEXT
    if ending in _PICTURES or media_type.removeprefix("image/") in _PICTURES:
        return Kind.IMAGE
    if ending == "pdf" or media_type == _PDF:
        return Kind.PDF
    textual = media_type.startswith("text/") or media_type.endswith(("+json", "+xml"))
    return Kind.TEXT if textual or media_type in _TEXTUAL else None
