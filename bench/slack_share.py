"""One question at a time on Slack: what is the bot's of the time to the first text."""

from collections.abc import Callable, Iterable

from bench.bots import TRIP
from bench.discord_lag import Shown
from bench.discord_model import FIRST, Speech
from bench.report import Table, median, ms, p95, ratio
from bench.slack_town import Question, Town, town

SPEECH = Speech(words=10, rate=30)
PATIENCE = 20.0

_FIGURES: dict[str, Callable[[Shown], float]] = {
    "message → request at the model": lambda one: one.request,
    "first word sent → first text readable": lambda one: one.own - one.request,
    "both: own share of the time to the first text": lambda one: one.own,
}


async def measure(*, quick: bool) -> Table:
    """Ask ours, and then the plain loop: in channels, and alone."""
    rounds = 2 if quick else 15
    (ours, ours_alone), (plain, plain_alone) = [
        await _asked(who, rounds) for who in ("ours", "plain")
    ]
    return Table(
        "Slack, one question at a time",
        ("", "Threadwise, median", "p95", "plain loop, median", "p95", "ratio of the medians"),
        [*_rows("mention", ours, plain), *_rows("direct message", ours_alone, plain_alone)],
        f"{rounds} mentions each, every one in a channel of its own, and {rounds} direct messages,"
        f" which Threadwise answers by streams; the first word after {FIRST:g} s,"
        f" {TRIP * 1000:.0f} ms a round trip to Slack, of which half has to pass before a text can"
        " be read. Whoever was not heard of for ten minutes is looked up first, which takes a"
        " round trip: here the first of all.",
    )


async def _asked(who: str, rounds: int) -> tuple[list[Shown], list[Shown]]:
    """The answers to mentions, and to direct messages."""
    async with town(who, SPEECH, warm=2) as here:
        channels = here.channels("share", rounds)
        return (
            await _answers(here, (here.ask(channel, "Ann") for channel in channels)),
            await _answers(here, (here.tell("Ann") for _ in range(rounds))),
        )


async def _answers(here: Town, questions: Iterable[Question]) -> list[Shown]:
    """Each question is asked when the one before is answered."""
    found = []
    for question in questions:
        await here.answered([question], PATIENCE)
        if shown := here.shown(question):
            found.append(shown)
    return found


def _rows(where: str, ours: list[Shown], plain: list[Shown]) -> list[list[str]]:
    return [
        [f"{where}: {what}", *_row([*map(of, ours)], [*map(of, plain)])]
        for what, of in _FIGURES.items()
    ]


def _row(ours: list[float], plain: list[float]) -> list[str]:
    figures = [ms(of(values)) for values in (ours, plain) for of in (median, p95)]
    return [*figures, ratio(median(ours), median(plain))]
