"""What a platform allows: a stock of calls for the token, and a window for each lane.

A lane is what shares one of the platform's own limits, such as the edits of one channel; the lane
``""`` has no limit but the token's. Discord's limits, and the headers that tell of them:
https://discord.com/developers/docs/topics/rate-limits
"""

from dataclasses import dataclass
from typing import Protocol

from bot.outcomes import Call
from bot.pacing.fading import Fading
from bot.ports import Clock


@dataclass(frozen=True, slots=True)
class Terms:
    """What is allowed where the platform did not say so yet, and how careful we are."""

    rate: float = 45.0
    """Calls a second for the token; Discord allows 50."""
    stock: int = 3
    """Calls that may go at once after a rest.

    In any second and J more, stock + rate * (1 + J) calls go at most. Their time on the way
    may so differ by J = 66 ms before a 51st arrives within one second.
    """
    reserve: int = 1
    """Of the stock, what interim edits leave to the first posts and last edits of others."""
    limit: int = 5
    """Calls in one window of a lane."""
    window: float = 5.0
    """Seconds of it, from the arrival of its first call."""
    margin: float = 0.25
    """Seconds by which that arrival may be later than our start, until an answer says more."""
    guard: float = 0.125
    """Seconds before a window's earliest end when none goes: what arrives after it opens the next
    one, uncounted."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the headers of a lane's last response said."""

    limit: int
    remaining: int
    reset_after: float
    """Seconds from now until its window ends; negative: it ended before."""
    window: float | None
    """Seconds of a whole window, where a first call of one has told it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a process says when it asks for a place."""

    lane: str
    call: Call
    learnt: Learnt | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Whether a place was taken, and for how many seconds the next such call need not ask."""

    granted: bool
    token: float
    """Seconds until the token has a place for another call of this kind."""
    lane: float
    """Seconds until the lane has."""


class Allowance(Protocol):
    """The places of one account, shared by whoever holds its token."""

    async def take(self, ask: Ask) -> Wait:
        """Take a place of the token and one of the lane, or nothing.

        Raises:
            StoreError: nobody knows whether it was taken.
        """
        ...

    async def give_back(self, lane: str) -> None:
        """Undo a take whose call was never made.

        Raises:
            StoreError: the place may be lost until its window ends.
        """
        ...


class LocalAllowance:
    """The allowance of one process, by the same rules as the shared one."""

    def __init__(self, clock: Clock, terms: Terms) -> None:
        self._clock = clock
        self._terms = terms
        self._gap = 1 / terms.rate
        self._paid = clock.monotonic() - terms.stock * self._gap
        self._lanes = Fading(lambda _: _Window(terms), clock)

    async def take(self, ask: Ask) -> Wait:
        """Keeps the promise of ``Allowance``; never raises."""
        now = self._clock.monotonic()
        window = self._lanes[ask.lane] if ask.lane else _Window(self._terms)
        if ask.lane and ask.learnt:
            window.learn(ask.learnt, now)
        self._paid = max(self._paid, now - self._terms.stock * self._gap)
        granted = max(self._opens(ask.call), window.opens(ask.call, now)) <= now
        if granted:
            self._paid += self._gap
            window.take(now)
        opens = self._opens(ask.call), window.opens(ask.call, now) if ask.lane else now
        return Wait(granted, *(max(0.0, at - now) for at in opens))

    async def give_back(self, lane: str) -> None:
        """Keeps the promise of ``Allowance``; never raises."""
        self._paid -= self._gap
        if lane:
            self._lanes[lane].give_back()

    def _opens(self, call: Call) -> float:
        """The time from which the token has a place for such a call."""
        left = self._terms.reserve if call is Call.INTERIM else 0
        return self._paid + (1 + left) * self._gap


class _Window:
    """One lane's window, as far as we know it; take.lua keeps the same for all processes."""

    def __init__(self, terms: Terms) -> None:
        self._margin, self._guard = terms.margin, terms.guard
        self._limit, self._length = terms.limit, terms.window
        self._start = self._end = self._shut = 0.0
        self._used = 0

    def learn(self, learnt: Learnt, now: float) -> None:
        """Correct it by what a response said.

        The window of an earlier response ends near our start at the latest, that of a current
        one a whole length after it. With nothing left the lane is shut, whatever we counted.
        """
        self._limit, self._length = learnt.limit, learnt.window or self._length
        end = now + learnt.reset_after
        if not learnt.remaining:
            self._shut = max(self._shut, end)
        if end > self._start + self._length / 2:
            used = 0 if now >= self._end else self._used
            self._used = max(used, learnt.limit - learnt.remaining)
            self._end = end

    def opens(self, call: Call, now: float) -> float:
        """The time from which it has such a place.

        Interim edits are spread evenly over the window. Whatever went used up a turn of theirs, so
        that some of its places last for the last edits.
        """
        ends = min(self._end, self._start + self._length)
        full = self._used >= self._limit or now > ends - self._guard
        opens = max(self._shut, self._end if full else 0.0)
        if call is not Call.INTERIM:
            return opens
        return max(opens, min(self._end, self._start + self._used * self._length / self._limit))

    def take(self, now: float) -> None:
        """Count one call; the first after the end opens the next window."""
        if now >= self._end:
            self._start, self._end = now, now + self._length + self._margin
            self._used = 0
        self._used += 1

    def give_back(self) -> None:
        """Count one call less, where its window still lasts."""
        self._used = max(0, self._used - 1)
