"""A wish to stop reaches the answer that it is meant for, and no other."""

import pytest

from bot.outcomes import Cancelled
from bot.ports import Inbox
from tests.builders import ACCOUNT, PLACE, message
from tests.storage.inbox.store import Store, claimed, committed, held, running


@pytest.mark.parametrize("id_", ["", "1", "2"])
async def test_the_running_answer_is_stopped(inbox: Inbox, id_: str) -> None:
    """Its worker hears it at the next renewal, and so does the one that takes over."""
    await running(inbox, message("1"), message("2", 2))
    assert await inbox.cancel(ACCOUNT, PLACE, id_, "user") is Cancelled.STOPPING
    assert await inbox.renew([held("f1")]) == ["user"]
    assert (await claimed(inbox)).stop == "user"


async def test_a_waiting_message_is_removed(inbox: Inbox, store: Store) -> None:
    """A message that only waits is gone at once, and for good; the running answer goes on."""
    await running(inbox, message("1"), message("2", 2, author="bob"))
    assert await inbox.cancel(ACCOUNT, PLACE, "2", "user") is Cancelled.REMOVED
    before = await store.everything()
    assert await inbox.cancel(ACCOUNT, PLACE, "2", "user") is Cancelled.IDLE
    assert await store.everything() == before
    assert await inbox.waiting(PLACE) == ("1",)
    assert await store.client.hkeys(store.key("msgs")) == ["1"]
    assert await inbox.renew([held("f1")]) == [""]


async def test_the_only_waiting_message_leaves_nothing_due(inbox: Inbox, store: Store) -> None:
    """With the last message its conversation is no longer due."""
    await inbox.accept(message("1"))
    assert await inbox.cancel(ACCOUNT, PLACE, "1", "user") is Cancelled.REMOVED
    assert await store.wait() is None


async def test_a_question_that_nobody_has_begun_is_stopped_too(inbox: Inbox) -> None:
    """Without a message's id, the next turn is meant where none runs yet."""
    await inbox.accept(message("1"))
    assert await inbox.cancel(ACCOUNT, PLACE, "", "user") is Cancelled.STOPPING
    assert (await claimed(inbox)).stop == "user"


@pytest.mark.parametrize("id_", ["", "1", "unheard of"])
async def test_nothing_to_stop(inbox: Inbox, store: Store, id_: str) -> None:
    """Where nothing runs and nothing waits, nothing happens; not to a later question either."""
    await committed(inbox, message("1"))
    before = await store.everything()
    assert await inbox.cancel(ACCOUNT, PLACE, id_, "user") is Cancelled.IDLE
    assert await store.everything() == before


@pytest.mark.parametrize("how", ["deleted", "cancelled"])
async def test_a_stop_does_not_outlive_a_removed_question(inbox: Inbox, how: str) -> None:
    """A question that is stopped while it waits, and then taken back, leaves no stop behind."""
    await inbox.accept(message("1"))
    await inbox.cancel(ACCOUNT, PLACE, "", "user")
    if how == "deleted":
        await inbox.change(ACCOUNT, PLACE, "1", "", None)
    else:
        await inbox.cancel(ACCOUNT, PLACE, "1", "user")
    assert (await running(inbox, message("2"))).stop == ""


@pytest.mark.parametrize(
    ("reasons", "strongest"),
    [
        (("user", "deleted"), "deleted"),
        (("deleted", "user"), "deleted"),
        (("revised", "user"), "user"),
        (("user", "revised"), "user"),
        (("revised", "deleted"), "deleted"),
        (("deleted", "revised"), "deleted"),
    ],
)
async def test_the_strongest_reason_counts(
    inbox: Inbox, reasons: tuple[str, str], strongest: str
) -> None:
    """Deleted is stronger than a person's stop, and that is stronger than an edit."""
    await running(inbox, message("1"))
    for reason in reasons:
        if reason == "revised":
            await inbox.change(ACCOUNT, PLACE, "1", "2", message("1", revision="2"))
        else:
            await inbox.cancel(ACCOUNT, PLACE, "", reason)
    assert await inbox.renew([held("f1")]) == [strongest]
