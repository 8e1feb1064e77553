"""How long a model may stay silent."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from bot.errors import ModelSilent

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds. A provider's keep-alive comments do not count as a sign of life."""

    first: float = 60.0
    """From the question to the first event."""
    silence: float = 60.0
    """From one event to the next."""
    ending: float = 5.0
    """From the finish reason to the usage and the end of the stream."""
    listing: float = 10.0
    """For a provider's list of models."""


async def within(seconds: float, step: Awaitable[T]) -> T:
    """Await one step.

    Raises:
        ModelSilent: it took longer, and was cancelled.
    """
    try:
        async with asyncio.timeout(seconds):
            return await step
    except TimeoutError:
        raise ModelSilent(f"nothing came for {seconds:g} s") from None
