"""Tables in Markdown, and the few sums that they need."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """One measurement, as it is printed."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str
    """How it was measured."""

    def __str__(self) -> str:
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"### {self.title}\n\n{self.note}\n\n{table}\n"


def machine() -> str:
    """What all of it was measured on."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    busy = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({platform.system()}, {platform.machine()}), {python};"
        f" load {busy:.1f} at the start."
    )


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """What 95 of 100 do not exceed."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def ms(seconds: float) -> str:
    """Seconds as milliseconds."""
    return f"{seconds * 1000:.1f} ms"


def ratio(one: float, other: float) -> str:
    """How many times as much."""
    return f"{one / other:.2f}"
