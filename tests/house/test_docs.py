"""What the pages point at exists."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.house.project import ROOT, files

PAGES = files(".md")

OURS = re.compile(r"(?:bot|adapters|storage|tests|bench|docs|\.ci)/[\w./*-]*[\w/*]")
"""A path inside the project, as text."""

TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")


def tokens(page: Path) -> Iterator[Token]:
    """Everything that stands on a page, inside of paragraphs too."""
    for token in MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def code(page: Path) -> Iterator[str]:
    """What is set as code, in a line or in a block of its own."""
    for token in tokens(page):
        if token.type in {"code_inline", "fence", "code_block"}:
            yield token.content


def missing_links(page: Path) -> list[str]:
    """Relative links, and pictures, that lead nowhere."""
    targets = [str(t.attrGet("href") or t.attrGet("src") or "") for t in tokens(page)]
    paths = [urlsplit(target).path for target in targets if not urlsplit(target).scheme]
    return [path for path in paths if path and not (page.parent / path).exists()]


def missing_paths(page: Path) -> list[str]:
    """Files and folders that a page names as code and that are not there."""
    named = {path for text in code(page) for path in OURS.findall(text)}
    return sorted(path for path in named if not list(ROOT.glob(path.rstrip("/"))))


def missing_targets(page: Path) -> list[str]:
    """What ``make`` is asked for on a page and cannot do."""
    known = re.findall(
        r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    asked = {name for text in code(page) for name in re.findall(r"\bmake (?:-s )?([a-z]+)", text)}
    return sorted(asked - set(known))


def missing_tests(page: Path) -> list[str]:
    """Tests that a page names and that do not exist."""
    named = TEST.findall(page.read_text(encoding="utf-8"))
    return [f"{path}::{name}" for path, name in named if not defined(ROOT / path, name)]


def defined(path: Path, name: str) -> bool:
    """Whether a file has a test of this name."""
    pattern = rf"^(async )?def {name}\("
    return path.exists() and bool(
        re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    )


CHECKS = [missing_links, missing_paths, missing_targets, missing_tests]


@pytest.mark.parametrize("missing", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_at_exists(page: Path, missing: Callable[[Path], list[str]]) -> None:
    """No page names a file, a link, a make target or a test that is not there."""
    assert missing(page) == []


@pytest.mark.parametrize("missing", CHECKS, ids=lambda check: check.__name__)
def test_what_is_missing_is_found(tmp_path: Path, missing: Callable[[Path], list[str]]) -> None:
    """Each of these checks sees what it is for, in prose, tables and blocks of code."""
    page = tmp_path / "page.md"
    page.write_text(
        "[a](gone.md) and `bot/gone.py`\n\n| | |\n|-|-|\n| `tests/bot/gone.py::test_x` | |\n\n"
        "```sh\nprintf x | make -s gone\n```\n"
    )
    assert missing(page)


def test_every_invariant_names_its_tests() -> None:
    """In docs/architecture.md each of the thirteen invariants stands beside a test."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| *\d+\b", line)]
    assert len(rows) == 13
    assert [row for row in rows if not TEST.search(row)] == []
