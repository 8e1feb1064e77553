"""One turn, from the claim to the commit: ask the model, show its answer, keep both."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

import structlog

from bot import words
from bot.completion import Prompt
from bot.delivery import Delivery, Desk
from bot.draft import Draft
from bot.errors import (
    LeaseLost,
    ModelError,
    ModelSilent,
    PartGone,
    PromptRejected,
    PromptTooLong,
    Revised,
    Undeliverable,
)
from bot.lease import Lease
from bot.messages import Claim, Ending, State, Turn
from bot.outcomes import Committed, Unclaimed
from bot.ports import ChatModel, Messenger, Observer, Quota, Sources
from bot.prompt import PromptSettings, build
from bot.reply import Reply, noted
from bot.stores import UsageLedger
from bot.together import together

_log = structlog.get_logger()
_ATTEMPTS = 3
"""A question that ended this many workers in mid-answer is not asked of the model again."""
_DELIVERIES = 20
"""A sealed answer that could not be delivered so often stays undelivered."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Runs turns, of any conversation, side by side."""

    desk: Desk
    model: ChatModel
    messengers: Mapping[str, Messenger]
    """By platform."""
    sources: Sources
    quota: Quota
    ledger: UsageLedger
    observer: Observer
    seconds: float = 300
    """A whole answer may take this long."""

    async def run(
        self, claim: Claim, terms: PromptSettings, lease: Lease
    ) -> Callable[[], Awaitable[None]] | None:
        """Bring a claimed conversation to its next end, and keep it.

        Returns:
            None; or when the lease was lost on the way: what to do, without the lease, so that no
            late request of ours spoils the next owner's answer.

        Raises:
            StoreError: not now; the lease runs out, then it is due again.
            NotYet: the asker has enough answers running; nothing was done.
            PlatformBusy, PlatformUnavailable: the answer is sealed, but could not be shown.
        """
        delivery = Delivery(claim, lease, self.messengers[claim.conversation.platform], self.desk)
        try:
            async with lease.held():
                await self._settle(claim, terms, lease, delivery)
        except LeaseLost:
            self.observer.count("lease_lost")
            return delivery.mend
        return None

    async def _settle(
        self, claim: Claim, terms: PromptSettings, lease: Lease, delivery: Delivery
    ) -> None:
        if claim.answer.attempt > 1:
            self.observer.count("rerun")
        while True:
            try:
                claim, terms = await self._gather(claim, terms, lease)
                ending = await self._deliver(claim, terms, lease, delivery)
                await delivery.end()
                turn = Turn(
                    claim.questions, ending, delivery.ids, self.desk.clock.now(), claim.fence
                )
                return await self._commit(claim, turn, terms.history_turns, lease)
            except Revised:
                claim = await self._again(claim, lease)
                delivery.again(claim)

    async def _gather(
        self, claim: Claim, terms: PromptSettings, lease: Lease
    ) -> tuple[Claim, PromptSettings]:
        """What belongs to the questions beside their words; a sealed answer needs none of it."""
        if claim.answer.final or claim.stop:
            return claim, terms
        try:
            async with lease.asking(self.seconds):
                claim, images = await lease.insist(lambda: self.sources.gather(claim))
        except TimeoutError:  # somebody wants no answer any more
            return claim, terms
        return claim, replace(terms, images=images)

    async def _deliver(
        self, claim: Claim, terms: PromptSettings, lease: Lease, delivery: Delivery
    ) -> Ending:
        """Show the answer to its end, or learn that there is nowhere to show it."""
        reply, ending = Reply(terms.model, claim.questions), claim.answer.final
        try:
            if claim.answer.attempt > _DELIVERIES:
                return self._nowhere(claim, ending or reply.stopped(), Undeliverable("too often"))
            await delivery.resume()
            ending = ending or await self._answer(claim, terms, lease, delivery, reply)
            try:
                await together(delivery.finish(ending), self._record(claim, ending, lease))
            except Revised:
                await self._record(claim, ending, lease)
                raise
        except PartGone:  # whoever deletes the answer wants no more of it
            ending = replace(ending or reply.stopped(), state=State.STOPPED)
            await self._record(claim, ending, lease)
        except Undeliverable as gone:
            ending = self._nowhere(claim, ending or reply.stopped(), gone)
            await self._record(claim, ending, lease)
        return ending

    def _nowhere(self, claim: Claim, ending: Ending, why: Undeliverable) -> Ending:
        """Nobody can be told, so the log is."""
        where = str(claim.conversation)
        _log.warning(
            "undeliverable", conversation=where, reference=_reference(claim), error=str(why)
        )
        return replace(
            ending, state=State.UNDELIVERABLE, cause="Undeliverable", reference=_reference(claim)
        )

    async def _answer(
        self,
        claim: Claim,
        terms: PromptSettings,
        lease: Lease,
        delivery: Delivery,
        reply: Reply,
    ) -> Ending:
        """Ask the model, and show the answer while it grows."""
        shown = delivery.shown
        if claim.stop:
            note = words.STOPPED if shown or claim.questions else ""
            return Ending(noted(shown, note), State.STOPPED, terms.model)
        if claim.answer.attempt > _ATTEMPTS:
            text = noted(shown, words.INTERRUPTED)
            return Ending(text, State.FAILED, terms.model, cause="Interrupted")
        if terms.paused and claim.answer.attempt == 1:
            return Ending(words.PAUSED, State.REFUSED, terms.model)
        draft = Draft()
        asking = self._ask(claim, terms, draft, lease, reply)
        showing = together(delivery.follow(draft), delivery.begin(draft))
        ending, _ = await together(asking, showing)
        if ending.usage and ending.cost is None:
            ending = replace(ending, cost=self.model.cost(ending.model, ending.usage))
        if lease.stop in {"revised", "deleted"}:
            await self._record(claim, ending, lease)
            raise Revised
        return ending

    async def _ask(
        self, claim: Claim, terms: PromptSettings, draft: Draft, lease: Lease, reply: Reply
    ) -> Ending:
        try:
            async with lease.asking(self.seconds):
                await self._converse(claim, terms, reply, draft)
        except TimeoutError:
            if lease.stop:
                return reply.stopped()
            return self._failed(claim, reply, ModelSilent(f"no end within {self.seconds} s"))
        except ModelError as error:
            return self._failed(claim, reply, error)
        finally:
            draft.close()
        return reply.ended()

    def _failed(self, claim: Claim, reply: Reply, error: ModelError) -> Ending:
        """People read one sentence; the rest stands in the log, under the same reference."""
        reference, cause = _reference(claim), type(error).__name__
        _log.warning("model failed", reference=reference, cause=cause, error=str(error))
        return reply.failed(error, reference)

    async def _converse(
        self, claim: Claim, terms: PromptSettings, reply: Reply, draft: Draft
    ) -> None:
        """Ask; once more with less, since our estimate, or a model's eyes, may fall short."""
        room = min(terms.budget, self.model.context_tokens(terms.model))
        prompt = build(claim, replace(terms, budget=room))
        reply.refusal = await self.quota.reserve(claim, prompt)
        draft.asked.set()
        if reply.refusal is not None:
            return
        try:
            await self._read(prompt, reply, draft)
        except PromptTooLong:
            if not claim.turns:
                raise
            await self._read(build(claim, replace(terms, budget=room // 2)), reply, draft)
        except PromptRejected:
            if not terms.images:
                raise
            reply.blind()
            await self._read(build(claim, replace(terms, budget=room, images={})), reply, draft)

    async def _read(self, prompt: Prompt, reply: Reply, draft: Draft) -> None:
        reply.asked(prompt)
        async with aclosing(self.model.stream(prompt)) as events:
            async for event in events:
                if text := reply.take(event):
                    draft.add(text)

    async def _record(self, claim: Claim, ending: Ending, lease: Lease) -> None:
        """Count what it used: once for each answer of the model, however it ended."""
        await lease.insist(lambda: self.quota.settle(claim, ending))
        if claim.questions:
            await lease.insist(lambda: self.ledger.record(claim.questions, ending))

    async def _commit(self, claim: Claim, turn: Turn, keep: int, lease: Lease) -> None:
        """Keep the turn; a question that was deleted leaves none."""
        kept = turn if turn.questions else None
        with lease.unbounded():
            outcome = await lease.insist(lambda: self.desk.inbox.commit(claim, kept, keep))
        if outcome is Committed.REVISED:
            raise Revised
        if outcome is Committed.STALE:
            raise LeaseLost
        if kept:
            self.observer.settled(kept)
        else:
            self.observer.count("deleted")

    async def _again(self, claim: Claim, lease: Lease) -> Claim:
        """The same claim, with the question as it is now."""
        inbox = self.desk.inbox
        new = await lease.insist(
            lambda: inbox.claim(claim.account, claim.conversation, claim.fence)
        )
        if isinstance(new, Unclaimed):
            raise LeaseLost
        lease.stop = new.stop
        return new


def _reference(claim: Claim) -> str:
    """Stands in the sentence that people read, and in the log."""
    return claim.fence[:6]
