"""Many conversations at once in one process: all finished, in order, in what time and memory."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from subprocess import PIPE
from typing import Any

import psutil

from bench.askers import ours, tutorial
from bench.model import model, tokens
from bench.report import Table, ms, ratio
from bot.clock import SystemClock
from bot.messages import State

FIRST, CHARACTERS = 0.2, 50
PACES = {1: 0.1, 10: 0.1, 100: 0.1, 1000: 1.0}
"""Conversations → seconds between two tokens: two cores have to do for model and bot."""

PATIENCE = 120.0
"""Seconds for a whole crowd."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one process came to."""

    finished: int
    """Conversations of which both questions were answered, in their order."""
    seconds: float
    cpu: float
    """Seconds."""
    memory: int
    """Bytes, at the most."""


@dataclass(frozen=True, slots=True)
class Row:
    """A crowd of ours, and one of the loop's."""

    number: int
    delay: float
    bot: Outcome
    loop: Outcome

    @property
    def ideal(self) -> float:
        """Seconds that the model alone takes."""
        return 2 * (FIRST + len(tokens(CHARACTERS)) * self.delay)


Talk = Callable[[str], Coroutine[Any, Any, bool]]
"""Asks two questions in one conversation; whether both were answered, in their order."""


async def measure(*, quick: bool) -> Table:
    """Run each crowd in a process of its own, ours and the loop's in turns."""
    paces = {1: 0.01, 20: 0.01} if quick else PACES
    rows: list[Row] = []
    for number, delay in paces.items():
        async with model(first=FIRST, delay=delay) as url:
            bot, loop = await _child("ours", number, url), await _child("loop", number, url)
        rows.append(Row(number, delay, bot, loop))
    return _table(rows)


async def _child(who: str, number: int, url: str) -> Outcome:
    words = (sys.executable, "-m", "bench.crowd", who, str(number), url)
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
    said, _ = await process.communicate()
    outcome = Outcome(**json.loads(said))
    if outcome.finished < number:
        raise SystemExit(f"{who}: {outcome.finished:,} of {number:,} conversations finished")
    return outcome


def _table(rows: list[Row]) -> Table:
    alone = rows[0]
    return Table(
        "Conversations at once in one process",
        (
            "conversations",
            *("finished", "ideal", "Threadwise", "loop"),
            *("CPU of an answer: Threadwise", "loop", "ratio"),
            *("memory: Threadwise", "loop"),
            *("of each conversation: Threadwise", "loop"),
        ),
        [_line(row, alone) for row in rows],
        f"Two questions by two people in each, answers of {1 + len(tokens(CHARACTERS))} tokens,"
        f" the first after {FIRST} s, then one every 0.1 s; with 1,000 conversations one every"
        " second, so that two cores suffice for model, store and bot. Finished: both answered, in"
        " their order. Each crowd runs once, in a process of its own; memory is what it held at"
        " the most, of each conversation what it held beyond that of one alone.",
    )


def _line(row: Row, alone: Row) -> list[str]:
    number, bot, loop = row.number, row.bot, row.loop
    return [
        f"{number:,}",
        f"{bot.finished:,}",
        *(f"{seconds:.1f} s" for seconds in (row.ideal, bot.seconds, loop.seconds)),
        *(ms(one.cpu / number / 2) for one in (bot, loop)),
        ratio(bot.cpu, loop.cpu),
        *(f"{one.memory / 2**20:.0f} MiB" for one in (bot, loop)),
        _each(number, bot.memory - alone.bot.memory),
        _each(number, loop.memory - alone.loop.memory),
    ]


def _each(number: int, memory: int) -> str:
    return f"{memory / number / 1024:.0f} KiB" if number > 1 else ""


async def _ours(url: str, number: int) -> Outcome:
    async with ours(url) as bot:

        async def talk(conversation: str) -> bool:
            asked = [await bot.accept(conversation, str(CHARACTERS), who) for who in ("Al", "Bo")]
            first, second = [await turn for turn in asked]
            ended = {first.ending.state, second.ending.state}
            return first.at < second.at and ended == {State.ANSWERED}

        return await _crowd(talk, number)


async def _loop(url: str, number: int) -> Outcome:
    async with tutorial(url) as loop:

        async def talk(conversation: str) -> bool:
            for _ in range(2):
                await loop.ask(conversation, str(CHARACTERS))
            return True

        return await _crowd(talk, number)


async def _crowd(talk: Talk, number: int) -> Outcome:
    began, before = time.monotonic(), time.process_time()
    async with _memory() as memory, asyncio.TaskGroup() as group:
        talks = [group.create_task(talk(str(one))) for one in range(number)]
        _, late = await asyncio.wait(talks, timeout=PATIENCE)
        for one in late:
            one.cancel()
    return Outcome(
        finished=sum(one.result() for one in talks if one not in late),
        seconds=time.monotonic() - began,
        cpu=time.process_time() - before,
        memory=max(memory),
    )


@asynccontextmanager
async def _memory() -> AsyncIterator[list[int]]:
    """This process's memory, looked at again and again while the block runs."""
    seen: list[int] = []
    own, clock = psutil.Process(), SystemClock()

    async def look() -> None:
        while True:
            seen.append(own.memory_info().rss)
            await clock.sleep(0.1)

    async with asyncio.TaskGroup() as group:
        looking = group.create_task(look())
        yield seen
        looking.cancel()


if __name__ == "__main__":
    who, number, url = sys.argv[1:]
    outcome = asyncio.run({"ours": _ours, "loop": _loop}[who](url, int(number)))
    print(json.dumps(asdict(outcome)))
