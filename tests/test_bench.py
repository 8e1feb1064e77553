"""The bench runs; what it measures is judged by people, never by a test."""

import asyncio
import sys
from subprocess import PIPE

import pytest

from bench.__main__ import MEASURES


@pytest.mark.parametrize("name", MEASURES)
async def test_a_measurement_ends_with_a_table(name: str) -> None:
    """Each measurement brings every answer to its end, and prints what it found as Markdown."""
    words = (sys.executable, "-m", "bench", "--quick", name)
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert "| --- |" in said.decode()
