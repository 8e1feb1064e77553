"""Schedulers over an allowance of their own, and those who wait there, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.errors import StoreUnavailable
from bot.messages import ConversationKey
from bot.outcomes import Call
from bot.pacing import Ask, LocalAllowance, Scheduler, Terms, Wait
from tests.bot.pacing_sim import CLOCK, lane_of, virtually


def channel(name: str) -> ConversationKey:
    """A channel."""
    return ConversationKey("discord", "guild", name)


@dataclass
class Shared:
    """An allowance that may be away, or be held, and remembers what was asked of it."""

    own: LocalAllowance = field(default_factory=lambda: LocalAllowance(CLOCK, Terms()))
    asked: list[Ask] = field(default_factory=list)
    away: bool = False
    free: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, ask: Ask) -> Wait:
        self.asked.append(ask)
        if self.away:
            raise StoreUnavailable("away")
        wait = await self.own.take(ask)
        await self.free.wait()
        return wait

    async def give_back(self, lane: str) -> None:
        await self.own.give_back(lane)


class Desk:
    """Schedulers that run, and those who wait there, in the order in which they may go."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self.shared = Shared()
        self.shared.free.set()
        self.scheduler, self.other = (Scheduler(self.shared, lane_of, CLOCK) for _ in range(2))
        """Those of two processes."""
        self.went: list[str] = []
        self._group = group

    def call(
        self, name: str, call: Call, where: str, unread: int = 0, by: Scheduler | None = None
    ) -> asyncio.Task[None]:
        """Somebody who wants to go."""
        wish = (by or self.scheduler).admit(channel(where), call, lambda: unread)
        return self._group.create_task(self._call(name, wish))

    async def _call(self, name: str, wish: Coroutine[Any, Any, None]) -> None:
        await wish
        self.went.append(name)

    async def exhaust(self) -> None:
        """Use up the token's stock."""
        for n in range(Terms().stock):
            await self.scheduler.admit(channel(f"x{n}"), Call.FINAL, lambda: 0)


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    """A desk whose schedulers run as long as the block."""
    async with asyncio.TaskGroup() as group:
        made = Desk(group)
        runs = [group.create_task(one.run()) for one in (made.scheduler, made.other)]
        yield made
        for run in runs:
            run.cancel()


Story = Callable[[Desk], Coroutine[Any, Any, None]]


def told(story: Story) -> Desk:
    """The story, told in virtual time."""

    async def main() -> Desk:
        async with desk() as made:
            await story(made)
            return made

    return virtually(main())
