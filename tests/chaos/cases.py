"""Every point at which a process may die, and how each of them ends."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.chaos import on_board, terminal
from tests.chaos.blows import Barrier, Blow
from tests.chaos.world import world


class Scene(StrEnum):
    """Where people ask."""

    BOARD = "board"
    TERMINAL = "terminal"


_PLAYS = {Scene.BOARD: on_board.play, Scene.TERMINAL: terminal.play}


@dataclass(frozen=True, slots=True)
class Case:
    """One point and one blow."""

    scene: Scene
    label: str
    blow: Blow

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
    """Only a model streams; and a terminal is never followed by another while it lives."""
    streams = case.label.startswith("model:") or case.blow is not Blow.KILL_AMID
    return streams and (case.scene is not Scene.TERMINAL or case.blow.kills)


def sample(found: Sequence[Case], size: int, seed: int) -> list[Case]:
    """Some of them, always the same for one seed."""
    return random.Random(seed).sample(found, size)


async def run(case: Case) -> Verdict:
    """Do it, and look at what is left."""
    begin, barrier = time.monotonic(), Barrier(case.label, case.blow)
    async with world(barrier) as made:
        try:
            faults = await _PLAYS[case.scene](made, barrier)
        except TimeoutError:
            faults = ["it never came to rest"]
        if faults:
            faults += made.written()
    return Verdict(case, time.monotonic() - begin, barrier.reached.is_set(), faults)
