"""A sample of the crash test; ``python -m tests.chaos`` runs all of it."""

import asyncio

import pytest

from tests.chaos import cases
from tests.chaos.breaks import BREAKS, ROOT, Break


@pytest.mark.timeout(170)
async def test_every_question_gets_one_answer_whatever_dies() -> None:
    """Killed or frozen at any of these requests, nothing is lost, repeated or left over."""
    every = [case for scene in cases.Scene for case in await cases.cases(scene)]
    places = asyncio.Semaphore(3)

    async def one(case: cases.Case) -> cases.Verdict:
        async with places:
            return await cases.run(case)

    chosen = cases.sample(every, 24, seed=7)
    verdicts = await asyncio.gather(*map(one, chosen))
    assert {str(v.case): v.faults for v in verdicts if v.faults} == {}
    assert sum(verdict.reached for verdict in verdicts) > 18


@pytest.mark.parametrize("one", BREAKS, ids=lambda one: one.name)
def test_every_break_still_fits(one: Break) -> None:
    """What a break replaces stands in its file once: the break is one of the product as it is."""
    assert (ROOT / one.file).read_text(encoding="utf-8").count(one.old) == 1
