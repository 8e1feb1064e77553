"""What holds for the project's files as a whole."""

import ast
import re
import tokenize
import tomllib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from tokenize import generate_tokens

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.project import ROOT, files

JOURNEY = (
    "bot/messages.py",
    "bot/ports.py",
    "bot/accept.py",
    "bot/worker.py",
    "bot/turn.py",
    "bot/prompt.py",
    "bot/delivery.py",
    "bot/caller.py",
    "bot/split.py",
    "storage/inbox/*",
)
"""What a reader follows from a message to its answer, in this order."""

NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}
"""Kinds of tokens that do not make a line one of code."""

LOCKS = ("requirements.lock", "requirements-demo.lock", "requirements-dev.lock")

NOT_FOR_US = re.compile(r"pypi\.org|pythonhosted\.org|/(?:home|Users)/\w|/root(?=/)")
"""Package indexes and folders of one machine: a project that names them works nowhere else."""


def test_the_journey_is_read_in_an_hour() -> None:
    """The files of the journey, their Lua included, have less than 1,500 lines of code."""
    found = {pattern: sorted(ROOT.glob(pattern)) for pattern in JOURNEY}
    assert [pattern for pattern, paths in found.items() if not paths] == []
    paths = [path for several in found.values() for path in several if path.is_file()]
    assert sum(lines_of_code(path) for path in paths) < 1500


def test_only_code_is_counted(tmp_path: Path) -> None:
    """Blank lines, comments and docstrings are no code; a string that is used is."""
    module = tmp_path / "module.py"
    module.write_text(
        '"""One.\n\nMore.\n"""\n\n# why\nx = """a\nb"""\n"""What x is."""\ny = (\n    x\n)\n'
    )
    assert lines_of_code(module) == 5
    script = tmp_path / "script.lua"
    script.write_text("-- why\n\nreturn 1 -- one\n")
    assert lines_of_code(script) == 1


def lines_of_code(path: Path) -> int:
    """What is neither blank, nor a comment, nor a docstring: those explain, and cost no time."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".lua":
        return sum(not re.match(r"\s*(--|#!|$)", line) for line in text.splitlines())
    tokens = [t for t in generate_tokens(StringIO(text).readline) if t.type not in NO_CODE]
    used = {line for t in tokens for line in range(t.start[0], t.end[0] + 1)}
    return len(used - set(_docstrings(ast.parse(text))))


def _docstrings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def test_no_file_names_a_machine_or_an_index() -> None:
    """Neither a package index nor a home directory stands anywhere in the project."""
    named = [
        str(path.relative_to(ROOT))
        for path in files()
        if NOT_FOR_US.search(path.read_bytes().decode("utf-8", "replace"))
    ]
    assert named == []


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_versions_and_hashes_alone(lock: str) -> None:
    """Every line of a lock pins a version or gives a hash: no address, path or option."""
    line = r"[a-z0-9][a-z0-9.-]*==[\w.]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
    wrong = [text for text in read(lock) if not re.fullmatch(line, text)]
    assert wrong == []


def test_the_lock_keeps_what_the_project_asks_for() -> None:
    """Each dependency is locked at a version that it allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = dict(re.findall(r"^([a-z0-9.-]+)==([\w.]+)", "\n".join(read(LOCKS[0])), re.MULTILINE))
    asked = [Requirement(text) for text in project["dependencies"]]
    assert [
        one.name
        for one in asked
        if locked.get(canonicalize_name(one.name), "") not in one.specifier
    ] == []


def read(name: str) -> list[str]:
    """The lines of one file."""
    return (ROOT / name).read_text(encoding="utf-8").splitlines()
