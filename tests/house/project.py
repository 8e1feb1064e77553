"""Where the project's files are."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

NOT_OURS = {"__pycache__", "build", "dist"}
"""Folders that tools write; those that begin with a dot are left out too, but for .ci."""


def files(*endings: str) -> list[Path]:
    """Every file of the project, or those with one of these endings."""
    return sorted(path for path in _all() if not endings or path.suffix in endings)


def _all() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if _ours(name)]
        yield from (Path(folder, name) for name in names)


def _ours(folder: str) -> bool:
    return folder == ".ci" or not (folder in NOT_OURS or folder.startswith("."))
