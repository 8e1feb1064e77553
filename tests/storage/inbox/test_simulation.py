"""A long random life of two conversations: the store is always what the promises say.

Workers die (their lease is over, and they go on using their fence), calls are sent again because
their reply was lost, messages come twice and in any order, people edit, delete, stop and reset.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.errors import LeaseLost, Revised
from bot.messages import Account, Claim, ConversationKey, Trigger
from bot.outcomes import Accepted, Cancelled, Changed, Committed, Unclaimed
from storage.connect import connect
from storage.inbox import RedisInbox
from storage.inbox.inbox import Terms
from tests.builders import ACCOUNT, ELSEWHERE, PLACE, answered, ending, message
from tests.platforms import stores
from tests.storage.inbox.model import Talk
from tests.storage.inbox.store import KEYS, Store, held

T = TypeVar("T")
KEEP, CAP = 2, 4

PLACES = st.sampled_from([PLACE, PLACE, PLACE, ELSEWHERE])
BACK = st.integers(0, 4)
"""Which of the last messages of a conversation, the newest first."""
TIMES = st.integers(0, 4)
PEOPLE = st.sampled_from(["ann", "bob"])
TRIGGERS = st.sampled_from([Trigger.MENTION, Trigger.MENTION, Trigger.FOLLOW_UP])
PICK = st.sampled_from([0, 0, 0, 1, 2])
"""Which of the last claims; an old one stands for a worker that does not know of its death."""
AGAIN = st.booleans()
"""Whether the reply is lost, and the call sent once more."""


class Life(RuleBasedStateMachine):
    """Every step is made in the store and in the model, and compared."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        client = self.do(self.stack.enter_async_context(connect(url, Path())))
        self.do(client.flushall())
        self.store = Store(client)
        self.inbox = RedisInbox(client, KEYS, Terms(cap=CAP))
        seen: set[str] = set()
        self.talks = {place: Talk(place, ACCOUNT, CAP, seen) for place in (PLACE, ELSEWHERE)}
        self.claims: list[Claim] = []
        self.names = map(str, count())
        self.edits = 0
        self.accepted: set[str] = set()
        self.ended: Counter[str] = Counter()

    def teardown(self) -> None:
        try:
            for place, talk in self.talks.items():
                self.drain(place, talk)
            self.same_store()
            assert self.ended == Counter(self.accepted)
        finally:
            self.do(self.stack.aclose())
            self.runner.close()

    def drain(self, place: ConversationKey, talk: Talk) -> None:
        while talk.inbox:
            self.time_passes(place)
            self.claim(place, again=False)
            self.commit(0, again=False)

    def do(self, step: Awaitable[T]) -> T:
        async def run() -> T:
            return await step

        return self.runner.run(run())

    def call(self, step: Callable[[], Awaitable[T]], *, again: bool) -> T:
        """The first reply, which the caller may never have seen."""
        reply = self.do(step())
        if again:
            self.do(step())
        return reply

    @rule(at=TIMES, author=PEOPLE, place=PLACES, trigger=TRIGGERS, again=AGAIN)
    def accept(
        self, at: int, author: str, place: ConversationKey, trigger: Trigger, *, again: bool
    ) -> None:
        id_ = next(self.names)
        new = message(id_, at, author=author, where=place, trigger=trigger)
        outcome = self.call(partial(self.inbox.accept, new), again=again)
        assert outcome == self.talks[place].accept(new)
        if outcome in {Accepted.ACCEPTED, Accepted.QUEUED}:
            self.accepted.add(id_)

    @rule(place=PLACES, back=BACK)
    def redelivered(self, place: ConversationKey, back: int) -> None:
        if self.talks[place].order:
            twin = message(self.talks[place].recent(back), where=place)
            assert self.do(self.inbox.accept(twin)) is Accepted.DUPLICATE

    @rule(place=PLACES)
    def time_passes(self, place: ConversationKey) -> None:
        self.do(self.store.expire(place))
        self.talks[place].free = True

    @rule(place=PLACES, again=AGAIN)
    def claim(self, place: ConversationKey, *, again: bool) -> None:
        self._claim(place, next(self.names), again=again)

    def _claim(self, place: ConversationKey, fence: str, *, again: bool) -> None:
        claim = self.call(partial(self.inbox.claim, ACCOUNT, place, fence), again=again)
        assert claim == self.talks[place].claim(fence)
        if not isinstance(claim, Unclaimed):
            self.claims.insert(0, claim)

    def picked(self, pick: int) -> tuple[Claim, Talk]:
        claim = self.claims[min(pick, len(self.claims) - 1)]
        return claim, self.talks[claim.conversation]

    @precondition(lambda self: self.claims)
    @rule(pick=PICK, again=AGAIN)
    def renew(self, pick: int, *, again: bool) -> None:
        claim, talk = self.picked(pick)
        lease = held(claim.fence, claim.conversation)
        (state,) = self.call(partial(self.inbox.renew, [lease]), again=again)
        assert state == talk.renew(claim.fence)

    @precondition(lambda self: self.claims)
    @rule(pick=PICK, number=st.integers(0, 2), part=st.sampled_from(["", "p", "q"]), again=AGAIN)
    def note_part(self, pick: int, number: int, part: str, *, again: bool) -> None:
        claim, talk = self.picked(pick)
        step = partial(self.inbox.note_part, claim, number, part)
        assert self.noted(step, again=again) == talk.note(claim, {number: part}, None)

    @precondition(lambda self: self.claims)
    @rule(pick=PICK, opening=st.none() | st.integers(0, 2), again=AGAIN)
    def note_final(self, pick: int, opening: int | None, *, again: bool) -> None:
        claim, talk = self.picked(pick)
        step = partial(self.inbox.note_final, claim, ending(), opening=opening)
        intent = {} if opening is None else {opening: ""}
        assert self.noted(step, again=again) == talk.note(claim, intent, ending())

    def noted(self, step: Callable[[], Awaitable[None]], *, again: bool) -> str:
        try:
            self.call(step, again=again)
        except LeaseLost:
            return "lost"
        except Revised:
            return "revised"
        return "noted"

    @precondition(lambda self: self.claims)
    @rule(pick=PICK, again=AGAIN)
    def commit(self, pick: int, *, again: bool) -> None:
        claim, talk = self.picked(pick)
        turn = answered(claim) if claim.questions else None
        outcome = self.call(partial(self.inbox.commit, claim, turn, KEEP), again=again)
        assert outcome == talk.commit(claim, turn, KEEP)
        if outcome in {Committed.DONE, Committed.MORE}:
            self.ended.update(claim.ids)
        elif outcome is Committed.REVISED:
            self._claim(claim.conversation, claim.fence, again=again)
            self.commit(0, again=again)

    @precondition(lambda self: self.claims)
    @rule(pick=PICK, refund=st.booleans(), delay=st.sampled_from([0, 60]), again=AGAIN)
    def release(self, pick: int, *, refund: bool, delay: float, again: bool) -> None:
        claim, talk = self.picked(pick)
        self.call(partial(self.inbox.release, claim, refund=refund, delay=delay), again=again)
        talk.release(claim, refund=refund, delay=delay)

    @rule(place=PLACES, back=st.none() | BACK, again=AGAIN)
    def cancel(self, place: ConversationKey, back: int | None, *, again: bool) -> None:
        id_ = "" if back is None else self.talks[place].recent(back)
        step = partial(self.inbox.cancel, ACCOUNT, place, id_, "user")
        outcome = self.call(step, again=again)
        assert outcome == self.talks[place].cancel(id_)
        self.ended[id_] += outcome is Cancelled.REMOVED

    @rule(place=PLACES, back=BACK, stale=AGAIN, again=AGAIN)
    def edit(self, place: ConversationKey, back: int, *, stale: bool, again: bool) -> None:
        id_ = self.talks[place].recent(back)
        self.edits += not stale
        old = self.known(place, id_)
        revision = str(self.edits)
        new = message(id_, old[0], author=old[1], where=place, revision=revision)
        step = partial(self.inbox.change, ACCOUNT, place, id_, revision, new)
        outcome = self.call(step, again=again)
        assert outcome == self.talks[place].change(id_, new)
        if outcome is Changed.REDO:
            running = self.talks[place].running
            assert running
            self.ended.subtract(running.ids)

    def known(self, place: ConversationKey, id_: str) -> tuple[int, str]:
        """The time and the author of a message, which no edit changes."""
        talk = self.talks[place]
        kept = [question for turn in talk.turns for question in turn.questions]
        asked = [question for question in (*talk.inbox.values(), *kept) if question]
        return next(((one.at, one.author.id) for one in asked if one.id == id_), (0, "ann"))

    @rule(place=PLACES, back=BACK, again=AGAIN)
    def delete(self, place: ConversationKey, back: int, *, again: bool) -> None:
        id_ = self.talks[place].recent(back)
        step = partial(self.inbox.change, ACCOUNT, place, id_, "", None)
        outcome = self.call(step, again=again)
        assert outcome == self.talks[place].change(id_, None)
        self.ended[id_] += outcome is Changed.REMOVED

    @rule(place=PLACES, known=st.booleans(), again=AGAIN)
    def reset(self, place: ConversationKey, *, known: bool, again: bool) -> None:
        step = self.inbox.reset if known else self.inbox.forget
        self.call(partial(step, place), again=again)
        self.talks[place].reset(known=known)

    @invariant()
    def same_store(self) -> None:
        """Nothing is stranded, nothing is in the store that no one knows of or that stays."""
        ready = self.do(self.inbox.ready(Account(ACCOUNT, PLACE), 10))  # both are in one partition
        free = [place for place, talk in self.talks.items() if talk.inbox and talk.free]
        assert sorted(ready, key=str) == sorted(free, key=str)
        for place, talk in self.talks.items():
            assert self.do(self.inbox.waiting(place)) == talk.waiting()
            assert self.do(self.inbox.turns(place)) == tuple(talk.turns)
        assert self.do(self.store.shape()) == _shape(self.talks)


def _shape(talks: dict[ConversationKey, Talk]) -> dict[str, Any]:
    """What shall be in the store beside messages and turns."""
    some = talks.items()
    return {
        "due": {str(place) for place, talk in some if talk.inbox},
        "owner": {str(place): talk.owner for place, talk in some if talk.owner},
        "stop": {str(place): talk.stop for place, talk in some if talk.stop},
        "msgs": {one for _, talk in some for one, kept in talk.inbox.items() if kept},
        "answers": {str(place) for place, talk in some if talk.running},
        "known": {str(place) for place, talk in some if talk.epoch is not None},
        "eternal": set(),
    }


def test_the_store_is_what_the_promises_say(valkey: stores.Server) -> None:
    """After each of many random steps store and model agree; in the end all have their turn."""
    run_state_machine_as_test(
        cast("Any", partial(Life, valkey.url)),  # any callable will do
        settings=settings(
            max_examples=60,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # shrinking a failure would take minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
