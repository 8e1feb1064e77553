"""What the shared allowance is replaced by while the store is away."""

import asyncio
from dataclasses import replace

import structlog

from bot.errors import StoreError
from bot.pacing.allowance import Allowance, Ask, LocalAllowance, Terms, Wait
from bot.ports import Clock

_log = structlog.get_logger()
_PATIENCE = 3.0
"""Seconds that one question to the store may take: more than its client waits, so that a loop
which is late by a second does not look like a store that is away."""
_AWAY = 2.0
"""Seconds until a store that did not answer is asked again."""
_CAREFUL = Terms(rate=Terms().rate / 4, limit=1)
"""What one process allows itself alone: a share that four of them may take at once."""


class Sheltered:
    """The shared allowance; while the store does not answer, a careful share of it."""

    def __init__(self, shared: Allowance, clock: Clock, alone: Allowance | None) -> None:
        self._shared = shared
        self._clock = clock
        self._alone = alone or LocalAllowance(clock, _CAREFUL)
        self._ask_at = clock.monotonic()
        self._away = False

    async def take(self, ask: Ask) -> Wait:
        """Keeps the promise of ``Allowance``; never raises."""
        if self._clock.monotonic() < self._ask_at:
            return await self._alone.take(replace(ask, learnt=None))
        try:
            async with asyncio.timeout(_PATIENCE):
                wait = await self._shared.take(ask)
        except (StoreError, TimeoutError) as error:
            self._lost(error)
            return await self._alone.take(replace(ask, learnt=None))
        self._found()
        return wait

    async def give_back(self, lane: str) -> None:
        """Keeps the promise of ``Allowance``; what a store that is away does not hear is lost."""
        if self._away:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._shared.give_back(lane)
        except (StoreError, TimeoutError) as error:
            self._lost(error)

    def _lost(self, error: Exception) -> None:
        self._ask_at = self._clock.monotonic() + _AWAY
        if not self._away:
            _log.warning("paces alone: the store does not answer", error=str(error))
        self._away = True

    def _found(self) -> None:
        if self._away:
            _log.info("paces with the others again")
        self._away = False
