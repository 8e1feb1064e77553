"""Giving a conversation up, and forgetting what was said in it."""

import pytest

from bot.messages import Account, Trigger
from bot.outcomes import Accepted, Committed, Unclaimed
from bot.ports import Inbox
from tests.builders import ACCOUNT, PLACE, answered, message
from tests.storage.inbox.store import Store, claimed, committed, held, running


@pytest.mark.parametrize(("refund", "attempt"), [(True, 1), (False, 2)])
async def test_a_released_conversation_is_due_at_once(
    inbox: Inbox, *, refund: bool, attempt: int
) -> None:
    """Another worker takes it, with what was noted; a refunded attempt does not count."""
    claim = await running(inbox, message("1"))
    await inbox.note_part(claim, 0, "p0")
    await inbox.release(claim, refund=refund, delay=0)
    assert await inbox.ready(Account(ACCOUNT), 10) == [PLACE]
    answer = (await claimed(inbox, "f2")).answer
    assert (answer.attempt, answer.parts) == (attempt, {0: "p0"})


async def test_a_delayed_release_is_due_later(inbox: Inbox, store: Store) -> None:
    """Nobody takes it before its delay is over, not even for a new message."""
    claim = await running(inbox, message("1"))
    await inbox.release(claim, refund=False, delay=60)
    await inbox.accept(message("2", 2))
    assert 59 < (await store.wait() or 0) <= 60
    assert await inbox.claim(ACCOUNT, PLACE, "f2") is Unclaimed.BUSY
    await store.expire()
    assert (await claimed(inbox, "f2")).ids == ("1",)


async def test_a_release_sent_twice_is_one(inbox: Inbox, store: Store) -> None:
    """A second release gives nothing back, and takes nothing from the next owner."""
    claim = await running(inbox, message("1"))
    await inbox.release(claim, refund=True, delay=0)
    before = await store.everything()
    await inbox.release(claim, refund=True, delay=0)
    assert await store.everything() == before
    await claimed(inbox, "f2")
    before = await store.everything()
    await inbox.release(claim, refund=True, delay=0)
    assert await store.everything() == before


async def test_a_released_lease_is_lost(inbox: Inbox, store: Store) -> None:
    """Who gave it up renews and commits nothing any more."""
    claim = await running(inbox, message("1"))
    await inbox.release(claim, refund=True, delay=0)
    before = await store.everything()
    assert await inbox.renew([held("f1")]) == ["!lost"]
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.STALE
    assert await store.everything() == before


async def test_a_reset_forgets_the_turns_only(inbox: Inbox) -> None:
    """After a reset the history is empty, and follow-ups still count."""
    await committed(inbox, message("1"))
    await inbox.reset(PLACE)
    await inbox.reset(PLACE)
    assert await inbox.turns(PLACE) == ()
    assert await inbox.accept(message("2", 2, trigger=Trigger.FOLLOW_UP)) is Accepted.ACCEPTED
    claim = await claimed(inbox, "f2")
    assert claim.turns == ()
    await inbox.commit(claim, answered(claim), keep=20)
    assert await inbox.turns(PLACE) == (answered(claim),)


@pytest.mark.parametrize("taken_over", [False, True])
async def test_a_reset_keeps_nothing_of_a_running_answer(
    inbox: Inbox, store: Store, *, taken_over: bool
) -> None:
    """Its turn is shown, but not kept, whoever ends it; what waits behind it is."""
    claim = await running(inbox, message("1"), message("2", 2, author="bob"))
    await inbox.reset(PLACE)
    if taken_over:
        await store.expire()
        claim = await claimed(inbox, "f2")
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.MORE
    assert await inbox.turns(PLACE) == ()
    claim = await claimed(inbox, "f3")
    await inbox.commit(claim, answered(claim), keep=20)
    assert await inbox.turns(PLACE) == (answered(claim),)


async def test_a_forgotten_conversation_takes_no_follow_up(inbox: Inbox, store: Store) -> None:
    """Follow-ups are for nobody then, until the bot is addressed again."""
    await committed(inbox, message("1"))
    await inbox.forget(PLACE)
    follow_up = message("2", 2, trigger=Trigger.FOLLOW_UP)
    assert await inbox.accept(follow_up) is Accepted.UNKNOWN
    assert (await inbox.turns(PLACE), await store.client.exists(store.key("talk"))) == ((), 0)
    await committed(inbox, message("3"))
    assert await inbox.accept(follow_up) is Accepted.ACCEPTED


@pytest.mark.parametrize("again", [False, True])
async def test_forgetting_keeps_nothing_of_a_running_answer(inbox: Inbox, *, again: bool) -> None:
    """Its turn is not kept, also when the bot is addressed anew before it ends."""
    claim = await running(inbox, message("1"))
    await inbox.forget(PLACE)
    if again:
        await inbox.accept(message("2", 2))
    await inbox.commit(claim, answered(claim), keep=20)
    assert await inbox.turns(PLACE) == ()


async def test_a_reset_of_nothing_leaves_nothing(inbox: Inbox, store: Store) -> None:
    """A conversation that never was is not made known by a reset."""
    await inbox.forget(PLACE)
    await inbox.reset(PLACE)
    assert await store.everything() == {}
