"""Every point at which a process may die, and how each of them ends."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

from tests.chaos import on_board, on_discord, on_slack, terminal
from tests.chaos.blows import Barrier, Blow
from tests.chaos.world import world


class Scene(StrEnum):
    """Where people ask."""

    BOARD = "board"
    TERMINAL = "terminal"
    DISCORD = "discord"
    SLACK = "slack"


_PLAYS = {
    Scene.BOARD: on_board.play,
    Scene.TERMINAL: terminal.play,
    Scene.DISCORD: on_discord.play,
    Scene.SLACK: on_slack.play,
}
_PLATFORMS = {"board", "discord", "slack"}
_SERVERS = {Blow.KILL_AMID: {"model"}, Blow.FREEZE_LATE: _PLATFORMS, Blow.LOST: _PLATFORMS}
"""Only a model streams; only what lands on a platform cannot be refused by a fence."""


@dataclass(frozen=True, slots=True)
class Case:
    """One point and one blow."""

    scene: Scene
    label: str
    blow: Blow

    @property
    def server(self) -> str:
        """Who is asked: the store, the model or the platform."""
        return self.label.partition(":")[0]

    def __str__(self) -> str:
        return f"{self.scene} {self.label} {self.blow}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a case ended."""

    case: Case
    seconds: float
    reached: bool
    """A run differs from the next one by some requests: not every label comes each time."""
    faults: Sequence[str]

    def __str__(self) -> str:
        word = "WRONG" if self.faults else "ok" if self.reached else "ok, not reached"
        first = f"{self.case!s:50} {self.seconds:5.1f} s  {word}"
        return "\n    ".join([first, *self.faults])


async def cases(scene: Scene) -> list[Case]:
    """Every request of a clean run, with every blow that fits it.

    Raises:
        AssertionError: even a clean run goes wrong.
    """
    recorder = Barrier()
    async with world(recorder) as made:
        faults = await _PLAYS[scene](made, recorder)
    assert not faults, faults
    found = [Case(scene, label, blow) for label in recorder.labels if label for blow in Blow]
    return [case for case in found if _fits(case)]


def _fits(case: Case) -> bool:
    """A terminal is never followed by another while it lives; some blows fit one server alone."""
    if case.scene is Scene.TERMINAL and not case.blow.kills:
        return False
    return case.server in _SERVERS.get(case.blow, {case.server})


def sample(found: Sequence[Case], seed: int, each: int) -> list[Case]:
    """So many of each kind, the same for one seed even where some labels come or go."""
    chosen: dict[tuple[str, ...], list[Case]] = defaultdict(list)
    for case in sorted(found, key=lambda case: crc32(f"{seed} {case}".encode())):
        chosen[case.scene, case.server, case.blow].append(case)
    return [case for kind in chosen.values() for case in kind[:each]]


async def run(case: Case) -> Verdict:
    """Do it, and look at what is left."""
    begin, barrier = time.monotonic(), Barrier(case.label, case.blow)
    async with world(barrier) as made:
        faults: list[str] = []
        try:
            faults += await _PLAYS[case.scene](made, barrier)
        except* TimeoutError:
            faults += ["it never came to rest"]
        if faults:
            faults += made.scene()
    return Verdict(case, time.monotonic() - begin, barrier.reached.is_set(), faults)


async def run_all(found: Sequence[Case], jobs: int) -> AsyncIterator[Verdict]:
    """Run so many at a time; the verdicts as they come."""
    places = asyncio.Semaphore(jobs)

    async def one(case: Case) -> Verdict:
        async with places:
            return await run(case)

    for verdict in asyncio.as_completed([one(case) for case in found]):
        yield await verdict
