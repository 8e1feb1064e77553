"""``usage``."""

from dataclasses import replace
from decimal import Decimal

from bot.messages import Spent
from tests.bot.commands.fakes import Desk, FakeLedger

MINE = Spent("2026-11-22", "ann", "other", "m", 1, 1_000, 400, 200, 0, Decimal("0.0123"), 0)
HERE = replace(MINE, person="bob", channel="general", answers=2)


async def test_nothing_used_reads_so() -> None:
    """Who asked nothing yet reads no zeros."""
    assert (await Desk().say("usage")).splitlines() == [
        "- You, today: nothing",
        "- Here, today: nothing",
        "- You, 30 days: nothing",
        "- Here, 30 days: nothing",
    ]


async def test_mine_and_this_channels_are_summed() -> None:
    """Mine counts in every channel, the channel's by everyone; today is one of the thirty days."""
    ledger = FakeLedger([[MINE, HERE], [MINE]])
    assert (await Desk(ledger=ledger).say("usage")).splitlines() == [
        "- You, today: 1 answer, 1,000 tokens in (400 cached), 200 out, $0.0123",
        "- Here, today: 2 answers, 1,000 tokens in (400 cached), 200 out, $0.0123",
        "- You, 30 days: 2 answers, 2,000 tokens in (800 cached), 400 out, $0.0246",
        "- Here, 30 days: 2 answers, 1,000 tokens in (400 cached), 200 out, $0.0123",
    ]


async def test_an_unknown_price_is_never_zero() -> None:
    """Answers without a price are named beside the known cost, or instead of it."""
    unknown = replace(MINE, cost=Decimal(), unpriced=1)
    said = await Desk(ledger=FakeLedger([[unknown], [MINE]])).say("usage")
    today, month = [line for line in said.splitlines() if line.startswith("- You")]
    assert today.endswith(", cost unknown")
    assert month.endswith(", $0.0123 and unknown for 1 answer")


async def test_a_price_of_nothing_is_known() -> None:
    """A model that costs nothing does not count as one of unknown price."""
    said = await Desk(ledger=FakeLedger([[replace(MINE, cost=Decimal())]])).say("usage")
    assert "unknown" not in said
