"""What a worker notes is there for the next one; nothing of a worker that lost its lease is."""

from collections.abc import Awaitable, Callable

import pytest

from bot.errors import LeaseLost, Revised
from bot.messages import Claim
from bot.outcomes import Committed
from bot.ports import Inbox
from tests.builders import ACCOUNT, PLACE, answered, ending, message
from tests.storage.inbox.store import Store, claimed, running

Late = Callable[[Inbox, Claim], Awaitable[None]]

LATE: tuple[Late, ...] = (
    lambda inbox, claim: inbox.note_part(claim, 0, ""),
    lambda inbox, claim: inbox.note_part(claim, 0, "late"),
    lambda inbox, claim: inbox.note_final(claim, ending("Late."), opening=0),
)


async def test_parts_and_the_final_text_are_remembered(inbox: Inbox) -> None:
    """An intent, the id after it and the sealed answer are in the next claim."""
    claim = await running(inbox, message("1"))
    await inbox.note_part(claim, 0, "")
    await inbox.note_part(claim, 0, "p0")
    await inbox.note_final(claim, ending("Sealed."), opening=None)
    answer = (await claimed(inbox)).answer
    assert (answer.parts, answer.final) == ({0: "p0"}, ending("Sealed."))


async def test_a_note_sent_twice_is_one(inbox: Inbox, store: Store) -> None:
    """A note whose reply was lost may be sent again."""
    claim = await running(inbox, message("1"))
    await inbox.note_part(claim, 0, "p0")
    await inbox.note_final(claim, ending(), opening=1)
    before = await store.everything()
    await inbox.note_part(claim, 0, "p0")
    await inbox.note_final(claim, ending(), opening=1)
    assert await store.everything() == before


@pytest.mark.parametrize("late", LATE)
async def test_a_lost_fence_notes_nothing(inbox: Inbox, store: Store, late: Late) -> None:
    """A worker whose conversation was taken over learns it, and changes nothing."""
    claim = await running(inbox, message("1"))
    await store.expire()
    await claimed(inbox, "f2")
    before = await store.everything()
    with pytest.raises(LeaseLost):
        await late(inbox, claim)
    assert await store.everything() == before


@pytest.mark.parametrize("late", LATE)
async def test_nothing_is_noted_after_the_end(inbox: Inbox, store: Store, late: Late) -> None:
    """After its own commit a worker's fence is worth nothing any more."""
    claim = await running(inbox, message("1"))
    await inbox.commit(claim, answered(claim), keep=20)
    before = await store.everything()
    with pytest.raises(LeaseLost):
        await late(inbox, claim)
    assert await store.everything() == before


async def test_an_expired_lease_that_nobody_took_still_notes(inbox: Inbox, store: Store) -> None:
    """What counts is the fence: it is good until somebody else claims."""
    claim = await running(inbox, message("1"))
    await store.expire()
    await inbox.note_part(claim, 0, "p0")
    assert (await claimed(inbox)).answer.parts == {0: "p0"}


async def test_a_changed_question_seals_no_answer(inbox: Inbox, store: Store) -> None:
    """After an edit the old answer is not sealed, and no part of it opened; parts are noted."""
    claim = await running(inbox, message("1"))
    new = message("1", revision="2")
    await inbox.change(ACCOUNT, PLACE, "1", "2", new)
    before = await store.everything()
    with pytest.raises(Revised):
        await inbox.note_final(claim, ending("Old."), opening=1)
    assert await store.everything() == before
    await inbox.note_part(claim, 0, "p0")
    again = await claimed(inbox)
    assert (again.questions, again.answer.parts, again.answer.revision) == ((new,), {0: "p0"}, 1)
    await inbox.note_final(again, ending("New."), opening=None)
    assert await inbox.commit(again, answered(again), keep=20) is Committed.DONE
