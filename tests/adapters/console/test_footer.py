"""The line under an answer."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.console.footer import footer, raw
from bot.messages import Ending, State, Usage

ENDING = Ending("Hi", State.ANSWERED, usage=Usage(12, 0, 1085), cost=Decimal("0.0002"))


@pytest.mark.parametrize(
    ("ending", "line"),
    [
        (ENDING, "12 + 1,085 tokens, $0.0002"),
        (replace(ENDING, cost=Decimal()), "12 + 1,085 tokens, free"),
        (replace(ENDING, cost=None), "12 + 1,085 tokens, cost unknown"),
        (
            replace(ENDING, usage=Usage(1, 0, 2, estimated=True), cost=None),
            "about 1 + 2 tokens, cost unknown",
        ),
        (replace(ENDING, usage=None), ""),
    ],
)
def test_tokens_and_cost(ending: Ending, line: str) -> None:
    """What is estimated says so, an unknown price too; where nothing was used, nothing is."""
    assert footer(ending) == line


def test_raw_fields_are_null_where_the_response_had_none() -> None:
    """A failed answer has no id, model, reason or usage."""
    failed = Ending("Sorry.", State.FAILED)
    assert set(json.loads(raw(failed)).values()) == {None}
