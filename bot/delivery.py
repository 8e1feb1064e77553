"""An answer on its way to the screen: part by part, noted before and after every post."""

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.caller import Caller
from bot.draft import Draft
from bot.errors import PartFull, PartGone, PlatformBusy, PlatformUnavailable
from bot.lease import Lease
from bot.messages import Claim, Ending, Offer, PartKey, State, Turn
from bot.outcomes import Call
from bot.ports import Clock, Inbox, Messenger, Pacer, Part
from bot.split import START, joined, next_seam, render, seam_behind, split
from bot.visible import visible

_PAUSE = 1.0
"""Seconds between two looks at whether somebody else settled the answer."""
_FRAME = 2e-6
"""Seconds between two frames for each character: a frame costs a fortieth of that."""
_SOON, _TYPING = 0.3, 8.0
"""Seconds without a text until people are told that one is coming, and until that is repeated."""
_WORTH_A_RING = 30, 0.6
"""Characters, or seconds, that the first text of a message that notifies somebody waits for."""
_TITLE = 80
"""Characters of a question that name the place of its answer."""
LANDING = 1.0
"""Seconds that a request which was cut off is given to land, before anybody looks for it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every delivery works with."""

    inbox: Inbox
    pacers: Mapping[str, Pacer]
    """By platform."""
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
        self._inbox, self._clock = desk.inbox, desk.clock
        pacer = desk.pacers[claim.conversation.platform]
        self._call = Caller(claim.conversation, lease, pacer, desk.clock)
        self._parts: dict[int, Part] = {}
        self._unsure: set[int] = set()
        self.again(claim)

    def again(self, claim: Claim) -> None:
        """Begin anew, in the same place, with a question that was changed."""
        self._claim = claim
        self._seams = [START]
        self._closed = 0
        self._laid = self._before = len(self.shown)

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
                look = self._messenger.find
                found = await self._call.surely(
                    self._call.once, number, Call.OTHER, look, self._key(number), part
                )
                if found:
                    self._parts[number] = found
                elif not part:  # it may land yet: looked up again right before a post
                    self._unsure.add(number)
        self.again(self._claim)

    async def begin(self, draft: Draft) -> None:
        """The turn of these questions came: whoever was told to wait sees it."""
        if not await draft.is_asked():
            return
        told = self._claim.waited or self._claim.answer.attempt > 1
        waited = self._claim.ids[0 if told else 1 :]
        await self._messenger.begin(self._key(0), waited)

    async def end(self) -> None:
        """The turn is over, however it ended."""
        await self._messenger.end(self._key(0))

    async def follow(self, draft: Draft) -> None:
        """Show the draft as it grows, as often as the pacer allows, until it is closed."""
        await self._announce(draft)
        while await draft.more():
            kind = Call.INTERIM if self._parts else Call.OPEN
            admission = self._call.admit(kind, lambda: draft.length - self._laid)
            if not await draft.unless_closed(admission):
                return
            try:
                await self._interim(self._messenger.dialect(visible(draft.text)))
            except (PlatformBusy, PlatformUnavailable):  # the caller waits before it tries again
                draft.stir()
            if await draft.closes_within(draft.length * _FRAME):
                return

    async def _announce(self, draft: Draft) -> None:
        """Tell people that they are heard, until there is a text that is worth a message."""
        where, wait = self._claim.conversation, _SOON
        while not (self._parts or await draft.begins_within(wait)):
            self._lease.check()
            await draft.unless_begun(self._messenger.typing(where))
            wait = _TYPING
        if not self._parts and self._messenger.rings(where):
            await draft.gathers(*_WORTH_A_RING)

    async def _interim(self, text: str) -> None:
        """Show it, unless more stands there."""
        if text.strip() and len(text) >= self._before:
            self._laid = len(text)
            await self._lay(text, None)

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
        if ending.state is State.REFUSED and not text:
            await self._messenger.decline(self._key(0))
        await self._call.surely(self._show_last, text, ending.offer)

    async def _show_last(self, text: str, offer: Offer) -> None:
        if not text.strip():
            return
        await self._lay(text, offer)
        for number in sorted({*self._parts, *self._unsure}):
            if number >= len(self._seams):
                await self._remove(number)

    def _measure(self, text: str) -> None:
        while seam := next_seam(text, self._seams[-1], self._messenger.limit):
            self._seams.append(seam)

    async def _lay(self, text: str, final: Offer | None) -> None:
        """Bring every part up to date that is not closed; close those behind a seam.

        ``final``: this is the whole text, and what to offer under its last part.
        """
        self._measure(text)
        while self._closed < len(self._seams):
            number = self._closed
            last = number + 1 == len(self._seams)
            own = render(text, self._seams[number], None if last else self._seams[number + 1])
            try:
                await self._put(number, own, final if last else Offer.UNRATED)
            except PartFull as full:
                self._seams[number + 1 :] = [seam_behind(text, self._seams[number], full.accepted)]
                self._measure(text)
            else:
                if last and final is None:
                    return
            self._closed += 1

    async def _put(self, number: int, own: str, close: Offer | None) -> None:
        part = self._parts.get(number)
        if part is None:
            if own.strip():  # white space alone is no message anywhere
                await self._open(number, own, close)
        elif close is not None:
            await self._call.once(number, Call.FINAL, part.close, own, close)
        elif part.text != own:
            await self._call.once(number, Call.INTERIM, part.show, own)

    async def _open(self, number: int, own: str, last: Offer | None) -> None:
        key = self._key(number)
        part = None
        if number in self._unsure:
            part = await self._call.once(number, Call.OTHER, self._messenger.find, key, "")
        elif self._claim.answer.parts.get(number) != "":
            await self._note(number, "")
        posted = part or await self._post(key, own, last)
        self._parts[number] = posted
        self._unsure.discard(number)
        await self._note(number, posted.id)
        if not posted.settled or posted.text != own:
            await self._put(number, own, last)

    async def _post(self, key: PartKey, own: str, last: Offer | None) -> Part:
        self._unsure.add(key.number)
        kind = Call.POST if last is not None else Call.NEXT if key.number else Call.OPEN
        return await self._call.once(key.number, kind, self._messenger.open, key, own, last)

    async def _remove(self, number: int) -> None:
        part = self._parts.get(number)
        if part is None:
            key = self._key(number)
            part = await self._call.once(number, Call.OTHER, self._messenger.find, key, "")
        if part:
            await self._call.once(number, Call.OTHER, part.delete)
        self._parts.pop(number, None)
        self._unsure.discard(number)

    def _split(self, text: str) -> list[str]:
        return split(self._messenger.dialect(text), self._messenger.limit)

    def _key(self, number: int) -> PartKey:
        where, revision = self._claim.conversation, self._claim.answer.revision
        key = PartKey(where, self._claim.ids[0], number, revision=revision)
        if not self._claim.questions:
            return key
        first = self._claim.questions[0]
        return replace(key, asker=first.author.id, title=first.text[:_TITLE])

    async def _note(self, number: int, part: str) -> None:
        await self._lease.insist(lambda: self._inbox.note_part(self._claim, number, part))
        self._claim = self._claim.noted(number, part)

    async def mend(self) -> None:
        """After the lease was lost: undo what a request frozen on its way did to a settled answer.

        Waits until somebody settled it; only who sent such a request can know of it. A sign that
        an answer is on its way is such a request, too.
        """
        where, asked = self._claim.conversation, set(self._claim.ids)
        await self._clock.sleep(LANDING)
        while asked & set(await self._lease.insist(lambda: self._inbox.waiting(where))):
            await self._clock.sleep(_PAUSE)
        await self.end()
        turns = await self._lease.insist(lambda: self._inbox.turns(where))
        turn = next((turn for turn in turns if asked & set(turn.ids)), None)
        number = self._call.touched
        if turn and number is not None:
            with suppress(PartGone):
                await self._call.surely(self._put_back, turn, number)

    async def _put_back(self, turn: Turn, number: int) -> None:
        part, texts = self._parts.get(number), self._split(turn.ending.text)
        if part is None:  # a post of ours, whose reply never came
            part = await self._messenger.find(self._key(number), "", but=turn.parts)
        if part and part.id not in turn.parts:
            await part.delete()
        elif part and len(texts) == len(turn.parts):
            place = turn.parts.index(part.id)
            last = place + 1 == len(texts)
            await part.close(texts[place], turn.ending.offer if last else Offer.UNRATED)
