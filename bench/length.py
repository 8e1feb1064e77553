"""What a character costs in answers of every length: an answer of n characters costs O(n)."""

import time
from contextlib import AsyncExitStack

from bench.askers import Asker, ours, tutorial
from bench.model import model
from bench.report import Table, median, ratio

LIMIT = 2000
"""Characters of a part, as on Discord."""

BOUNDLESS = 1_000_000
"""As in a terminal."""


async def measure(*, quick: bool) -> Table:
    """Ask for answers of each length in turns, from a model that sends as fast as it can."""
    lengths = (2_000, 8_000) if quick else (2_000, 8_000, 32_000, 128_000)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(model())
        askers: dict[str, Asker] = {
            f"parts of {LIMIT:,}": await stack.enter_async_context(ours(url, limit=LIMIT)),
            "one part": await stack.enter_async_context(ours(url, limit=BOUNDLESS)),
            "loop": await stack.enter_async_context(tutorial(url)),
        }
        for asker in askers.values():
            await asker.ask("warm", "100")
        found: dict[tuple[int, str], list[float]] = {}
        for number in range(1 if quick else 3):
            for length in lengths:
                for name, asker in askers.items():
                    spent = await _spent(asker, f"{number} {length}", length)
                    found.setdefault((length, name), []).append(spent / length)
    return _table({key: median(values) for key, values in found.items()}, [*askers], lengths)


async def _spent(asker: Asker, conversation: str, length: int) -> float:
    before = time.process_time()
    await asker.ask(conversation, str(length))
    return time.process_time() - before


def _table(
    found: dict[tuple[int, str], float], names: list[str], lengths: tuple[int, ...]
) -> Table:
    rows = [
        [
            f"{length:,}",
            *(f"{found[length, name] * 1e6:.1f} µs" for name in names),
            *(ratio(found[length, name], found[length, "loop"]) for name in names[:-1]),
        ]
        for length in lengths
    ]
    growth = [ratio(found[lengths[-1], name], found[lengths[0], name]) for name in names]
    return Table(
        "CPU of one character, by the length of the answer",
        ["characters", *names, *(f"{name} / loop" for name in names[:-1])],
        [*rows, ["last / first", *growth, "", ""]],
        "The model sends as fast as it can; a text that comes while another is shown goes with the"
        " next, all others are shown at once. Medians of three, in turns.",
    )
