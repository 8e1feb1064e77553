"""Several answers at once in one channel of Discord, which takes five edits in five seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from bench.bots import TRIP
from bench.discord_lag import Shown, by_rule
from bench.discord_model import Speech
from bench.discord_town import Question, Town, town
from bench.report import Table, median, ms
from bot.clock import SystemClock

SPEECH = Speech(words=150, rate=30)
AT_ONCE = (1, 2, 5)
BOTS = (("ours", 1), ("ours", 2), ("plain", 1))
"""Who answers, in how many processes."""
SPACING = 1.0
"""Seconds: window ÷ limit of a channel's edits."""
APART = 0.37
"""Seconds from the questions in one channel to those in the next."""
PATIENCE = 40.0


@dataclass(frozen=True, slots=True)
class Paced:
    """Channels with so many answers each."""

    who: str
    processes: int
    answers: int
    channels: Sequence[Sequence[Shown]]
    throttled: int
    """429s."""
    longest: float
    """Seconds of the longest edit, as its caller waited for it."""

    def row(self) -> list[str]:
        """One line of the table."""
        every = [one for channel in self.channels for one in channel]
        lag = mean(lag for one in every for lag in one.lags)
        rule = mean(by_rule(channel, SPACING, TRIP / 2) for channel in self.channels)
        last = [one.last for one in every]
        return [
            *(self.who, f"{self.processes}", f"{self.answers}", f"{self.throttled}"),
            *(ms(self.longest), ms(lag), ms(rule), f"{lag / rule:.2f}"),
            *(ms(median(last)), ms(max(last))),
        ]


async def measure(*, quick: bool) -> Table:
    """Let each of the bots have each number of answers, in several channels one after another."""
    speech = Speech(words=30, rate=30) if quick else SPEECH
    numbers, channels = ((2,), 1) if quick else (AT_ONCE, 8)
    found = [
        await _paced(who, processes, answers, channels, speech)
        for who, processes in BOTS
        for answers in numbers
    ]
    return Table(
        "Discord, answers at once in one channel",
        (
            *("bot", "processes", "answers", "429s", "longest edit"),
            *("mean lag", "by the plain rule", "ratio", "whole text: median", "worst"),
        ),
        [one.row() for one in found],
        f"{speech.words} words at {speech.rate:g} a second, {channels} channels, {APART:g} s"
        " apart. The lag is a word's from its coming to its being readable; the plain rule shows"
        " the first text at once, then edits spaced evenly at window ÷ limit over the channel's"
        " answers, and one at the end. The whole text: seconds behind the last word.",
    )


async def _paced(who: str, processes: int, answers: int, channels: int, speech: Speech) -> Paced:
    async with town(who, speech, processes=processes) as here:
        asked = await _ask(here, answers, channels)
        await here.answered([one for channel in asked for one in channel], PATIENCE)
        shown = [[one for one in map(here.shown, channel) if one] for channel in asked]
        throttled = len(here.there.throttled)
    return Paced(who, processes, answers, shown, throttled, max(map(float, here.bots.said)))


async def _ask(here: Town, answers: int, channels: int) -> list[list[Question]]:
    asked = []
    for channel in here.channels("pace", channels):
        asked.append([here.ask(channel, f"Ann {n}") for n in range(answers)])
        await SystemClock().sleep(APART)
    return asked
