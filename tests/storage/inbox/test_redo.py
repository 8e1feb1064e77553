"""The newest turn is answered once more when somebody wants that."""

from dataclasses import replace

import pytest

from bot.messages import Turn
from bot.outcomes import Changed
from bot.ports import Inbox
from tests.builders import ACCOUNT, NOW, PLACE, answered, message
from tests.storage.inbox.store import claimed, committed, running

MINUTE = 60_000


@pytest.mark.parametrize("named", ["1", "part of f1", ""])
async def test_the_newest_turn_is_redone_in_its_place(inbox: Inbox, named: str) -> None:
    """Its question waits again with the parts that it has, named by either or by none."""
    await committed(inbox, message("1"))
    assert await inbox.redo(ACCOUNT, PLACE, named) is Changed.REDO
    claim = await claimed(inbox, "f2")
    assert (claim.questions, claim.answer.parts) == ((message("1"),), {0: "part of f1"})
    assert claim.turns == ()


async def test_only_the_newest_turn_is_redone(inbox: Inbox) -> None:
    """An older one, one that is unknown, and any while something waits, stay as they are."""
    await committed(inbox, message("1"))
    await committed(inbox, message("2", 2), fence="f2")
    assert await inbox.redo(ACCOUNT, PLACE, "1") is Changed.UNKNOWN
    assert await inbox.redo(ACCOUNT, PLACE, "nobody knows") is Changed.UNKNOWN
    await inbox.accept(message("3", 3))
    assert await inbox.redo(ACCOUNT, PLACE, "2") is Changed.UNKNOWN
    assert [turn.ids for turn in await inbox.turns(PLACE)] == [("1",), ("2",)]


async def committed_ago(inbox: Inbox, ms: int) -> Turn:
    """A turn that was answered so many milliseconds ago."""
    claim = await running(inbox, message("1"))
    turn = replace(answered(claim), at=NOW - ms)
    await inbox.commit(claim, turn, keep=20)
    return turn


async def test_an_old_answer_is_redone_in_a_new_message(inbox: Inbox) -> None:
    """After fifty minutes its parts are left as they are, for they could not be edited soon."""
    await committed_ago(inbox, 51 * MINUTE)
    assert await inbox.redo(ACCOUNT, PLACE, "1") is Changed.REDO
    assert (await claimed(inbox, "f2")).answer.parts == {}


async def test_an_edit_of_an_old_question_changes_nothing(inbox: Inbox) -> None:
    """After fifty minutes an edit is too late; before, it has the answer redone."""
    await committed_ago(inbox, 51 * MINUTE)
    new = message("1", revision="2")
    assert await inbox.change(ACCOUNT, PLACE, "1", "2", new) is Changed.UNKNOWN
    await inbox.redo(ACCOUNT, PLACE, "1")
    claim = await claimed(inbox, "f2")
    await inbox.commit(claim, replace(answered(claim), at=NOW - 40 * MINUTE), keep=20)
    assert await inbox.change(ACCOUNT, PLACE, "1", "2", new) is Changed.REDO


async def test_an_edit_that_changes_no_word_is_none(inbox: Inbox) -> None:
    """A newer revision of the same words leaves the question alone: waiting, running, answered."""
    same = replace(message("1"), revision="9")

    async def edited() -> Changed:
        return await inbox.change(ACCOUNT, PLACE, "1", "9", same)

    await inbox.accept(message("1"))
    assert await edited() is Changed.UNKNOWN
    claim = await claimed(inbox)
    assert await edited() is Changed.UNKNOWN
    await inbox.commit(claim, answered(claim), keep=20)
    assert await edited() is Changed.UNKNOWN
