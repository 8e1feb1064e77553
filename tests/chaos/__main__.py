"""``python -m tests.chaos``: every point with every blow, and every break of the product."""

import argparse
import asyncio
import sys

from tests.chaos import breaking, cases
from tests.chaos.breaks import BREAKS


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", "points", "breaks"), default="all")
    parser.add_argument("--only", default="", help="cases or breaks whose name contains this")
    parser.add_argument("--jobs", type=int, default=3, help="cases at a time")
    return parser.parse_args()


async def points(only: str, jobs: int) -> bool:
    """Run the cases, print their table; whether all is well."""
    every = [case for scene in cases.Scene for case in await cases.cases(scene)]
    found = [case for case in every if only in str(case)]
    wrong = missed = 0
    async for verdict in cases.run_all(found, jobs):
        print(verdict, flush=True)  # noqa: T201 - its output
        wrong += bool(verdict.faults)
        missed += not verdict.reached
    print(f"{len(found)} cases, {wrong} wrong, {missed} not reached")  # noqa: T201 - likewise
    return not wrong


async def main() -> int:
    """Run what was asked for; 0 when all is well."""
    asked = _arguments()
    well = True
    if asked.what != "breaks":
        well = await points(asked.only, asked.jobs)
    if asked.what != "points":
        well = await breaking.run(BREAKS, asked.only) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
