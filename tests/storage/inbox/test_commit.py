"""A commit ends a turn: kept once, trimmed, out of the inbox, and the next one due."""

import pytest

from bot.messages import Account
from bot.outcomes import Changed, Committed, Unclaimed
from bot.ports import Inbox
from tests.builders import ACCOUNT, PLACE, answered, message
from tests.storage.inbox.store import Store, claimed, committed, running


async def test_the_last_turn_leaves_nothing_to_do(inbox: Inbox, store: Store) -> None:
    """After the commit of all that waited the turn is kept, and nothing else is left to do."""
    claim = await running(inbox, message("1"), message("2", 2))
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.DONE
    assert await inbox.turns(PLACE) == (answered(claim),)
    assert await inbox.waiting(PLACE) == ()
    assert await store.wait() is None
    assert await store.client.exists(store.key("msgs"), store.key("answer")) == 0


async def test_a_message_behind_it_is_due_at_once(inbox: Inbox) -> None:
    """Commit makes the conversation ready again where messages wait; the lease is over."""
    claim = await running(inbox, message("1"), message("2", 2, author="bob"))
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.MORE
    assert await inbox.ready(Account(ACCOUNT), 10) == [PLACE]
    following = await claimed(inbox, "f2")
    assert (following.ids, following.answer.attempt) == (("2",), 1)


async def test_a_commit_sent_twice_is_one(inbox: Inbox, store: Store) -> None:
    """A commit whose reply was lost says so, whether or not the next turn has begun."""
    claim = await running(inbox, message("1"), message("2", 2, author="bob"))
    await inbox.commit(claim, answered(claim), keep=20)
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.ALREADY
    await claimed(inbox, "f2")
    before = await store.everything()
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.ALREADY
    assert await store.everything() == before


async def test_a_lost_fence_commits_nothing(inbox: Inbox, store: Store) -> None:
    """A worker whose conversation was taken over keeps no turn and ends no other."""
    claim = await running(inbox, message("1"))
    await store.expire()
    await claimed(inbox, "f2")
    before = await store.everything()
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.STALE
    assert await store.everything() == before


async def test_an_expired_lease_that_nobody_took_commits(inbox: Inbox, store: Store) -> None:
    """An answer that was finished late, but by nobody else, counts."""
    claim = await running(inbox, message("1"))
    await store.expire()
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.DONE


async def test_a_changed_question_is_not_committed(inbox: Inbox, store: Store) -> None:
    """After an edit the commit changes nothing: the same fence claims the new question."""
    claim = await running(inbox, message("1"))
    await inbox.note_part(claim, 0, "p0")
    new = message("1", revision="2")
    await inbox.change(ACCOUNT, PLACE, "1", "2", new)
    before = await store.everything()
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.REVISED
    assert await store.everything() == before
    again = await claimed(inbox)
    assert (again.questions, again.answer.parts, again.answer.attempt) == ((new,), {0: "p0"}, 1)


@pytest.mark.parametrize(("keep", "left"), [(5, 3), (3, 3), (2, 2), (1, 1), (0, 0)])
async def test_history_is_trimmed_to_the_last_turns(inbox: Inbox, keep: int, left: int) -> None:
    """The last ``keep`` turns stay, whole; their number still counts them all."""
    for number in range(3):
        claim = await running(inbox, message(str(number), number), fence=f"f{number}")
        await inbox.commit(claim, answered(claim), keep)
    fences = [turn.fence for turn in await inbox.turns(PLACE)]
    assert fences == ["f0", "f1", "f2"][3 - left :]
    assert (await running(inbox, message("9", 9), fence="f9")).total == 3


async def test_no_turn_is_kept_where_there_is_none(inbox: Inbox, store: Store) -> None:
    """A commit without a turn takes the questions out, and the history stays as it is."""
    await committed(inbox, message("1"))
    claim = await running(inbox, message("2", 2), fence="f2")
    assert await inbox.commit(claim, None, keep=20) is Committed.DONE
    assert [turn.fence for turn in await inbox.turns(PLACE)] == ["f1"]
    assert await store.wait() is None


async def test_history_lives_as_long_as_agreed(inbox: Inbox, store: Store) -> None:
    """The turns expire together, the agreed time after the last of them."""
    await committed(inbox, message("1"))
    assert 29 * 86_400 < await store.client.ttl(store.key("turns")) <= 30 * 86_400


async def test_a_commit_takes_out_its_own_questions_only(inbox: Inbox) -> None:
    """A message of the same person that came while the answer ran is not lost with it."""
    claim = await running(inbox, message("1"))
    await inbox.accept(message("2", 2))
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.MORE
    assert (await claimed(inbox, "f2")).questions == (message("2", 2),)


async def test_a_stop_ends_with_its_turn(inbox: Inbox) -> None:
    """A wish to stop one answer does not stop the next."""
    claim = await running(inbox, message("1"), message("2", 2, author="bob"))
    await inbox.cancel(ACCOUNT, PLACE, "1", "user")
    await inbox.commit(claim, answered(claim), keep=20)
    assert (await claimed(inbox, "f2")).stop == ""


async def test_every_question_deleted_ends_without_a_turn(inbox: Inbox) -> None:
    """When the question was deleted, the same fence ends it, and the conversation is free."""
    claim = await running(inbox, message("1"))
    assert await inbox.change(ACCOUNT, PLACE, "1", "", None) is Changed.RUNNING
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.REVISED
    again = await claimed(inbox)
    assert (again.ids, again.questions, again.stop) == (("1",), (), "deleted")
    assert await inbox.commit(again, None, keep=20) is Committed.DONE
    assert await inbox.claim(ACCOUNT, PLACE, "f2") is Unclaimed.GONE
    assert await inbox.turns(PLACE) == ()


async def test_a_commit_that_kept_no_turn_is_known_when_sent_twice(inbox: Inbox) -> None:
    """Also where nothing is kept, the same commit again is no lost lease."""
    await inbox.accept(message("1"))
    claim = await claimed(inbox)
    assert await inbox.commit(claim, answered(claim), keep=0) is Committed.DONE
    assert await inbox.commit(claim, answered(claim), keep=0) is Committed.ALREADY
