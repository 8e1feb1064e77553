"""A strict Discord and its answering processes, in virtual time: nothing waits, all is repeatable.

Every call is decided when it arrives: windows open with the first arrival, and fifty calls may
arrive within any second. Headers travel back with the response.
"""

import asyncio
import selectors
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from statistics import mean
from typing import Any, TypeVar

from bot.messages import ConversationKey
from bot.outcomes import Call
from bot.pacing import Ask, LocalAllowance, Scheduler, Terms, Wait

T = TypeVar("T")
Learn = Callable[[str, int, int, float], None]
RATE = 10.0
"""Words a second of a model."""
TRIP = 0.08
"""Seconds of a round trip to the platform, on average."""
JITTER = (0.7, 1.8)
"""By how much a trip may be shorter or longer."""
START = 1_000.0
"""When it all begins."""
STORE = 0.003
"""Seconds of a round trip to the store, on average."""


class _Skipping(selectors.DefaultSelector):
    """Instead of waiting it moves the time."""

    at = START

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everybody waits for ever")
        self.at += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose time goes on only when nothing else is to be done."""

    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.at


def virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run it in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


class LoopClock:
    """The running loop's time."""

    def now(self) -> int:
        return int(self.monotonic() * 1000)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(seconds, done.set_result, None)
        await done


CLOCK = LoopClock()


class Distant:
    """An allowance that several processes share, a trip to the store away."""

    def __init__(self, jitter: Random) -> None:
        self._own = LocalAllowance(CLOCK, Terms())
        self._jitter = jitter

    async def take(self, ask: Ask) -> Wait:
        await CLOCK.sleep(STORE / 2 * self._jitter.uniform(*JITTER))
        wait = await self._own.take(ask)
        await CLOCK.sleep(STORE / 2 * self._jitter.uniform(*JITTER))
        return wait

    async def give_back(self, lane: str) -> None:
        await self._own.give_back(lane)


@dataclass
class Discord:
    """Its limits, and how often they were broken."""

    jitter: Random
    limit: int = 5
    window: float = 5.0
    refused: list[str] = field(default_factory=list)
    calls: int = 0
    _arrived: deque[float] = field(default_factory=deque)
    _windows: dict[str, list[float]] = field(default_factory=dict)
    """Of each lane: when its window ends, and what is left of it."""

    async def call(self, lane: str, learn: Learn, show: Callable[[float], None]) -> None:
        """Make one call, which shows something when it arrives, and hear the response."""
        await CLOCK.sleep(TRIP / 2 * self.jitter.uniform(*JITTER))
        if self._global() and self._local(lane):
            show(CLOCK.monotonic())
        end, left = self._windows.get(lane, (0.0, 0.0))
        reset = round(end - CLOCK.monotonic(), 3)
        await CLOCK.sleep(TRIP / 2 * self.jitter.uniform(*JITTER))
        learn(lane, self.limit, int(left), reset)

    def _global(self) -> bool:
        now = CLOCK.monotonic()
        while self._arrived and self._arrived[0] <= now - 1:
            self._arrived.popleft()
        return self._counted("token", fits=len(self._arrived) < 50)

    def _local(self, lane: str) -> bool:
        now = CLOCK.monotonic()
        if self._windows.get(lane, [0.0])[0] <= now:
            self._windows[lane] = [now + self.window, self.limit]
        self._windows[lane][1] -= 1
        fits = self._windows[lane][1] >= 0
        self._windows[lane][1] = max(0, self._windows[lane][1])
        return self._counted(lane, fits=fits)

    def _counted(self, what: str, *, fits: bool) -> bool:
        now = CLOCK.monotonic()
        if not fits:
            self.refused.append(f"{what} at {now:.3f}")
        elif what == "token":
            self._arrived.append(now)
            self.calls += 1
        return fits


def lane_of(where: ConversationKey, call: Call) -> str:
    """Creates and edits have windows of their own in each channel; other calls have none."""
    if call is Call.OTHER:
        return ""
    return f"{'create' if call is Call.OPEN else 'edit'}:{where.channel}"


