"""One conversation as it should be: the promises of the inbox in plain Python."""

import math
from dataclasses import dataclass, field, replace
from itertools import count, takewhile

from bot.messages import Answer, Claim, ConversationKey, Ending, IncomingMessage, Trigger, Turn
from bot.outcomes import Accepted, Cancelled, Changed, Committed, Unclaimed

_EPOCHS = count()


@dataclass
class Running:
    """A begun answer."""

    ids: tuple[str, ...]
    epoch: int | None
    answer: Answer = field(default_factory=lambda: Answer(attempt=0))


@dataclass
class Talk:
    """What the store should hold of one conversation; every method does one script's work."""

    place: ConversationKey
    account: str
    cap: int
    seen: set[str]
    """Shared by all conversations of the channel."""
    inbox: dict[str, IncomingMessage | None] = field(default_factory=dict)
    """By id; None where it was deleted while its answer ran."""
    order: dict[str, tuple[int, str]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    """Came while others were there."""
    running: Running | None = None
    owner: str = ""
    free: bool = True
    """Its lease, or its delay, is over."""
    stop: str = ""
    turns: list[Turn] = field(default_factory=list)
    total: int = 0
    epoch: int | None = None
    """None: the conversation is not known."""
    since: float = math.inf
    """The time of the first message that was not a follow-up."""

    def waiting(self) -> tuple[str, ...]:
        return tuple(sorted(self.inbox, key=lambda one: self.order[one]))

    def recent(self, back: int) -> str:
        """The id of one of the last messages; one that nobody heard of where there is none."""
        ids = sorted(self.order, key=int)
        return ids[-1 - min(back, len(ids) - 1)] if ids else "unheard of"

    def accept(self, message: IncomingMessage) -> Accepted:
        if message.id in self.seen:
            return Accepted.DUPLICATE
        follows = message.trigger is Trigger.FOLLOW_UP
        if follows and (self.epoch is None or message.at <= self.since):
            return Accepted.UNKNOWN
        self.seen.add(message.id)
        if len(self.inbox) >= self.cap:
            return Accepted.FULL
        self.free = self.free or not self.inbox
        self.late |= {message.id} if self.inbox else set()
        self._put(message)
        self.since = self.since if follows else min(self.since, message.at)
        if self.epoch is None:
            self._renew_epoch(total=0)
        return Accepted.QUEUED if len(self.inbox) > 1 else Accepted.ACCEPTED

    def _put(self, message: IncomingMessage) -> None:
        self.inbox[message.id] = message
        self.order[message.id] = message.at, message.id

    def _renew_epoch(self, total: int) -> None:
        self.epoch, self.total = next(_EPOCHS), total

    def claim(self, fence: str) -> Claim | Unclaimed:
        if not self.inbox:
            return Unclaimed.GONE
        if fence != self.owner and not self.free:
            return Unclaimed.BUSY
        self.running = self.running or Running(self._head(), self.epoch)
        if fence != self.owner:
            self._count(1)
        self.owner, self.free = fence, False
        self.stop = "" if self.stop == "revised" else self.stop
        return self._claim(self.running, fence)

    def _head(self) -> tuple[str, ...]:
        asked = [self.inbox[one] for one in self.waiting()]
        same = takewhile(lambda one: one and asked[0] and one.author == asked[0].author, asked)
        return tuple(one.id for one in same if one)

    def _count(self, attempts: int) -> None:
        assert self.running
        answer = self.running.answer
        self.running.answer = replace(answer, attempt=answer.attempt + attempts)

    def _claim(self, running: Running, fence: str) -> Claim:
        questions = tuple(question for one in running.ids if (question := self.inbox[one]))
        return Claim(
            conversation=self.place,
            account=self.account,
            fence=fence,
            ids=running.ids,
            questions=questions,
            answer=running.answer,
            turns=tuple(self.turns),
            total=self.total,
            waiting=len(self.inbox),
            waited=running.ids[0] in self.late,
            stop=self.stop if questions else "deleted",
        )

    def renew(self, fence: str) -> str:
        if fence != self.owner:
            return "!lost"
        self.free = False
        return self.stop

    def note(self, claim: Claim, parts: dict[int, str], final: Ending | None) -> str:
        if claim.fence != self.owner or not self.running:
            return "lost"
        answer = self.running.answer
        if final and answer.revision != claim.answer.revision:
            return "revised"
        parts = {**answer.parts, **parts}
        self.running.answer = replace(answer, parts=parts, final=final or answer.final)
        return "noted"

    def commit(self, claim: Claim, turn: Turn | None, keep: int) -> Committed:
        if claim.fence != self.owner or not self.running:
            mine = any(past.fence == claim.fence for past in self.turns)
            return Committed.ALREADY if mine else Committed.STALE
        if self.running.answer.revision != claim.answer.revision:
            return Committed.REVISED
        if turn and self.epoch is not None and self.running.epoch == self.epoch:
            self.turns = [*self.turns, turn][-keep:]
            self.total += 1
        for one in self.running.ids:
            del self.inbox[one]
        self.running, self.owner, self.stop, self.free = None, "", "", True
        return Committed.MORE if self.inbox else Committed.DONE

    def release(self, claim: Claim, *, refund: bool, delay: float) -> None:
        if claim.fence == self.owner:
            self.owner, self.free = "", not delay
            self._count(-int(refund))

    def cancel(self, one: str) -> Cancelled:
        if one and one not in (self.running.ids if self.running else ()):
            return Cancelled.REMOVED if self._remove(one) else Cancelled.IDLE
        if not self.inbox:
            return Cancelled.IDLE
        self.stop = "deleted" if self.stop == "deleted" else "user"
        return Cancelled.STOPPING

    def _remove(self, one: str) -> bool:
        found = self.inbox.pop(one, None)
        self.stop = self.stop if self.inbox else ""
        return found is not None

    def change(self, one: str, new: IncomingMessage | None) -> Changed:
        if new is None:
            self.seen.add(one)
        if one not in self.inbox:
            return self._change_kept(one, new)
        old = self.inbox[one]
        if old is None or not _newer(new, old):
            return Changed.UNKNOWN
        if self.running and one in self.running.ids:
            return self._change_running(self.running, one, new)
        if new:
            self.inbox[one] = new
            return Changed.REPLACED
        self._remove(one)
        return Changed.REMOVED

    def _change_running(self, running: Running, one: str, new: IncomingMessage | None) -> Changed:
        self.inbox[one] = new
        answer = running.answer
        running.answer = replace(answer, revision=answer.revision + 1, final=None)
        left = any(self.inbox[other] for other in running.ids)
        self.stop = (self.stop or "revised") if left else "deleted"
        return Changed.RUNNING

    def _change_kept(self, one: str, new: IncomingMessage | None) -> Changed:
        turn = next((turn for turn in self.turns if one in turn.ids), None)
        if turn is None:
            return Changed.UNKNOWN
        if new is None:
            self.turns.remove(turn)
            return Changed.FORGOTTEN
        if not _newer(new, turn.questions[turn.ids.index(one)]):
            return Changed.UNKNOWN
        if turn is not self.turns[-1] or self.inbox:
            return Changed.UNKNOWN
        self._redo(self.turns.pop(), new)
        return Changed.REDO

    def _redo(self, turn: Turn, new: IncomingMessage) -> None:
        self.late -= set(turn.ids)
        self.total -= 1
        for question in turn.questions:
            self._put(new if question.id == new.id else question)
        answer = Answer(attempt=0, revision=turn.at, parts=dict(enumerate(turn.parts)))
        self.running, self.free = Running(turn.ids, self.epoch, answer), True

    def reset(self, *, known: bool) -> None:
        self.turns = []
        if not known:
            self.epoch, self.total, self.since = None, 0, math.inf
        elif self.epoch is not None:
            self._renew_epoch(self.total or 1)


def _newer(new: IncomingMessage | None, old: IncomingMessage) -> bool:
    return new is None or int(new.revision or 0) > int(old.revision or 0)
