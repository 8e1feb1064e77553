"""What is set aside and spent: every limit of an answer is looked at in one script.

Money is kept in billionths of a dollar, as whole numbers; a reservation is rounded up.
"""

import math
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bot.allowances import AT_ONCE, QUESTIONS, Denial, Hold, Terms
from storage.keys import DAY, Keys
from storage.scripts import Arg, Client, Script

_HERE = Path(__file__).parent
_NANO = 1_000_000_000
_HOUR_MS = DAY // 24
_HELD_MS = DAY
"""So the day of a hold is today or yesterday."""
_SPENT_MS = 2 * DAY
"""So a day's sums outlive whatever may still be settled."""


class RedisReservations:
    """Keeps the promises of ``bot.allowances.Reservations``; both calls are one round trip."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._keys = keys
        self._reserve = Script(client, _HERE / "reserve.lua")
        self._settle = Script(client, _HERE / "settle.lua")

    async def reserve(self, hold: Hold, terms: Terms) -> Denial | None:
        """Set it aside, if every limit allows that; a hold that is set aside stays as it is."""
        names = (f"held:{hold.id}", f"asked:{hold.person}", f"running:{hold.person}")
        keys = [self._keys.quota(name) for name in (*names, f"spent:{hold.day}")]
        args: list[Arg] = [hold.id, str(hold.day), math.ceil(hold.dollars * _NANO)]
        args += [_HOUR_MS, terms.counts.get(QUESTIONS, "")]
        args += [
            int(terms.slot * 1000),
            terms.counts.get(AT_ONCE, ""),
            _HELD_MS,
            _SPENT_MS,
            hold.attempt,
        ]
        for budget in hold.budgets:
            args += [budget, _limit(terms.budgets.get(budget))]
        denied = await self._reserve(keys, args)
        return Denial(denied[0], denied[1] / 1000) if denied else None

    async def settle(self, hold: Hold) -> None:
        """Charge ``hold.dollars`` in place of what was set aside; nothing, where nothing was."""
        days = (hold.day, hold.day - timedelta(days=1))
        names = (f"held:{hold.id}", f"running:{hold.person}", *(f"spent:{day}" for day in days))
        keys = [self._keys.quota(name) for name in names]
        spent = math.ceil(hold.dollars * _NANO)
        await self._settle(
            keys, [hold.id, str(hold.day), spent, hold.attempt, _HELD_MS, *hold.budgets]
        )


def _limit(dollars: Decimal | None) -> Arg:
    return "" if dollars is None else int(dollars * _NANO)
