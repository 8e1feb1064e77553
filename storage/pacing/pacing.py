"""The allowance of one account: its keys share one slot, whatever the channel."""

from pathlib import Path
from urllib.parse import quote

from bot.outcomes import Call
from bot.pacing import Ask, Learnt, Terms, Wait
from storage.keys import Keys
from storage.scripts import Arg, Client, Script

_TAKE = Path(__file__).with_name("take.lua")
_GIVE_BACK = Path(__file__).with_name("give_back.lua")
_KEPT = 10_000
"""Milliseconds that a key outlives what it says."""


class RedisAllowance:
    """Keeps the promises of ``bot.pacing.Allowance``. Every call may raise StoreUnavailable."""

    def __init__(
        self, client: Client, keys: Keys, account: str, terms: Terms | None = None
    ) -> None:
        terms = terms or Terms()
        self._take = Script(client, _TAKE)
        self._give_back = Script(client, _GIVE_BACK)
        self._prefix = f"{keys.namespace}:{{a:{quote(account, safe='')}}}:pace:"
        self._gap = _micros(1 / terms.rate)
        self._terms = _terms(terms)

    async def take(self, ask: Ask) -> Wait:
        """Take a place of the token and one of the lane, or nothing, in one round trip.

        Sent twice it takes two: redis-py repeats what got no reply, and a place may be lost.
        """
        told = _told(ask.learnt) if ask.learnt else ()
        interim = int(ask.call is Call.INTERIM)
        granted, *waits = await self._take(
            self._keys(ask.lane), [interim, self._gap, *self._terms, *told]
        )
        token, lane = (wait / 1_000_000 for wait in waits)
        return Wait(bool(granted), token, lane)

    async def give_back(self, lane: str) -> None:
        """Undo a take whose call was never made."""
        await self._give_back(self._keys(lane), [self._gap])

    def _keys(self, lane: str) -> list[str]:
        token = f"{self._prefix}token"
        return [token, f"{self._prefix}{lane}"] if lane else [token]


def _terms(terms: Terms) -> tuple[Arg, ...]:
    margin, guard = _micros(terms.margin), _micros(terms.guard)
    return terms.stock, terms.reserve, margin, guard, _KEPT, terms.limit, _micros(terms.window)


def _told(learnt: Learnt) -> tuple[Arg, ...]:
    length = "" if learnt.window is None else _micros(learnt.window)
    return learnt.limit, learnt.remaining, _micros(learnt.reset_after), length


def _micros(seconds: float) -> int:
    return round(seconds * 1_000_000)
