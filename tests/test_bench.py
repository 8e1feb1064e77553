"""The bench runs; what it measures is judged by people, never by a test."""

import asyncio
import sys
from subprocess import PIPE

import pytest

from bench.__main__ import MEASURES
from bench.discord_lag import Shown, by_rule


@pytest.mark.parametrize("name", MEASURES)
async def test_a_measurement_ends_with_a_table(name: str) -> None:
    """Each measurement brings every answer to its end, and prints what it found as Markdown."""
    words = (sys.executable, "-m", "bench", "--quick", name)
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert "| --- |" in said.decode()


def test_times_are_read_from_what_stood_there() -> None:
    """Its words say when they were sent, its versions when they could be read."""
    shown = Shown.read(0.5, [(2.1, "1000 2000"), (4.2, "1000 2000 3000 4000")])
    assert shown
    assert (shown.request, shown.first) == pytest.approx((0.5, 1.6))
    assert (shown.own, shown.last) == pytest.approx((0.6, 0.2))
    assert shown.lags == pytest.approx([0.1, 1.2, 0.2])


@pytest.mark.parametrize(("answers", "lag"), [(1, 0.5), (2, 0.9)])
def test_the_plain_rule_shares_a_channels_edits(answers: int, lag: float) -> None:
    """Alone an answer has an edit a second; two have one in turns, and each one at its end."""
    sent = tuple(n / 100 for n in range(501))
    shown = Shown(0, 0, sent, ((0.0, 1), (5.0, 501)))
    assert by_rule([shown] * answers, 1.0, 0.04) == pytest.approx(lag + 0.04, abs=0.02)
