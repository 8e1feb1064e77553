"""``usage``: what a person used, what was used in this channel, and what it cost."""

from collections.abc import Sequence
from decimal import Decimal

from bot.commands.base import Command, Invocation, Reply, Services
from bot.messages import Spent
from bot.words import money

_DAYS = 30


async def _run(services: Services, invocation: Invocation) -> Reply:
    place = invocation.conversation
    today = await services.ledger.spent(place.platform, place.workspace, 1)
    month = await services.ledger.spent(place.platform, place.workspace, _DAYS)
    lines = [
        f"- {who}, {when}: {_sum(rows)}"
        for when, days in (("today", today), (f"{_DAYS} days", month))
        for who, rows in (
            ("You", [row for row in days if row.person == invocation.person.id]),
            ("Here", [row for row in days if row.channel == place.channel]),
        )
    ]
    return Reply("\n".join(lines))


def _sum(rows: Sequence[Spent]) -> str:
    if not rows:
        return "nothing"
    tokens_in = sum(row.prompt_tokens for row in rows)
    cached = sum(row.cached_tokens for row in rows)
    tokens_out = sum(row.completion_tokens for row in rows)
    tokens = f"{tokens_in:,} tokens in ({cached:,} cached), {tokens_out:,} out"
    return f"{_count(sum(row.answers for row in rows))}, {tokens}, {_cost(rows)}"


def _cost(rows: Sequence[Spent]) -> str:
    """What is known, and beside it for how many answers it is not."""
    unpriced = sum(row.unpriced for row in rows)
    if unpriced == sum(row.answers for row in rows):
        return f"cost {money(None)}"
    known = money(sum((row.cost for row in rows), Decimal()))
    return f"{known} and {money(None)} for {_count(unpriced)}" if unpriced else known


def _count(answers: int) -> str:
    return f"{answers:,} answer{'s' * (answers != 1)}"


COMMAND = Command("usage", "Show what you used, and what was used here", _run)
