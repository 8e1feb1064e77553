"""An edit or a delete finds its message wherever on its way it is."""

import pytest

from bot.messages import Answer, IncomingMessage
from bot.outcomes import Accepted, Changed, Committed
from bot.ports import Inbox
from tests.builders import ACCOUNT, NOW, PLACE, answered, ending, message
from tests.storage.inbox.store import Store, claimed, committed, held, running

NEW = message("1", revision="7")


async def edit(inbox: Inbox, new: IncomingMessage = NEW) -> Changed:
    """What an edit meets."""
    return await inbox.change(ACCOUNT, PLACE, new.id, new.revision, new)


async def delete(inbox: Inbox, id_: str = "1") -> Changed:
    """What a delete meets."""
    return await inbox.change(ACCOUNT, PLACE, id_, "", None)


async def test_a_waiting_message_is_replaced(inbox: Inbox) -> None:
    """Who claims it reads the new text; its place in the order stays."""
    await inbox.accept(message("1"))
    await inbox.accept(message("2", 2))
    assert await edit(inbox) is Changed.REPLACED
    claim = await claimed(inbox)
    assert claim.questions == (NEW, message("2", 2))
    assert claim.answer.revision == 0


async def test_a_waiting_message_is_removed(inbox: Inbox, store: Store) -> None:
    """Deleted before anybody began, it is as if it had never been asked."""
    await inbox.accept(message("1"))
    await inbox.accept(message("2", 2))
    assert await delete(inbox) is Changed.REMOVED
    assert (await inbox.waiting(PLACE), await store.wait() is None) == (("2",), False)
    assert await delete(inbox, "2") is Changed.REMOVED
    assert (await inbox.waiting(PLACE), await store.wait() is None) == ((), True)


async def test_an_edit_of_the_running_question_unseals_its_answer(inbox: Inbox) -> None:
    """The worker is told, the sealed text is dropped, and its parts are used again."""
    claim = await running(inbox, message("1"))
    await inbox.note_part(claim, 0, "p0")
    await inbox.note_final(claim, ending("Old."), opening=None)
    assert await edit(inbox) is Changed.RUNNING
    assert await inbox.renew([held("f1")]) == ["revised"]
    again = await claimed(inbox)
    assert (again.questions, again.stop) == ((NEW,), "")
    assert again.answer == Answer(1, 1, {0: "p0"}, None)
    assert await inbox.renew([held("f1")]) == [""]


async def test_an_edit_is_known_by_its_revision(inbox: Inbox, store: Store) -> None:
    """The same edit again, and an older one, change nothing: waiting, running or answered."""
    await inbox.accept(message("1"))
    await edit(inbox)
    await assert_known(inbox, store)
    claim = await claimed(inbox)
    await assert_known(inbox, store)
    await inbox.commit(claim, answered(claim), keep=20)
    await assert_known(inbox, store)
    assert await edit(inbox, message("1", revision="7.000001")) is Changed.REDO


async def assert_known(inbox: Inbox, store: Store) -> None:
    """Neither the edit nor what came before it changes anything."""
    before = await store.everything()
    for revision in ("7", "6.5", ""):
        assert await edit(inbox, message("1", revision=revision)) is Changed.UNKNOWN
    assert await store.everything() == before


async def test_the_running_question_is_deleted(inbox: Inbox) -> None:
    """Its id stays until its parts are off the platform: the next claim says why."""
    claim = await running(inbox, message("1"))
    await inbox.note_part(claim, 0, "p0")
    assert await delete(inbox) is Changed.RUNNING
    assert await inbox.renew([held("f1")]) == ["deleted"]
    assert await inbox.waiting(PLACE) == ("1",)
    again = await claimed(inbox)
    assert (again.ids, again.questions, again.stop) == (("1",), (), "deleted")
    assert again.answer.parts == {0: "p0"}


async def test_a_deleted_question_is_known_without_its_reason(inbox: Inbox, store: Store) -> None:
    """The reason to stop expires; that no question is left does not."""
    await running(inbox, message("1"))
    await delete(inbox)
    await store.client.delete(store.shared("stop"))
    await store.expire()
    assert (await claimed(inbox, "f2")).stop == "deleted"


async def test_one_of_two_merged_questions_is_deleted(inbox: Inbox) -> None:
    """The answer is redone for the other one; the ids, by which its parts are found, stay."""
    claim = await running(inbox, message("1"), message("2", 2))
    assert await delete(inbox) is Changed.RUNNING
    assert await inbox.renew([held("f1")]) == ["revised"]
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.REVISED
    again = await claimed(inbox)
    assert (again.ids, again.questions, again.stop) == (("1", "2"), (message("2", 2),), "")
    assert await inbox.commit(again, answered(again), keep=20) is Committed.DONE
    assert [turn.ids for turn in await inbox.turns(PLACE)] == [("2",)]


