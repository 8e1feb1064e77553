"""A message is kept once, however often and by whomever it is brought."""

import time
from dataclasses import replace

import pytest

from bot.errors import StoreFull
from bot.messages import Account, ConversationKey, Trigger
from bot.outcomes import Accepted, Committed
from bot.ports import Inbox
from tests.builders import ACCOUNT, ELSEWHERE, PLACE, answered, ending, message
from tests.storage.inbox.conftest import CAP
from tests.storage.inbox.store import KEYS, Store, claimed, committed, held


async def test_an_accepted_message_waits_and_is_due(inbox: Inbox) -> None:
    """What was accepted stands in the inbox, and its conversation may be claimed at once."""
    assert await inbox.accept(message("1")) is Accepted.ACCEPTED
    assert await inbox.waiting(PLACE) == ("1",)
    assert await inbox.ready(Account(ACCOUNT), 10) == [PLACE]


async def test_a_redelivery_is_a_duplicate(inbox: Inbox, store: Store) -> None:
    """Brought again, a message changes nothing; not even in a thread that it has opened since."""
    await inbox.accept(message("1"))
    before = await store.everything()
    assert await inbox.accept(message("1", text="twin")) is Accepted.DUPLICATE
    assert await inbox.accept(message("1", where=ELSEWHERE)) is Accepted.DUPLICATE
    assert await store.everything() == before


async def test_a_redelivery_after_the_answer_is_a_duplicate(inbox: Inbox, store: Store) -> None:
    """An answered message is still known two days later, and then no more."""
    await committed(inbox, message("1"))
    assert await inbox.accept(message("1")) is Accepted.DUPLICATE
    assert 47 * 3600 < await store.client.ttl(store.seen) <= 48 * 3600
    await store.client.zincrby(store.seen, -48 * 3600 * 1000, "1")
    await inbox.accept(message("2"))
    assert await inbox.accept(message("1")) is Accepted.QUEUED


async def test_a_follow_up_needs_a_known_conversation(inbox: Inbox, store: Store) -> None:
    """Where nobody addressed the bot before, a follow-up leaves no mark; later it counts."""
    follow_up = message("2", 2, trigger=Trigger.FOLLOW_UP)
    assert await inbox.accept(follow_up, refusal="Not that.") is Accepted.UNKNOWN
    assert await inbox.accept(follow_up) is Accepted.UNKNOWN
    assert await store.everything() == {}
    await committed(inbox, message("1"))
    assert await inbox.accept(follow_up) is Accepted.ACCEPTED


async def test_a_follow_up_is_newer_than_its_conversation(inbox: Inbox) -> None:
    """What people said among themselves before the bot was called is not for it, read later."""
    await inbox.accept(message("5", 5))
    assert await inbox.accept(message("4", 4, trigger=Trigger.FOLLOW_UP)) is Accepted.UNKNOWN
    assert await inbox.accept(message("6", 6, trigger=Trigger.FOLLOW_UP)) is Accepted.QUEUED
    await inbox.accept(message("2", 2))
    assert await inbox.accept(message("1", 1, trigger=Trigger.FOLLOW_UP)) is Accepted.UNKNOWN
    assert await inbox.accept(message("3", 3, trigger=Trigger.FOLLOW_UP)) is Accepted.QUEUED


async def test_a_follow_up_keeps_the_conversation_known(inbox: Inbox, store: Store) -> None:
    """Each accepted message prolongs the time for which follow-ups count, to 30 days."""
    await committed(inbox, message("1"))
    await store.client.expire(store.key("talk"), 100)
    await inbox.accept(message("2", 2, trigger=Trigger.FOLLOW_UP))
    assert await store.client.ttl(store.key("talk")) > 29 * 86_400


