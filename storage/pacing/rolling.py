"""The rolling windows of one account: its keys share one slot, whatever the lanes."""

from collections.abc import Iterator
from pathlib import Path

from bot.outcomes import Call
from bot.pacing.allowance import Ask, Wait
from bot.pacing.rolling import FREE, Rules, rule_of
from bot.ports import Clock
from storage.keys import Keys
from storage.scripts import Arg, Client, Script

_ROLLING = Path(__file__).with_name("rolling.lua")


class RollingAllowance:
    """Keeps the promises of ``bot.pacing.Allowance``. Every call may raise StoreUnavailable."""

    def __init__(
        self, client: Client, keys: Keys, account: str, rules: Rules, clock: Clock
    ) -> None:
        self._run = Script(client, _ROLLING)
        self._keys, self._account = keys, account
        self._rules, self._clock = rules, clock
        self._closed: dict[str, float] = {}
        """Lane → until when it is busy, where the others do not know yet."""

    async def take(self, ask: Ask) -> Wait:
        """Take a place of each of these lanes, or nothing, in one round trip; of "" in none.

        Sent twice it takes two: redis-py repeats what got no reply, and a place may be lost.
        """
        while self._closed:
            lane, until = self._closed.popitem()
            await self._on(lane, "busy", closed=until - self._clock.monotonic())
        if not ask.lane:
            return FREE
        granted, wait = await self._on(ask.lane, "take", ask.call)
        return Wait(bool(granted), 0.0, wait / 1_000_000)

    async def give_back(self, lane: str) -> None:
        """Undo a take whose call was never made, within its window."""
        if lane:
            await self._on(lane, "give back")

    def busy(self, lane: str, seconds: float) -> None:
        """Close one lane for so long: the platform says that it takes no call.

        All processes know it from the next take of this one, whatever its lane.
        """
        self._closed[lane] = self._clock.monotonic() + seconds

    async def _on(
        self, lane: str, verb: str, call: Call = Call.OTHER, closed: float = 0
    ) -> tuple[int, int]:
        names = lane.split()
        keys = [self._keys.account(self._account, f"rolling:{name}") for name in names]
        rules = [arg for name in names for arg in self._rule(name, call)]
        granted, wait = await self._run(keys, [verb, _micros(closed), *rules])
        return granted, wait

    def _rule(self, name: str, call: Call) -> Iterator[Arg]:
        rule = rule_of(self._rules, name)
        limit, pause = rule.terms(call)
        yield limit
        yield from map(_micros, (rule.span, pause))


def _micros(seconds: float) -> int:
    return round(seconds * 1_000_000)
