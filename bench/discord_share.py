"""One question at a time on Discord: what is the bot's of the time to the first text."""

from collections.abc import Callable

from bench.bots import TRIP
from bench.discord_lag import Shown
from bench.discord_model import FIRST, Speech
from bench.discord_town import town
from bench.report import Table, median, ms, p95, ratio

SPEECH = Speech(words=10, rate=30)
PATIENCE = 20.0


async def measure(*, quick: bool) -> Table:
    """Ask ours, and then the plain loop, each question in a channel of its own."""
    rounds = 2 if quick else 25
    return _table(await _asked("ours", rounds), await _asked("plain", rounds))


async def _asked(who: str, rounds: int) -> list[Shown]:
    found = []
    async with town(who, SPEECH) as here:
        for channel in here.channels("share", rounds):
            question = here.ask(channel, "Ann")
            await here.answered([question], PATIENCE)
            if shown := here.shown(question):
                found.append(shown)
    return found


_FIGURES: dict[str, Callable[[Shown], float]] = {
    "message → request at the model": lambda one: one.request,
    "first word sent → first text readable": lambda one: one.own - one.request,
    "both: own share of the time to the first text": lambda one: one.own,
}


def _table(ours: list[Shown], plain: list[Shown]) -> Table:
    return Table(
        "Discord, one question at a time",
        ("", "Threadwise, median", "p95", "plain loop, median", "p95", "ratio of the medians"),
        [_row(what, [*map(of, ours)], [*map(of, plain)]) for what, of in _FIGURES.items()],
        f"{len(ours)} mentions each, in a channel of their own, answered by a reply; the first"
        f" word after {FIRST:g} s, {TRIP * 1000:.0f} ms a round trip to Discord, of which half"
        " has to pass before a text can be read.",
    )


def _row(what: str, ours: list[float], plain: list[float]) -> list[str]:
    figures = [ms(of(values)) for values in (ours, plain) for of in (median, p95)]
    return [what, *figures, ratio(median(ours), median(plain))]
