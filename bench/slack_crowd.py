"""Many answers at once in one workspace of Slack, which takes fifty edits a minute of them all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from bench.bots import TRIP
from bench.discord_lag import Shown
from bench.discord_model import FIRST, Speech
from bench.report import Table, median
from bench.slack_town import town
from bot.clock import SystemClock

SPEECH = Speech(words=125, rate=5)
CROWDS = ((10, 3), (100, 1))
"""Answers at once, and how often one after another."""
BOTS = (("ours", 1), ("ours", 2), ("plain", 1))
"""Who answers, in how many processes."""
PATIENCE = 90.0
CHANNELS = 10
SETTLE = 0.5
"""Seconds for what follows the last edit."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What one kind of bot came to."""

    who: str
    processes: int
    at_once: int
    asked: int
    words: int
    waves: Sequence[Sequence[Shown]]
    """What was seen, of those that were asked together."""
    throttled: Counter[str]
    """429s, by method."""

    def row(self) -> list[str]:
        """One line of the table."""
        seen = [one for wave in self.waves for one in wave]
        firsts, last = [one.first for one in seen], [one.last for one in seen]
        cut = sum(len(one.sent) < self.words for one in seen)
        busy = ", ".join(f"{times} {method}" for method, times in self.throttled.items())
        return [
            *(self.who, f"{self.processes}", f"{self.at_once}", f"{self.asked}"),
            *(f"{self.asked - len(seen)}", f"{cut}", busy or "0", f"{sum(map(_grew, seen))}"),
            *(f"{median(firsts):.1f} s", f"{max(firsts):.1f} s"),
            *(", ".join(map(_lags, self.waves)), f"{median(last):.2f} s", f"{max(last):.1f} s"),
        ]


def _grew(shown: Shown) -> bool:
    return len(shown.frames) > 1


def _lags(wave: Sequence[Shown]) -> str:
    """Of those that grew, whose text was the least late, and whose the most."""
    lags = [mean(one.lags) for one in wave if _grew(one)]
    return f"{min(lags):.1f} to {max(lags):.1f} s"


async def measure(*, quick: bool) -> Table:
    """Run each crowd with one process of ours, with two, and with the plain loop."""
    speech = Speech(words=20, rate=5) if quick else SPEECH
    found = [
        await _crowd(who, processes, *crowd, speech)
        for crowd in (((10, 1),) if quick else CROWDS)
        for who, processes in BOTS
    ]
    return Table(
        "Slack, answers at once in one workspace",
        (
            *("bot", "processes", "answers at once", "in all", "unanswered", "cut off", "429s"),
            *("that grew", "first text: median", "last", "mean lag of those: least to most"),
            *("whole text: median", "worst"),
        ),
        [one.row() for one in found],
        f"Mentions over {CHANNELS} channels; answers of {speech.words} words at"
        f" {speech.rate:g} a second, the first after {FIRST:g} s; ten at once three times, one"
        " after another. Slack takes 50 edits a minute, and of each channel a post a second with a"
        " burst of five;"
        f" {TRIP * 1000:.0f} ms a round trip. Who has no whole answer after {PATIENCE:.0f} s is"
        " unanswered or cut off. The lag is a word's from its coming to its being readable, its"
        " mean that of one answer; the whole text: seconds behind the last word.",
    )


async def _crowd(who: str, processes: int, at_once: int, times: int, speech: Speech) -> Crowd:
    async with town(who, speech, processes=processes) as here:
        channels = here.channels("crowd", CHANNELS)
        waves = []
        for _ in range(times):
            wave = [here.ask(channels[n % CHANNELS], f"person {n}") for n in range(at_once)]
            await here.answered(wave, PATIENCE)
            waves.append(wave)
        await SystemClock().sleep(SETTLE)
        shown = [[one for one in map(here.shown, wave) if one] for wave in waves]
        asked, busy = at_once * times, here.throttled()
    return Crowd(who, processes, at_once, asked, speech.words, shown, busy)
