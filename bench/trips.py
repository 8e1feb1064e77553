"""What a turn costs the store: round trips and bytes, counted on the wire."""

from dataclasses import dataclass

from bench.askers import Times, home, ours
from bench.model import model
from bench.report import Table
from bench.wire import PUSHED, Trip, counted, in_sequence
from storage.embedded import ensure

FIRST, DELAY, CHARACTERS = 0.2, 0.005, "240"
TURNS = 21
"""The last of them comes with a full history."""

BACKGROUND = ("ready", "renew", "SCRIPT", "HELLO", "PING")
"""Sweeps, renewals and what a connection needs for itself come by the second, not by the turn."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One turn, and what went to the store for it and came back."""

    times: Times
    trips: list[Trip]

    def row(self, name: str = "") -> list[str]:
        """Round trips, bytes out and bytes in, of one kind or of all."""
        these = [trip for trip in self.trips if name in {"", trip.name}]
        number = sum(trip.name != PUSHED for trip in these)
        out, back = sum(one.asked for one in these), sum(one.told for one in these)
        return [f"{number}", f"{out:,}", f"{back:,}"]

    def before(self) -> int:
        """Round trips in sequence before the model's request."""
        asked = (trip for trip in self.trips if trip.name != PUSHED)
        return in_sequence(trip for trip in asked if trip.replied < self.times.arrived)


async def measure(*, quick: bool) -> Table:
    """Fill one conversation's history, and look at its first turn and at its last."""
    with home() as folder:
        async with (
            ensure(folder) as store,
            counted(store.socket, folder / "wire.sock") as wire,
            model(first=FIRST, delay=DELAY) as url,
            ours(url, store=f"unix://{wire.path}") as bot,
        ):
            await bot.ask("another", CHARACTERS)  # loads the scripts
            seen = []
            for _ in range(2 if quick else TURNS):
                wire.trips.clear()
                times = await bot.ask("one", CHARACTERS)
                turns = [trip for trip in wire.trips if not trip.name.startswith(BACKGROUND)]
                seen.append(Seen(times, turns))
    return _table(seen)


def _table(seen: list[Seen]) -> Table:
    first, last = seen[0], seen[-1]
    names = dict.fromkeys(trip.name for trip in (*first.trips, *last.trips))
    head = [f"{what}, turn {n}" for n in (1, len(seen)) for what in ("trips", "bytes out", "in")]
    return Table(
        "Round trips to the store",
        ["", *head],
        [[f"`{name}`", *first.row(name), *last.row(name)] for name in names]
        + [["all", *first.row(), *last.row()]],
        f"In sequence before the model's request: {min(one.before() for one in seen)}; answers of"
        f" {CHARACTERS} characters, {len(seen)} turns of one conversation. Counted between client"
        " and store, where each reply is held back for 5 ms, so that what does not wait for it"
        " overtakes it. What waits never does: the least of all turns counts, since a busy machine"
        " only adds. Left out: sweeps, renewals, and what connections need.",
    )