@dataclass
class Answer:
    """One answer of so many words: when it began, and when each word could be read."""

    where: ConversationKey
    begin: float
    words: int
    rate: float = RATE
    readable: list[float] = field(default_factory=list)

    def came(self, at: float) -> int:
        """Words that the model had said by then."""
        return max(0, min(self.words, int((at - self.begin) * self.rate + 1e-6) + 1))

    def unread(self) -> int:
        return 6 * (self.came(CLOCK.monotonic()) - len(self.readable))

    def show(self, words: int, at: float) -> None:
        """So many words can be read from then on."""
        self.readable += [at] * (words - len(self.readable))

    @property
    def end(self) -> float:
        """When its last word came."""
        return self.begin + (self.words - 1) / self.rate

    @property
    def first(self) -> float:
        """Seconds until its first text."""
        return self.readable[0] - self.begin

    @property
    def last(self) -> float:
        """Seconds from its last word to the whole text."""
        return self.readable[-1] - self.end

    @property
    def lags(self) -> Iterator[float]:
        """Seconds of each word between its coming and its being readable."""
        return (at - self.begin - n / self.rate for n, at in enumerate(self.readable))


class Process:
    """Answers as the core does: the first text, edits as they are admitted, and the last edit."""

    def __init__(self, discord: Discord, shared: Distant) -> None:
        self._discord = discord
        self.scheduler = Scheduler(shared, lane_of, CLOCK)

    async def answer(self, answer: Answer) -> None:
        await CLOCK.sleep(answer.begin - CLOCK.monotonic())
        call = Call.OPEN
        while len(answer.readable) < answer.words:
            await self._admitted(answer, call)
            await self._show(answer, call)
            call = Call.INTERIM
            await self._more(answer)

    async def _admitted(self, answer: Answer, call: Call) -> None:
        """Wait for a place; where the text is complete first, an edit becomes the last one."""
        try:
            async with asyncio.timeout_at(None if call is Call.OPEN else answer.end):
                await self.scheduler.admit(answer.where, call, answer.unread)
        except TimeoutError:
            await self.scheduler.admit(answer.where, Call.FINAL, answer.unread)

    async def _show(self, answer: Answer, call: Call) -> None:
        words = answer.came(CLOCK.monotonic())
        lane = lane_of(answer.where, call)
        await self._discord.call(lane, self.scheduler.learn, partial(answer.show, words))

    async def _more(self, answer: Answer) -> None:
        """Until a word came that is not shown."""
        if len(answer.readable) < answer.words:
            next_word = answer.begin + len(answer.readable) / answer.rate
            await CLOCK.sleep(max(0.0, next_word - CLOCK.monotonic()))


async def _all(answers: list[Answer], processes: list[Process]) -> None:
    async with asyncio.TaskGroup() as group:
        runs = [group.create_task(process.scheduler.run()) for process in processes]
        async with asyncio.TaskGroup() as answering:
            for n, answer in enumerate(answers):
                answering.create_task(processes[n % len(processes)].answer(answer))
        for run in runs:
            run.cancel()


@dataclass
class Figures:
    """What a run came to."""

    answers: list[Answer]
    discord: Discord

    @property
    def lag(self) -> float:
        """Mean seconds between a word's coming and its being readable."""
        return mean(lag for answer in self.answers for lag in answer.lags)

    @property
    def firsts(self) -> list[float]:
        """Seconds until each first text, the shortest first."""
        return sorted(answer.first for answer in self.answers)


def simulate(
    count: int, words: int, rate: float = RATE, *, channels: int, processes: int = 1, seed: int = 1
) -> Figures:
    """So many answers that begin within a tenth of a second, over channels and processes."""
    jitter = Random(seed)
    begins = [START + jitter.uniform(0, 0.1) for _ in range(count)]
    places = [ConversationKey("discord", "guild", str(n % channels)) for n in range(count)]
    pairs = zip(places, begins, strict=True)
    return played([Answer(*pair, words, rate) for pair in pairs], jitter, processes)


def played(answers: list[Answer], jitter: Random, processes: int) -> Figures:
    """Let these answers be given."""

    async def run() -> Figures:
        discord, shared = Discord(jitter), Distant(jitter)
        await _all(answers, [Process(discord, shared) for _ in range(processes)])
        return Figures(answers, discord)

    return virtually(run())


def plain(answers: list[Answer]) -> float:
    """Mean lag of the plain rule in one channel, over the same trips.

    The first text goes at once, then edits evenly spaced at window / limit over the channel's
    answers, each to the one with the most unread, and every last text at once: its last edits
    are free, whatever the limit.
    """
    copies = [replace(answer, readable=[]) for answer in answers]
    first, end = min(copy.begin for copy in copies), max(copy.end for copy in copies)
    edits = [(first + n, None) for n in range(1, int(end - first) + 1)]
    own = [(at, copy) for copy in copies for at in (copy.begin, copy.end)]
    for at, copy in sorted([*edits, *own], key=lambda pair: pair[0]):
        shown = copy or max(copies, key=lambda one: one.came(at) - len(one.readable))
        shown.show(shown.came(at), at + TRIP / 2 * mean(JITTER))
    return mean(lag for copy in copies for lag in copy.lags)
