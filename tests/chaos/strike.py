"""People ask a bot, and its process is struck: by whom and how what it left is finished."""

import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import ForkServerProcess
from typing import Any

from tests.chaos.blows import Barrier, Blow
from tests.chaos.world import World


@dataclass(frozen=True, slots=True)
class Act:
    """What happens on a platform."""

    bot: Callable[[], None]
    """The life of a bot's process."""
    ask: Callable[[], Awaitable[None]]
    """People ask, as soon as somebody hears them or the process was struck."""
    finished: Callable[[], Coroutine[Any, Any, None]]
    """Waits until everything is answered in the history, and nothing is left to do."""
    forget: Callable[[], None] = lambda: None
    """Makes the platform forget what it does not remember for ever, where a process died."""


async def struck(made: World, barrier: Barrier, act: Act) -> None:
    """Play it, strike where the point is reached, and wait until every bot has ended.

    Raises:
        TimeoutError: not everything was answered.
    """
    victim = made.start(act.bot, proxied=True)
    await act.ask()
    if await barrier.hit(act.finished()) and barrier.blow is not Blow.LOST:
        await _succeeded(made, victim, barrier, act)
    await act.finished()
    for bot in made.started:
        await made.ended(bot)


async def _succeeded(made: World, victim: ForkServerProcess, barrier: Barrier, act: Act) -> None:
    """Strike, and let another process finish; only then may a frozen one go on."""
    assert victim.pid
    if barrier.blow.kills:
        victim.kill()
        act.forget()
        made.start(act.bot)
        return
    os.kill(victim.pid, signal.SIGSTOP)
    made.start(act.bot)
    await act.finished()
    wake, arrive = partial(os.kill, victim.pid, signal.SIGCONT), barrier.opened.set
    first, then = (wake, arrive) if barrier.blow is Blow.FREEZE_LATE else (arrive, wake)
    first()
    await made.clock.sleep(0.1)
    then()
