"""Takes conversations that are due, runs their turns, and keeps their leases alive."""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from bot.delivery import LANDING
from bot.errors import NotYet, PlatformBusy, PlatformUnavailable, RecordUnreadable, StoreError
from bot.lease import Lease
from bot.messages import Account, Claim, ConversationKey
from bot.outcomes import Held, Unclaimed
from bot.prompt import PromptSettings
from bot.together import together, within
from bot.turn import Turns

_log = structlog.get_logger()
_RETRY = 30.0
"""Seconds until an answer that its platform does not take is tried again."""
_CLAIMS = 16
"""Claims under way at once: more would wait for the store while their leases run out."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The worker's times, in seconds, and how much it takes on."""

    lease: float = 10
    sweep: float = 1
    drain: float = 25
    """A stop waits so long for running answers before it hands them over."""
    running: int = 1000
    """Answers at once in this process; the rest wait in their inboxes."""

    @property
    def renew(self) -> float:
        """Between two renewals."""
        return self.lease / 4

    @property
    def safe(self) -> float:
        """A lease counts as lost here before it is free for others."""
        return self.lease * 0.8


Terms = Callable[[ConversationKey], Coroutine[Any, Any, PromptSettings]]
"""Tells what holds for the prompts of a conversation."""


class Worker:
    """One of any number, in any number of processes, over one store."""

    def __init__(
        self, accounts: Sequence[Account], turns: Turns, terms: Terms, pace: Pace | None = None
    ) -> None:
        self._accounts = {account.name: account for account in accounts}
        self._turns = turns
        self._terms = terms
        self._inbox, self._clock = turns.desk.inbox, turns.desk.clock
        self._pace = pace or Pace()
        self._running: dict[ConversationKey, asyncio.Task[None]] = {}
        self._again: set[tuple[str, ConversationKey]] = set()
        self._held: set[Held] = set()
        """Claims on their way, and those whose turns run."""
        self._leases: dict[Held, Lease] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        """Those of ``_running``, and others that undo a late request."""
        self._claiming = asyncio.Semaphore(_CLAIMS)
        self._look = asyncio.Event()
        self._renew = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Take nothing more; ``run`` returns when what runs is answered or handed over."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until ``stop``."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            intake = [group.create_task(self._listen()), group.create_task(self._sweep())]
            renewing = group.create_task(self._keep_leases())
            await self._stopping.wait()
            for task in intake:
                task.cancel()
            await self._drain()
            renewing.cancel()

    async def _listen(self) -> None:
        while True:
            with _going_on("signals failed"):
                await self._heed()
            await self._clock.sleep(self._pace.sweep)

    async def _heed(self) -> None:
        async for signal in self._inbox.signals():
            if signal.kind == "wake" and signal.account in self._accounts:
                self._start(signal.account, ConversationKey.parse(signal.conversation))
            elif signal.kind == "stop":
                self._renew.set()
            elif signal.kind == "lost":
                self._look.set()

    async def _sweep(self) -> None:
        """Find what no signal told of: crashes, lost hints, delayed retries."""
        while True:
            self._look.clear()
            with _going_on("sweep failed"):
                for account in self._accounts.values():
                    for conversation in await self._inbox.ready(account, self._free()):
                        self._start(account.name, conversation)
            await within(self._look, self._pace.sweep * random.uniform(0.8, 1.2))  # noqa: S311

    def _free(self) -> int:
        return max(0, self._pace.running - len(self._running))

    def _start(self, account: str, conversation: ConversationKey) -> None:
        if conversation in self._running:
            self._again.add((account, conversation))
        elif self._free() and not self._stopping.is_set():
            task = self._group.create_task(self._take(account, conversation))
            self._running[conversation] = task
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _take(self, account: str, conversation: ConversationKey) -> None:
        mend = None
        try:
            mend = await self._turn(account, conversation)
        except (StoreError, RecordUnreadable) as error:  # the lease runs out: due again
            _log.warning("turn put off", conversation=str(conversation), error=str(error))
        except Exception:  # noqa: BLE001 - the outermost edge of a turn: others must go on
            _log.exception("turn failed", conversation=str(conversation))
        finally:
            full = not self._free()
            del self._running[conversation]
        if full:
            self._look.set()
        if (account, conversation) in self._again:
            self._again.discard((account, conversation))
            self._start(account, conversation)
        if mend:
            await self._mend(mend)

    async def _turn(
        self, account: str, conversation: ConversationKey
    ) -> Callable[[], Awaitable[None]] | None:
        held = Held(conversation, account, secrets.token_hex(8))
        self._held.add(held)
        try:
            claim, terms, lease = await self._claim(held)
            if isinstance(claim, Unclaimed):
                return None
            self._leases[held] = lease
            return await self._work(claim, terms, lease)
        finally:
            self._held.discard(held)
            self._leases.pop(held, None)

    async def _claim(self, held: Held) -> tuple[Claim | Unclaimed, PromptSettings, Lease]:
        async with self._claiming:
            asked = self._clock.monotonic()
            claiming = self._inbox.claim(held.account, held.conversation, held.fence)
            try:
                claim, terms = await together(claiming, self._terms(held.conversation))
            except StoreError:  # perhaps it is claimed; that no model was asked is no attempt
                await self._hand_over(held)
                raise
        return claim, terms, Lease(self._clock, asked + self._pace.safe)

    async def _work(
        self, claim: Claim, terms: PromptSettings, lease: Lease
    ) -> Callable[[], Awaitable[None]] | None:
        try:
            return await self._turns.run(claim, terms, lease)
        except NotYet as wait:
            await self._inbox.release(claim, refund=True, delay=wait.retry_after)
            return None
        except (PlatformBusy, PlatformUnavailable):
            sealed = claim.answer.final is not None
            await self._inbox.release(claim, refund=not sealed, delay=_RETRY)
            return None

    async def _mend(self, mend: Callable[[], Awaitable[None]]) -> None:
        try:
            await mend()
        except Exception:  # noqa: BLE001 - the outermost edge: nobody else waits for it
            _log.exception("a late request could not be undone")

    async def _keep_leases(self) -> None:
        while True:
            await within(self._renew, self._pace.renew)
            self._renew.clear()
            if self._leases:
                with _going_on("renewal failed"):
                    await self._renew_all(dict(self._leases))

    async def _renew_all(self, leases: dict[Held, Lease]) -> None:
        until = self._clock.monotonic() + self._pace.safe
        states = await self._inbox.renew(list(leases))
        for lease, state in zip(leases.values(), states, strict=True):
            lease.renewed(until, state)

    async def _drain(self) -> None:
        """Let running answers end; hand over what does not, without counting the attempt."""
        if not self._tasks:
            return
        tasks = list(self._tasks)
        await asyncio.wait(tasks, timeout=self._pace.drain)
        held = list(self._held)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for one in held:
            await self._hand_over(one)

    async def _hand_over(self, held: Held) -> None:
        with _going_on("not handed over"):  # then the lease runs out: due again
            await self._inbox.release(held, refund=True, delay=LANDING)


@contextmanager
def _going_on(event: str) -> Iterator[None]:
    """The outermost edge of what must never end: the log is told, and it is tried again."""
    try:
        yield
    except StoreError as error:
        _log.warning(event, error=str(error))
    except Exception:  # noqa: BLE001 - a bug here must not end the answers that run
        _log.exception(event)