async def test_a_refused_message_is_marked(inbox: Inbox) -> None:
    """A refusal is said once: the message is seen, waits nowhere, and makes nothing known."""
    assert await inbox.accept(message("1"), refusal="Too long.") is Accepted.REFUSED
    assert await inbox.accept(message("1")) is Accepted.DUPLICATE
    assert await inbox.waiting(PLACE) == ()
    follow_up = message("2", 2, trigger=Trigger.FOLLOW_UP)
    assert await inbox.accept(follow_up) is Accepted.UNKNOWN


async def test_a_full_inbox_says_so_once(inbox: Inbox) -> None:
    """What finds no room is seen and dropped; there is room again after the next commit."""
    for number in range(CAP):
        await inbox.accept(message(str(number), number, author=str(number)))
    assert await inbox.accept(message("late", 9)) is Accepted.FULL
    assert await inbox.accept(message("late", 9)) is Accepted.DUPLICATE
    assert len(await inbox.waiting(PLACE)) == CAP
    await inbox.commit(await claimed(inbox), None, keep=20)
    assert await inbox.accept(message("later", 10)) is Accepted.QUEUED


async def test_messages_wait_in_the_platforms_order(inbox: Inbox) -> None:
    """The order is that of the platform's time, not that of arrival."""
    for id_, at in (("b", 20), ("c", 30), ("a", 10)):
        await inbox.accept(message(id_, at, author=id_))
    assert await inbox.waiting(PLACE) == ("a", "b", "c")


async def test_a_running_conversation_is_not_due_by_a_new_message(
    inbox: Inbox, store: Store
) -> None:
    """Another message leaves a lease as it is."""
    await inbox.accept(message("1"))
    await claimed(inbox)
    await inbox.accept(message("2", 2))
    assert (await store.wait() or 0) > 5


async def test_every_accepted_message_counts_for_its_channel(inbox: Inbox) -> None:
    """Where catch-up must look is known by account, with the time of the last accept."""
    elsewhere = ConversationKey("slack", "T 1", "ü:%")
    await inbox.accept(message("1"))
    await inbox.accept(message("2", where=elsewhere))
    await inbox.accept(replace(message("3"), account="other"))
    channels = await inbox.channels(ACCOUNT)
    assert set(channels) == {("slack", "T1", "C1"), ("slack", "T 1", "ü:%")}
    assert all(at > 1_700_000_000_000 for at in channels.values())


async def test_a_silent_channel_is_dropped_after_a_month(inbox: Inbox, store: Store) -> None:
    """Catch-up looks into no channel where nobody asked for 30 days."""
    key = store.shared(f"channels:{ACCOUNT}")
    await store.client.zadd(key, {"slack:T1:old": time.time() * 1000 - 31 * 86_400_000})
    await inbox.accept(message("1"))
    assert set(await inbox.channels(ACCOUNT)) == {("slack", "T1", "C1")}


async def test_a_message_leads_to_its_conversation(inbox: Inbox, store: Store) -> None:
    """The id of a question, and of a part of its answer, say where they belong."""
    await committed(inbox, message("1"))
    for id_ in ("1", "part of f1"):
        assert await store.client.get(KEYS.of(PLACE, id_)) == str(PLACE)


async def test_a_full_store_takes_no_message_but_ends_its_turns(
    inbox: Inbox, store: Store
) -> None:
    """Without memory nothing new is accepted; what was accepted is answered all the same."""
    await inbox.accept(message("1"))
    await inbox.accept(message("2", 2, author="bob"))
    claim = await claimed(inbox)
    before = await store.everything()
    await store.client.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreFull):
            await inbox.accept(message("3", 3))
        assert await store.everything() == before
        assert await inbox.renew([held("f1")]) == [""]
        await inbox.note_part(claim, 0, "p")
        await inbox.note_final(claim, ending(), opening=None)
        assert await inbox.commit(claim, answered(claim), keep=20) is Committed.MORE
        assert (await claimed(inbox, "f2")).ids == ("2",)
    finally:
        await store.client.config_set("maxmemory", 0)
