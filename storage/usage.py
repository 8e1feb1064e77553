"""What answers used: one hash for each workspace and day, of whole numbers that only grow.

A field reads ``version:person:channel:model:metric``, so that processes of two versions add to
the same day; each reads the fields of the versions it knows.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote, unquote

from bot.messages import Ending, IncomingMessage, Spent, Usage
from bot.ports import Clock
from storage.keys import DAY, Keys
from storage.scripts import Client, Script, translated

VERSION = "1"

_RECORD = Path(__file__).with_name("usage_record.lua")
_NANO = 1_000_000_000
"""Cost is kept in billionths of a dollar: one cached token of a cheap model costs ten of them."""
_KEPT = 400 * 86_400
_MEMORY = 2 * DAY


class RedisUsage:
    """Keeps the promises of ``bot.ports.UsageLedger``. Every call may raise StoreUnavailable."""

    def __init__(self, client: Client, keys: Keys, clock: Clock) -> None:
        self._client = client
        self._keys = keys
        self._clock = clock
        self._record = Script(client, _RECORD)

    async def record(self, questions: Sequence[IncomingMessage], ending: Ending) -> None:
        """Add what a turn used to today, once in 48 hours; a new answer to it counts anew.

        An ending without usage asked no model, and leaves no trace.

        Raises:
            StoreFull: its disk is full, and nothing was added; without memory it is added.
        """
        if ending.usage is None:
            return
        where = questions[0].conversation
        counted = self._keys.workspace(where.platform, where.workspace, "counted")
        day = self._day(where.platform, where.workspace, _days(self._clock.now(), 1)[0])
        prefix = _prefix(questions[0], ending.model)
        metrics = _metrics(ending.usage, ending.cost).items()
        amounts = [arg for name, n in metrics if n for arg in (f"{prefix}:{name}", n)]
        await self._record([counted, day], [_mark(questions, ending), _MEMORY, _KEPT, *amounts])

    async def spent(self, platform: str, workspace: str, days: int) -> list[Spent]:
        """The last ``days`` days (UTC), the newest first, in one round trip."""
        dates = _days(self._clock.now(), days)
        with translated():
            async with self._client.pipeline(transaction=False) as pipe:
                for date in dates:
                    pipe.hgetall(self._day(platform, workspace, date))
                records = await pipe.execute()
        return [
            row for date, fields in zip(dates, records, strict=True) for row in _rows(date, fields)
        ]

    def _day(self, platform: str, workspace: str, date: str) -> str:
        return self._keys.workspace(platform, workspace, f"usage:{date}")


def _days(now: int, days: int) -> list[str]:
    """ISO dates, UTC, today first."""
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    return [(today - timedelta(days=back)).isoformat() for back in range(days)]


def _mark(questions: Sequence[IncomingMessage], ending: Ending) -> str:
    """Names what was paid for: an edit or a retry is another answer, a second delivery is not."""
    first, revisions = questions[0], (question.revision for question in questions)
    return " ".join([str(first.conversation), first.id, *revisions, ending.response_id])


def _prefix(question: IncomingMessage, model: str) -> str:
    names = (VERSION, question.author.id, question.conversation.channel, model)
    return ":".join(quote(name, safe="") for name in names)


def _metrics(usage: Usage, cost: Decimal | None) -> dict[str, int]:
    return {
        "answers": 1,
        "prompt": usage.prompt_tokens,
        "cached": usage.cached_tokens,
        "completion": usage.completion_tokens,
        "reasoning": usage.reasoning_tokens,
        "cost": round((cost or Decimal()) * _NANO),
        "unpriced": int(cost is None),
    }


def _rows(date: str, fields: Mapping[str, str]) -> list[Spent]:
    sums: dict[tuple[str, str, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for field, amount in fields.items():
        version, *names = (unquote(name) for name in field.split(":"))
        if version == VERSION:
            person, channel, model, metric = names
            sums[person, channel, model][metric] = int(amount)
    return [_row(date, names, metrics) for names, metrics in sums.items()]


def _row(date: str, names: tuple[str, str, str], metrics: Mapping[str, int]) -> Spent:
    person, channel, model = names
    return Spent(
        day=date,
        person=person,
        channel=channel,
        model=model,
        answers=metrics["answers"],
        prompt_tokens=metrics["prompt"],
        cached_tokens=metrics["cached"],
        completion_tokens=metrics["completion"],
        reasoning_tokens=metrics["reasoning"],
        cost=Decimal(metrics["cost"]) / _NANO,
        unpriced=metrics["unpriced"],
    )
