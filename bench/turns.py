"""One question at a time: its way to the model, the first text's way out, and the CPU of both."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.askers import Asker, Times, ours, tutorial
from bench.model import model
from bench.report import Table, median, ms, p95, ratio
from bot.clock import SystemClock

FIRST, DELAY, CHARACTERS = 0.2, 0.01, "240"
IDLE = 3.0
"""Seconds in which nobody asks: what our bot uses then is not the answers'."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer."""

    times: Times
    cpu: float
    """Seconds of all threads of this process, less those of as long a time without a question."""


async def measure(*, quick: bool) -> Table:
    """Ask both in turns."""
    rounds = 2 if quick else 30
    async with (
        model(first=FIRST, delay=DELAY) as url,
        ours(url) as bot,
        tutorial(url) as loop,
    ):
        idle = await _idle(IDLE / 3 if quick else IDLE)
        samples: dict[str, list[Sample]] = {"ours": [], "loop": []}
        for number in range(-1, rounds):
            for name, asker in (("ours", bot), ("loop", loop)):
                sample = await _sample(asker, str(number // 10), idle)
                samples[name] += [sample] * (number >= 0)  # the first is for warming up
    return _table(samples["ours"], samples["loop"], idle)


async def _idle(seconds: float) -> float:
    """CPU seconds for each second in which nothing is asked."""
    before = time.process_time()
    await SystemClock().sleep(seconds)
    return (time.process_time() - before) / seconds


async def _sample(asker: Asker, conversation: str, idle: float) -> Sample:
    began, before = time.monotonic(), time.process_time()
    taken = await asker.ask(conversation, CHARACTERS)
    spent, seconds = time.process_time() - before, time.monotonic() - began
    return Sample(taken, spent - idle * seconds)


_FIGURES: dict[str, Callable[[Sample], float]] = {
    "question → request at the model": lambda one: one.times.request,
    "first token sent → first text out": lambda one: one.times.output,
    "both: own share of the time to the first text": lambda one: one.times.own,
    "CPU of one answer": lambda one: one.cpu,
}


def _table(bot: list[Sample], loop: list[Sample], idle: float) -> Table:
    return Table(
        "One question at a time",
        ("", "Threadwise, median", "p95", "loop, median", "p95", "ratio of the medians"),
        [_row(what, [*map(of, bot)], [*map(of, loop)]) for what, of in _FIGURES.items()],
        f"{len(bot)} answers each, in turns, ten to a conversation; {CHARACTERS} characters, the"
        f" first token after {FIRST:g} s, then one every {DELAY:g} s, each of them shown at once."
        f" An idle bot uses {idle:.1%} of one core, which is taken off.",
    )


def _row(what: str, bot: list[float], loop: list[float]) -> list[str]:
    figures = [ms(of(values)) for values in (bot, loop) for of in (median, p95)]
    return [what, *figures, ratio(median(bot), median(loop))]