async def test_both_merged_questions_are_deleted(inbox: Inbox) -> None:
    """Only when nothing is left to answer, the answer is to go."""
    await running(inbox, message("1"), message("2", 2))
    await delete(inbox, "2")
    await delete(inbox, "1")
    assert await inbox.renew([held("f1")]) == ["deleted"]
    again = await claimed(inbox)
    assert (again.ids, again.questions, again.stop) == (("1", "2"), (), "deleted")


async def test_a_delete_sent_twice_is_one(inbox: Inbox, store: Store) -> None:
    """A second delete, and an edit that comes after it, change nothing any more."""
    await running(inbox, message("1"), message("2", 2))
    await delete(inbox)
    before = await store.everything()
    assert await edit(inbox) is Changed.UNKNOWN
    assert await store.everything() == before
    assert await delete(inbox) is Changed.UNKNOWN
    assert (await claimed(inbox)).answer.revision == 1


async def test_the_newest_answered_question_is_asked_again(inbox: Inbox) -> None:
    """Its turn goes back into the inbox, due at once, with the parts that it has."""
    await committed(inbox, message("0", 0), fence="f0")
    await committed(inbox, message("1", 1), message("2", 2), fence="f1")
    assert await edit(inbox) is Changed.REDO
    assert [turn.fence for turn in await inbox.turns(PLACE)] == ["f0"]
    await inbox.accept(message("00", 0))
    claim = await claimed(inbox, "f2")
    assert claim.ids == ("1", "2")
    assert claim.questions == (NEW, message("2", 2))
    assert claim.answer == Answer(1, NOW, {0: "part of f1"})
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.MORE
    assert [turn.fence for turn in await inbox.turns(PLACE)] == ["f0", "f2"]


@pytest.mark.parametrize("other", ["behind it", "waiting"])
async def test_an_edit_of_an_older_question_changes_nothing(
    inbox: Inbox, store: Store, other: str
) -> None:
    """Once a later question was asked, what was answered stays as it is."""
    await committed(inbox, message("1"))
    if other == "behind it":
        await committed(inbox, message("2", 2), fence="f2")
    else:
        await inbox.accept(message("2", 2))
    before = await store.everything()
    assert await edit(inbox) is Changed.UNKNOWN
    assert await store.everything() == before


async def test_a_deleted_question_leaves_the_history(inbox: Inbox) -> None:
    """Its whole turn is forgotten, also when later ones follow; they stay."""
    await committed(inbox, message("1"), message("2", 2), fence="f1")
    await committed(inbox, message("3", 3), fence="f2")
    assert await delete(inbox, "2") is Changed.FORGOTTEN
    assert [turn.fence for turn in await inbox.turns(PLACE)] == ["f2"]
    assert await delete(inbox, "2") is Changed.UNKNOWN
    assert await inbox.waiting(PLACE) == ()


async def test_a_deleted_message_is_never_a_question_again(inbox: Inbox, store: Store) -> None:
    """A delete that comes first marks the id: a late delivery is a duplicate."""
    assert await delete(inbox) is Changed.UNKNOWN
    assert await inbox.accept(message("1")) is Accepted.DUPLICATE
    assert await edit(inbox) is Changed.UNKNOWN
    assert await store.wait() is None


async def test_an_edit_of_an_unknown_message_leaves_no_mark(inbox: Inbox, store: Store) -> None:
    """What was never accepted may still be."""
    assert await edit(inbox) is Changed.UNKNOWN
    assert await store.everything() == {}
    assert await inbox.accept(NEW) is Accepted.ACCEPTED


async def test_marks_of_deleted_messages_do_not_pile_up(inbox: Inbox, store: Store) -> None:
    """In a channel where only deletes are heard, old marks are dropped after 48 hours as well."""
    await delete(inbox, "old")
    await store.client.zincrby(store.seen, -48 * 3600 * 1000, "old")
    await delete(inbox, "new")
    assert await store.client.zrange(store.seen, 0, -1) == ["new"]


async def test_an_edit_between_two_workers_reaches_the_second(inbox: Inbox, store: Store) -> None:
    """An edit while nobody holds the lease is in the next claim, and needs no stop."""
    await running(inbox, message("1"))
    await store.expire()
    assert await edit(inbox) is Changed.RUNNING
    claim = await claimed(inbox, "f2")
    assert (claim.questions, claim.stop, claim.answer.revision) == ((NEW,), "", 1)


async def test_attempts_were_of_the_question_as_it_was(inbox: Inbox, store: Store) -> None:
    """An edited question has all its attempts, however often the old one was tried."""
    await inbox.accept(message("1"))
    for fence in ("f1", "f2", "f3", "f4"):
        await claimed(inbox, fence)
        await store.expire()
    await inbox.change(ACCOUNT, PLACE, "1", "5", message("1", revision="5"))
    assert (await claimed(inbox, "f5")).answer.attempt == 2
