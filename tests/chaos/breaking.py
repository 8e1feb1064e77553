"""Breaks the product on purpose, in a copy, and looks whether that is noticed."""

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LEFT_OUT = (".git", ".venv", "build", "*_cache", "__pycache__", ".hypothesis", ".coverage*")
_WHY = re.compile(r"^[E |]*((?:Failed|\w+Error): .*)|WRONG\n *(.*)", re.MULTILINE)
_RED = 1
"""The status of a run in which something failed, but nothing went wrong before it."""


@dataclass(frozen=True, slots=True)
class Break:
    """One break; ``red`` is the name of tests, or part of a case's, with a server's."""

    name: str
    file: str
    old: str
    new: str
    red: str

    @property
    def command(self) -> tuple[str, ...]:
        """What must fail."""
        if ":" in self.red:
            return ("tests.chaos", "points", "--only", self.red)
        files = sorted((ROOT / "tests").rglob("test_*.py"))
        homes = [path for path in files if f"def {self.red}(" in path.read_text("utf-8")]
        if not homes:
            raise LookupError(self.red)
        return (
            "pytest",
            "-q",
            "--timeout=20",
            *(f"{path.relative_to(ROOT)}::{self.red}" for path in homes),
        )


async def run(every: Sequence[Break], only: str) -> bool:
    """Try the breaks whose names contain ``only``; whether each turned something red."""
    found = [one for one in every if only in one.name]
    missed = [one.name for one in found if not await _tried(one)]
    print(f"{len(found)} breaks, {len(missed)} not noticed")  # noqa: T201 - its output
    return not missed


async def _tried(one: Break) -> bool:
    with tempfile.TemporaryDirectory() as home:
        copy = Path(home, "copy")
        await asyncio.to_thread(
            shutil.copytree, ROOT, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT)
        )
        path = copy / one.file
        path.write_text(path.read_text(encoding="utf-8").replace(one.old, one.new))
        status, output = await _ran(one.command, copy)
    red = _WHY.search(output) if status == _RED else None
    why = f"red: {red[1] or red[2]}" if red else "NOT NOTICED"
    print(f"{one.name:48} {one.red:52} {why}", flush=True)  # noqa: T201 - its output
    return red is not None


async def _ran(command: tuple[str, ...], where: Path) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        cwd=where,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode(errors="replace")
