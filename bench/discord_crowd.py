"""Many conversations at once on Discord, each in a channel of its own.

``python -m bench.discord_crowd NUMBER …`` measures crowds of these sizes alone.
"""

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import mean

from bench.bots import TRIP
from bench.discord_lag import Shown
from bench.discord_model import FIRST, Speech
from bench.discord_town import town
from bench.report import Table, median, ms
from bot.clock import SystemClock

SPEECH = Speech(words=80, rate=10)
CROWDS = (10, 100, 500)
PATIENCE = 60.0
WARM = 10
"""Conversations of a first wave that is not measured: connections open, and what is lazy loads."""
SETTLE = 0.5
"""Seconds for what follows the last edit."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What one process came to."""

    who: str
    asked: int
    words: int
    shown: list[Shown]
    throttled: int
    """429s."""
    cpu: float
    """Seconds of its process, from the first question to behind the last answer."""
    memory: int
    """Bytes."""

    def row(self) -> list[str]:
        """One line of the table."""
        firsts = [one.first for one in self.shown]
        lags = [lag for one in self.shown for lag in one.lags]
        cut = sum(len(one.sent) < self.words for one in self.shown)
        return [
            *(self.who, f"{self.asked}", f"{self.asked - len(self.shown)}", f"{cut}"),
            *(f"{self.throttled}", f"{median(firsts):.2f} s", f"{max(firsts):.2f} s"),
            *(f"{mean(lags):.2f} s", f"{self.memory / 2**20:.0f} MiB"),
            ms(self.cpu / len(self.shown)),
        ]


async def measure(*, quick: bool) -> Table:
    """Run each crowd with ours and with the plain loop."""
    return await _table(CROWDS[:1], Speech(10, 10)) if quick else await _table(CROWDS, SPEECH)


async def _table(crowds: Iterable[int], speech: Speech) -> Table:
    found = [await _crowd(who, number, speech) for number in crowds for who in ("ours", "plain")]
    return Table(
        "Discord, conversations at once",
        (
            *("bot", "conversations", "unanswered", "cut off", "429s", "first text: median"),
            *("last", "mean lag", "memory at most", "CPU of a reply"),
        ),
        [one.row() for one in found],
        f"After a first wave of {WARM}, all asked at once, each in a channel of its own, answers"
        f" of {speech.words} words at {speech.rate:g} a second, the first after {FIRST:g} s;"
        f" {TRIP * 1000:.0f} ms a round trip to Discord, which takes 50 calls a second. Who has"
        " no whole answer after"
        f" {PATIENCE:.0f} s is unanswered or cut off; first texts and lags are those of texts"
        " that were seen, and CPU is shared by the replies that were seen at all. One process"
        " each, with Discord, model and store in others.",
    )


async def _crowd(who: str, number: int, speech: Speech) -> Crowd:
    async with town(who, speech) as here:
        people = [here.there.join(f"person {one}").id for one in range(number + WARM)]
        places = [*zip(here.channels("crowd", number + WARM), people, strict=True)]
        await here.answered([here.ask(*one) for one in places[number:]], PATIENCE)
        await SystemClock().sleep(SETTLE)
        before = here.bots.cpu
        asked = [here.ask(*one) for one in places[:number]]
        await here.answered(asked, PATIENCE)
        await SystemClock().sleep(SETTLE)
        spent = here.bots.cpu - before
        shown = [one for one in map(here.shown, asked) if one]
        throttled, memory = len(here.there.throttled), here.bots.memory
    return Crowd(who, number, speech.words, shown, throttled, spent, memory)


if __name__ == "__main__":
    print(asyncio.run(_table(map(int, sys.argv[1:]), SPEECH)))
