"""``python -m bench [--quick] [name …]``: measure, and print tables in Markdown."""

import asyncio
from collections.abc import Sequence

import click

from bench import (
    crowd,
    discord_crowd,
    discord_pace,
    discord_share,
    length,
    slack_crowd,
    slack_share,
    trips,
    turns,
)
from bench.report import machine

MEASURES = {
    "turns": turns.measure,
    "trips": trips.measure,
    "crowd": crowd.measure,
    "length": length.measure,
    "discord-share": discord_share.measure,
    "discord-pace": discord_pace.measure,
    "discord-crowd": discord_crowd.measure,
    "slack-share": slack_share.measure,
    "slack-crowd": slack_crowd.measure,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*MEASURES, "discord", "slack"]))
@click.option("--quick", is_flag=True, help="A few repetitions, to see that it runs.")
def main(names: Sequence[str], *, quick: bool) -> None:
    """Measure what is named (discord, slack: all of that), or everything."""
    wanted = {*names}
    chosen = [name for name in MEASURES if {name, name.split("-")[0]} & wanted]
    asyncio.run(_run(chosen or [*MEASURES], quick=quick))


async def _run(names: Sequence[str], *, quick: bool) -> None:
    print(f"{machine()}\n", flush=True)
    for name in names:
        print(await MEASURES[name](quick=quick), flush=True)


if __name__ == "__main__":
    main()
