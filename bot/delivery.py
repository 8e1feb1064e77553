"""An answer on its way to the screen: part by part, noted before and after every post."""

import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from bot.draft import Draft
from bot.errors import PartFull, PartGone, PlatformBusy, PlatformUnavailable
from bot.lease import Lease
from bot.messages import Claim, Ending, PartKey, Turn
from bot.outcomes import Call
from bot.ports import Clock, Inbox, Messenger, Pacer, Part
from bot.split import START, joined, next_seam, render, seam_behind, split
from bot.visible import visible

P = ParamSpec("P")
T = TypeVar("T")
_PAUSE = 1.0
"""Seconds before a call that failed on its way is made again."""
_PATIENCE = 60.0
"""Seconds that a platform may fail before the answer is left to a later attempt."""
_FRAME = 2e-6
"""Seconds between two frames for each character: a frame costs a fortieth of that."""
LANDING = 1.0
"""Seconds that a request which was cut off is given to land, before anybody looks for it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every delivery works with."""

    inbox: Inbox
    pacer: Pacer
    clock: Clock


class Delivery:
    """Puts one answer on the platform; its calls never overlap.

    A part is looked up before it is posted whenever nobody knows whether it is there: after a
    crash between intent and id, and after a post whose reply was lost.
    """

    def __init__(self, claim: Claim, lease: Lease, messenger: Messenger, desk: Desk) -> None:
        self._claim = claim
        self._lease = lease
        self._messenger = messenger
        self._inbox, self._pacer, self._clock = desk.inbox, desk.pacer, desk.clock
        self._parts: dict[int, Part] = {}
        self._unsure: set[int] = set()
        self._touched: int | None = None
        self._busy_until = 0.0
        self.again(claim)

    def again(self, claim: Claim) -> None:
        """Begin anew, in the same place, with a question that was changed."""
        self._claim = claim
        self._seams = [START]
        self._closed = 0
        self._before = len(self.shown)

    @property
    def ids(self) -> tuple[str, ...]:
        """The platform's ids of the parts, in order."""
        return tuple(part.id for _, part in sorted(self._parts.items()))

    @property
    def shown(self) -> str:
        """What stands on the platform, without the fences that were added at seams."""
        return joined(part.text for _, part in sorted(self._parts.items()))

    async def resume(self) -> None:
        """Find the parts that an earlier attempt left on the platform.

        Raises:
            PartGone: somebody deleted one of them; not we, as one too many for the final text.
        """
        final = self._claim.answer.final
        needed = len(self._split(final.text)) if final else math.inf
        for number, part in sorted(self._claim.answer.parts.items()):
            if number in self._parts:
                continue
            with suppress(*(PartGone,) if number >= needed else ()):
                found = await self._surely(self._messenger.find, self._key(number), part)
                if found:
                    self._parts[number] = found
                elif not part:  # it may land yet: looked up again right before a post
                    self._unsure.add(number)
        self.again(self._claim)

    async def follow(self, draft: Draft) -> None:
        """Show the draft as it grows, as often as the pacer allows, until it is closed."""
        wait = 0.0
        while await draft.more():
            call = Call.INTERIM if self._parts else Call.OPEN
            wait = max(wait, await self._pacer.reserve(self._claim.conversation, call))
            wait = max(wait, len(draft.text) * _FRAME if self._parts else 0.0)
            if await draft.closes_within(wait):
                return
            wait = await self._interim(self._messenger.dialect(visible(draft.text)))

    async def _interim(self, text: str) -> float:
        """Show it, unless more stands there; seconds to leave the platform alone then."""
        if not text.strip() or len(text) < self._before:
            return 0.0
        try:
            await self._lay(text, final=False)
        except PlatformBusy as busy:
            self._busy_until = self._clock.monotonic() + busy.retry_after
            return busy.retry_after
        except PlatformUnavailable:
            return _PAUSE
        return 0.0

    async def finish(self, ending: Ending) -> None:
        """Seal the answer, then make the platform show it, however often that must be tried.

        Raises:
            Revised: the question was changed: nothing was sealed.
            LeaseLost: the next owner finds it sealed, or asks again.
            PlatformBusy, PlatformUnavailable: it failed for a minute.
        """
        text = self._messenger.dialect(ending.text)
        self._measure(text)
        if ending != self._claim.answer.final:
            new = next((n for n in range(len(self._seams)) if n not in self._parts), None)
            opening = new if text.strip() else None
            await self._lease.insist(
                lambda: self._inbox.note_final(self._claim, ending, opening=opening)
            )
            if opening is not None:
                self._claim = self._claim.noted(opening, "")
        await self._surely(self._show_last, text)

    async def _show_last(self, text: str) -> None:
        wait = await self._pacer.reserve(self._claim.conversation, Call.FINAL)
        await self._clock.sleep(max(wait, self._busy_until - self._clock.monotonic()))
        if not text.strip():
            return
        await self._lay(text, final=True)
        for number in sorted({*self._parts, *self._unsure}):
            if number >= len(self._seams):
                await self._remove(number)

    def _measure(self, text: str) -> None:
        while seam := next_seam(text, self._seams[-1], self._messenger.limit):
            self._seams.append(seam)

    async def _lay(self, text: str, *, final: bool) -> None:
        """Bring every part up to date that is not closed; close those behind a seam."""
        self._measure(text)
        while self._closed < len(self._seams):
            number = self._closed
            last = number + 1 == len(self._seams)
            own = render(text, self._seams[number], None if last else self._seams[number + 1])
            try:
                await self._put(number, own, close=final or not last)
            except PartFull as full:
                self._seams[number + 1 :] = [seam_behind(text, self._seams[number], full.accepted)]
                self._measure(text)
            else:
                if last and not final:
                    return
            self._closed += 1

    async def _put(self, number: int, own: str, *, close: bool) -> None:
        part = self._parts.get(number)
        if part is None:
            if own.strip():  # white space alone is no message anywhere
                await self._open(number, own, last=close)
        elif close:
            await self._request(number, part.close, own)
        elif part.text != own:
            await self._request(number, part.show, own)

    async def _open(self, number: int, own: str, *, last: bool) -> None:
        key = self._key(number)
        part = None
        if number in self._unsure:
            part = await self._request(number, self._messenger.find, key, "")
        elif self._claim.answer.parts.get(number) != "":
            await self._note(number, "")
        posted = part or await self._post(key, own, last=last)
        self._parts[number] = posted
        self._unsure.discard(number)
        await self._note(number, posted.id)
        if part:
            await self._put(number, own, close=last)

    async def _post(self, key: PartKey, own: str, *, last: bool) -> Part:
        self._lease.check()
        self._touched = key.number
        self._unsure.add(key.number)
        return await self._messenger.open(key, own, last=last)

    async def _remove(self, number: int) -> None:
        part = self._parts.get(number)
        if part is None:
            part = await self._request(number, self._messenger.find, self._key(number), "")
        if part:
            await self._request(number, part.delete)
        self._parts.pop(number, None)
        self._unsure.discard(number)

    def _split(self, text: str) -> list[str]:
        return split(self._messenger.dialect(text), self._messenger.limit)

    def _key(self, number: int) -> PartKey:
        return PartKey(self._claim.conversation, self._claim.ids[0], number)

    async def _note(self, number: int, part: str) -> None:
        await self._lease.insist(lambda: self._inbox.note_part(self._claim, number, part))
        self._claim = self._claim.noted(number, part)

    async def _request(
        self, number: int, call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        self._lease.check()
        self._touched = number
        return await call(*args, **kwargs)

    async def _surely(
        self, call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        patience = self._clock.monotonic() + _PATIENCE
        while True:
            try:
                return await call(*args, **kwargs)
            except (PlatformBusy, PlatformUnavailable) as error:
                if self._clock.monotonic() > patience:
                    raise
                await self._clock.sleep(getattr(error, "retry_after", _PAUSE))

    async def mend(self) -> None:
        """After the lease was lost: undo what a request frozen on its way did to a settled answer.

        Waits until somebody settled it; only who sent such a request can know of it.
        """
        number = self._touched
        if number is None:
            return
        where, asked = self._claim.conversation, set(self._claim.ids)
        await self._clock.sleep(LANDING)
        while asked & set(await self._lease.insist(lambda: self._inbox.waiting(where))):
            await self._clock.sleep(_PAUSE)
        turns = await self._lease.insist(lambda: self._inbox.turns(where))
        turn = next((turn for turn in turns if asked & set(turn.ids)), None)
        if turn:
            with suppress(PartGone):
                await self._surely(self._put_back, turn, number)

    async def _put_back(self, turn: Turn, number: int) -> None:
        part, texts = self._parts.get(number), self._split(turn.ending.text)
        if part is None:  # a post of ours, whose reply never came
            part = await self._messenger.find(self._key(number), "", but=turn.parts)
        if part and part.id not in turn.parts:
            await part.delete()
        elif part and len(texts) == len(turn.parts):
            await part.close(texts[turn.parts.index(part.id)])
