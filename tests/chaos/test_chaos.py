"""A sample of the crash test; ``python -m tests.chaos`` runs all of it."""

import pytest

from tests.chaos import cases
from tests.chaos.breaking import ROOT, Break
from tests.chaos.breaks import BREAKS

SEED = 764
"""Another one samples other cases; it stays, so that two runs of one state agree."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("scene", "each"), [("board", 1), ("terminal", 1), ("discord", 1), ("slack", 1)]
)
async def test_every_question_gets_one_answer_whatever_dies(scene: str, each: int) -> None:
    """Killed or frozen at any of these requests, nothing is lost, repeated or left over."""
    chosen = cases.sample(await cases.cases(cases.Scene(scene)), SEED, each)
    verdicts = [verdict async for verdict in cases.run_all(chosen, jobs=2)]
    wrong = [str(verdict) for verdict in verdicts if verdict.faults]
    assert not wrong, "\n".join([f"seed {SEED}:", *wrong])
    assert sum(verdict.reached for verdict in verdicts) > len(chosen) * 0.7


@pytest.mark.parametrize("one", BREAKS, ids=lambda one: one.name)
def test_every_break_still_fits(one: Break) -> None:
    """What a break replaces stands in its file once, and what it must turn red is there."""
    assert (ROOT / one.file).read_text(encoding="utf-8").count(one.old) == 1
    assert one.command
