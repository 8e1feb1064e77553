"""Rolling windows: no call goes that would be one too many in any stretch of time.

For a platform that says how many calls a lane takes, but neither how it counts them nor how many
are left. The times of a lane's last calls are kept: after a rest many may go at once, and however
the platform counts, it never counts one too many. A call may take a place of several lanes, whose
names are joined by spaces: of all of them, or of none.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.outcomes import Call
from bot.pacing.allowance import Ask, Wait
from bot.ports import Clock

MARGIN = 1.0
"""Seconds by which one call may be longer on its way than a later one."""
RESERVE = 5
"""Each so-many-th place of a window is left to last edits."""
SHARE = 0.4
"""Of a window: divided by the places that are left, the pause of an interim edit behind any call.

Of 50 places a minute interim edits take one every 0.6 s at first, one every 2.1 s in the long run,
and 40 at most, so that ten last edits find places at any moment. Simulated for answers of 8 to
180 s, one to twenty at once, and for people who ask again and again, no last edit waits for its
place. Without the reserve some wait for 14 s, with half the pause for 40 s; with twice the pause,
the texts of a lone answer of 20 s are 0.8 s late instead of 0.5 s.
"""
FREE = Wait(granted=True, token=0.0, lane=0.0)
"""What the lane ``""`` always answers: it has no limit."""


@dataclass(frozen=True, slots=True)
class Rule:
    """So many calls may go in so many seconds; a limit of 0 lets none go, ever."""

    limit: int
    seconds: float

    @property
    def span(self) -> float:
        """Seconds for which a call counts."""
        return self.seconds + MARGIN

    def terms(self, call: Call) -> tuple[int, float]:
        """Places that such a call may have, and its pause, times those of them that are left."""
        if call is Call.INTERIM:
            return self.limit - self.limit // RESERVE, self.seconds * SHARE
        return self.limit, 0.0


Rules = Mapping[str, Rule]
"""What is allowed in lanes, by the first word of their names: ``post`` for ``post:C1``."""


def careful(rules: Rules) -> Rules:
    """What one process allows itself alone: a share that four of them may take at once."""
    return {name: replace(rule, limit=math.ceil(rule.limit / 4)) for name, rule in rules.items()}


def rule_of(rules: Rules, lane: str) -> Rule:
    """The rule of one lane."""
    return rules[lane.partition(":")[0]]


class LocalRolling:
    """The rolling windows of one process, by the same rules as the shared ones."""

    def __init__(self, clock: Clock, rules: Rules) -> None:
        self._clock = clock
        self._windows = _Windows(rules)

    async def take(self, ask: Ask) -> Wait:
        """Keeps the promise of ``Allowance``; never raises."""
        if not ask.lane:
            return FREE
        now = self._clock.monotonic()
        windows = self._windows.of(ask.lane, now)
        granted = _opens(windows, ask.call, now) <= now
        if granted:
            for window in windows:
                window.times.append(now)
        return Wait(granted, 0.0, max(0.0, _opens(windows, ask.call, now) - now))

    async def give_back(self, lane: str) -> None:
        """Keeps the promise of ``Allowance``; never raises.

        Within the window of that take. The oldest call is struck out, whichever it was: so those
        that were made count for as long as they should, or longer.
        """
        for window in self._windows.of(lane, self._clock.monotonic()):
            del window.times[:1]

    def busy(self, lane: str, seconds: float) -> None:
        """Close one lane for so long: the platform says that it takes no call."""
        self._windows[lane].shut = self._clock.monotonic() + seconds


@dataclass(slots=True)
class _Window:
    """The last calls of one lane; rolling.lua keeps the same for all processes."""

    rule: Rule
    times: list[float] = field(default_factory=list)
    shut: float = 0.0

    def forget(self, now: float) -> None:
        """Drop the calls that count no more."""
        self.times = [at for at in self.times if at > now - self.rule.span]

    def opens(self, call: Call, now: float) -> float:
        """The time from which it has such a place.

        An interim edit goes a pause after the last call, the shorter, the fewer of them count yet.
        """
        limit, pause = self.rule.terms(call)
        last = max(self.times, default=-math.inf)
        frees = [now, *(at + self.rule.span for at in self.times)]
        rooms = enumerate(frees, limit - len(self.times))
        turns = (max(free, last + pause / room) for room, free in rooms if room > 0)
        return max(self.shut, min(turns, default=now + self.rule.span))


class _Windows(defaultdict[str, _Window]):
    """A window for each lane."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def __missing__(self, lane: str) -> _Window:
        window = self[lane] = _Window(rule_of(self._rules, lane))
        return window

    def of(self, lanes: str, now: float) -> list[_Window]:
        """Those of all these lanes, as of now."""
        windows = [self[lane] for lane in lanes.split()]
        for window in windows:
            window.forget(now)
        return windows


def _opens(windows: list[_Window], call: Call, now: float) -> float:
    return max(window.opens(call, now) for window in windows)
