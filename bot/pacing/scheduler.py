"""Who goes next: one place at a time, for the one that needs it most."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.messages import ConversationKey
from bot.outcomes import Call
from bot.pacing.allowance import Allowance, Ask, Learnt, Wait
from bot.pacing.fading import Fading
from bot.pacing.shelter import Sheltered
from bot.ports import Clock

_FAIR = 8
"""Each so-many-th place goes to the last edit that waits longest, whatever waits beside it."""
_SETTLE = 0.12
"""Seconds in which answers of one lane end together: then the places that its window has left go
to the last edits with the most unread, not to the first."""
_YIELD = 0.03
"""Seconds by which an interim edit asks late when its lane opens, the less, the more it shows: so
the one with the most unread asks first among several processes, too."""
_MUCH = 100
"""Unread characters that halve that."""


@dataclass(slots=True)
class _Lane:
    """What this process knows of a lane."""

    name: str
    opens: list[float] = field(default_factory=lambda: [0.0, 0.0])
    """The times before which it is hopeless to ask: for urgent calls, for interim edits."""
    learnt: Learnt | None = None
    heard: float = 0.0
    """When it was learnt."""

    def told(self, now: float) -> Learnt | None:
        """What was learnt, as of now."""
        past = now - self.heard
        old = self.learnt
        return old and replace(old, reset_after=old.reset_after - past)


@dataclass(slots=True, eq=False)
class _Caller:
    """One call that waits for its place."""

    lane: _Lane
    call: Call
    unread: Callable[[], int]
    interim: bool
    """The index of its times: nobody misses it for a while."""
    place: asyncio.Future[None]
    since: float
    """The time before which it does not go."""


_Choice = Callable[[Iterator[_Caller]], _Caller | None]


def _first(callers: Iterator[_Caller]) -> _Caller | None:
    """The one that waits longest."""
    return next(callers, None)


def _neediest(callers: Iterator[_Caller]) -> _Caller | None:
    """The one with the most unread."""
    return max(callers, key=lambda caller: caller.unread(), default=None)


_FIRST_POSTS, _LAST_EDITS, _INTERIM = range(3)
_RANKS = {Call.FINAL: _LAST_EDITS, Call.INTERIM: _INTERIM}
_ORDER: tuple[tuple[int, _Choice], ...] = (
    (_FIRST_POSTS, _first),
    (_LAST_EDITS, _neediest),
    (_INTERIM, _neediest),
)
_MOMENT = 0.1
"""Seconds between two looks at whether the token is wanted."""
_FAIR_ORDER = ((_LAST_EDITS, _first), *_ORDER)


class Scheduler:
    """Keeps the promises of ``bot.ports.Pacer`` for one account; ``run`` hands out the places.

    The store is asked for the best caller only, and only when its answer may be yes: it says with
    each answer until when another question is hopeless, and responses may bring that forward.
    """

    def __init__(
        self,
        allowance: Allowance,
        lane: Callable[[ConversationKey, Call], str],
        clock: Clock,
        alone: Allowance | None = None,
    ) -> None:
        """``lane`` names what a call shares a limit with; "" is bound by the token alone.

        ``alone``: what stands in for the allowance while the store is away.
        """
        self._allowance = Sheltered(allowance, clock, alone)
        self._lane_of = lane
        self._clock = clock
        self._lanes = Fading(_Lane, clock)
        self._token_opens = [0.0, 0.0]
        self._waiting: tuple[dict[_Caller, None], ...] = ({}, {}, {})
        self._unused: deque[_Lane] = deque()
        self._given = 0
        self._news = asyncio.Event()
        self._alarm = float("inf")

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:
        """Return when this call may go."""
        lane = self._lanes[self._lane_of(where, call)]
        place = asyncio.get_running_loop().create_future()
        interim, since = call is Call.INTERIM, self._since(lane, call)
        caller = _Caller(lane, call, unread, interim, place, since)
        line = self._line(call)
        line[caller] = None
        if self._opens(caller) < self._alarm:
            self._news.set()
        try:
            await caller.place
        except asyncio.CancelledError:
            if not caller.place.cancelled():  # it had its place, and has not heard of it
                self._return(caller)
            raise
        finally:
            line.pop(caller, None)

    def _since(self, lane: _Lane, call: Call) -> float:
        """From when a call may go; the first last edit in a busy lane waits for its peers."""
        now = self._clock.monotonic()
        if call is not Call.FINAL:
            return now
        near = next((one for one in self._waiting[_LAST_EDITS] if one.lane is lane), None)
        busy = any(one.lane is lane for one in self._waiting[_INTERIM])
        return near.since if near else now + (_SETTLE if busy else 0.0)

    async def spare(self, where: ConversationKey) -> bool:
        """Whether a call that nobody would miss may go now: never while others want the token.

        It looks twice: somebody is on their way at any moment, under load there always is.
        """
        ask = Ask(self._lane_of(where, Call.OTHER), Call.INTERIM)
        for pause in (_MOMENT, 0.0):
            if not self._wanted() and (await self._allowance.take(ask)).granted:
                return True
            await self._clock.sleep(pause)
        return False

    def _wanted(self) -> bool:
        """Whether anybody waits for the token, and not for their lane alone."""
        now = self._clock.monotonic()
        return any(
            max(caller.since, caller.lane.opens[caller.interim]) <= now
            for line in self._waiting
            for caller in line
        )

    def learn(self, lane: str, limit: int, remaining: int, reset_after: float) -> None:
        """What the headers of a response to a call of this lane said; a 429 has 0 remaining."""
        known, now = self._lanes[lane], self._clock.monotonic()
        before = known.learnt.window if known.learnt else None
        window = reset_after if 0 < remaining == limit - 1 else before
        known.learnt, known.heard = Learnt(limit, remaining, reset_after, window), now
        if max(known.opens) > now + reset_after:
            known.opens = [min(at, now + reset_after) for at in known.opens]
            self._news.set()

    async def run(self) -> None:
        """Hand out places until cancelled."""
        while True:
            while self._unused:
                await self._give_back(self._unused.popleft())
            opens = {one: self._opens(one) for line in self._waiting for one in line}
            if best := self._best(opens):
                await self._ask_for(best)
            else:
                await self._rest(min(opens.values(), default=None))

    def _best(self, opens: Mapping[_Caller, float]) -> _Caller | None:
        now = self._clock.monotonic()
        for rank, choose in _ORDER if (self._given + 1) % _FAIR else _FAIR_ORDER:
            if best := choose(one for one in self._waiting[rank] if opens[one] <= now):
                return best
        return None

    def _opens(self, caller: _Caller) -> float:
        kind = caller.interim
        yields = _YIELD * _MUCH / (_MUCH + caller.unread()) if kind else 0.0
        return max(caller.since, self._token_opens[kind], caller.lane.opens[kind] + yields)

    async def _ask_for(self, caller: _Caller) -> None:
        learnt = caller.lane.told(self._clock.monotonic())
        wait = await self._allowance.take(Ask(caller.lane.name, caller.call, learnt))
        self._heard(caller, wait)
        if not wait.granted:
            return
        self._given += 1
        self._line(caller.call).pop(caller, None)
        if caller.place.cancelled():
            self._return(caller)
        else:
            caller.place.set_result(None)

    def _line(self, call: Call) -> dict[_Caller, None]:
        return self._waiting[_RANKS.get(call, _FIRST_POSTS)]

    def _heard(self, caller: _Caller, wait: Wait) -> None:
        """What is closed to urgent calls is closed to interim edits as well."""
        now = self._clock.monotonic()
        for kind in {caller.interim, True}:
            self._token_opens[kind] = now + wait.token
            caller.lane.opens[kind] = max(caller.lane.opens[kind], now + wait.lane)

    def _return(self, caller: _Caller) -> None:
        """Nobody makes this call: its place goes back."""
        self._unused.append(caller.lane)
        self._news.set()

    async def _give_back(self, lane: _Lane) -> None:
        await self._allowance.give_back(lane.name)
        lane.opens, self._token_opens = [0.0, 0.0], [0.0, 0.0]

    async def _rest(self, until: float | None) -> None:
        """Until somebody new may go, or the first of those who wait."""
        self._news.clear()
        self._alarm = float("inf") if until is None else until
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._news.wait()
