"""The one place where a model is asked again."""

import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from stamina import retry_context
from stamina.instrumentation import StructlogOnRetryHook, set_on_retry_hooks

from bot.completion import ModelEvent, TextDelta
from bot.errors import ModelSilent, ModelUnavailable, RateLimited

# Its own choice would import whatever it finds, at the first retry, in the running loop.
set_on_retry_hooks([StructlogOnRetryHook])


@dataclass(frozen=True, slots=True)
class Retries:
    """When to ask again, and when to give up. Times in seconds."""

    attempts: int = 4
    """Questions in all, the first included."""
    total: float = 90.0
    """No new wait begins later than this after the first question."""
    first_wait: float = 0.5
    longest_wait: float = 8.0
    """Waits double from the first up to this."""
    jitter: float = 0.5
    """Up to so much is added to each wait, by chance: many who wait do not come back at once."""
    patience: float = 60.0
    """A provider that wants a longer wait than this is not waited for."""

    def again(self, error: BaseException) -> bool | float:
        """Whether to ask again after this error; a number: in so many seconds."""
        match error:
            case (
                RateLimited(retry_after=float(wanted))
                | ModelUnavailable(retry_after=float(wanted))
            ):
                return wanted <= self.patience and wanted + self._chance()
            case RateLimited() | ModelUnavailable() | ModelSilent():
                return True
            case _:
                return False

    def _chance(self) -> float:
        return random.uniform(0, self.jitter)  # noqa: S311 - spreads load, guards nothing


async def repeated(
    ask: Callable[[], Awaitable[AsyncGenerator[ModelEvent]]], retries: Retries
) -> AsyncGenerator[ModelEvent]:
    """The events of ``ask()``, asked again while no text has come and the error allows it.

    Raises:
        ModelError: the last attempt's.
    """
    spoken = False

    def again(error: BaseException) -> bool | float:
        return not spoken and retries.again(error)

    async for attempt in retry_context(
        on=again,
        attempts=retries.attempts,
        timeout=retries.total,
        wait_initial=retries.first_wait,
        wait_max=retries.longest_wait,
        wait_jitter=retries.jitter,
    ):
        with attempt:
            async with aclosing(await ask()) as events:
                async for event in events:
                    spoken = spoken or isinstance(event, TextDelta)
                    yield event
