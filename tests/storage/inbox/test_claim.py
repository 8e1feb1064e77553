"""A claim brings all that a turn needs, to one worker at a time."""

from bot.messages import Account, Answer, Claim, ConversationKey
from bot.outcomes import LOST, Unclaimed
from bot.ports import Inbox
from storage.inbox import RedisInbox
from storage.inbox.inbox import Terms
from tests.builders import ACCOUNT, ELSEWHERE, PLACE, answered, ending, message
from tests.storage.inbox.store import KEYS, Store, claimed, committed, held, running


async def test_a_claim_brings_question_answer_and_history(inbox: Inbox) -> None:
    """All that the next turn needs comes with the claim, whoever begins it."""
    first = await committed(inbox, message("1"), fence="f1")
    claim = await running(inbox, message("2", 2), fence="f2")
    assert claim == Claim(
        conversation=PLACE,
        account=ACCOUNT,
        fence="f2",
        ids=("2",),
        questions=(message("2", 2),),
        answer=Answer(),
        turns=(answered(first.noted(0, "part of f1")),),
        total=1,
        waiting=1,
    )


async def test_nothing_to_claim(inbox: Inbox) -> None:
    """A conversation that waits for nobody is gone; so is that of another account."""
    assert await inbox.claim(ACCOUNT, PLACE, "f1") is Unclaimed.GONE
    await inbox.accept(message("1"))
    assert await inbox.claim("other", PLACE, "f1") is Unclaimed.GONE
    await inbox.commit(await claimed(inbox), None, keep=20)
    assert await inbox.claim(ACCOUNT, PLACE, "f1") is Unclaimed.GONE


async def test_one_worker_at_a_time(inbox: Inbox, store: Store) -> None:
    """While a lease holds, others are told so, find nothing ready, and change nothing."""
    await running(inbox, message("1"))
    before = await store.everything()
    assert await inbox.claim(ACCOUNT, PLACE, "f2") is Unclaimed.BUSY
    assert await inbox.ready(Account(ACCOUNT), 10) == []
    assert await store.everything() == before


async def test_the_same_fence_again_is_the_same_claim(inbox: Inbox, store: Store) -> None:
    """A claim whose reply was lost is made again, at no cost; even when its lease ran out."""
    first = await running(inbox, message("1"))
    assert await claimed(inbox) == first
    await store.expire()
    assert await claimed(inbox) == first
    assert (await store.wait() or 0) > 9


async def test_an_expired_lease_is_taken_over(inbox: Inbox, store: Store) -> None:
    """The next worker finds what the first one noted, and one attempt more."""
    first = await running(inbox, message("1"))
    await inbox.note_part(first, 0, "p0")
    await inbox.note_part(first, 1, "")
    await inbox.note_final(first, ending("Sealed."), opening=2)
    await store.expire()
    assert await inbox.ready(Account(ACCOUNT), 10) == [PLACE]
    second = await claimed(inbox, "f2")
    assert second.answer == Answer(2, 0, {0: "p0", 1: "", 2: ""}, ending("Sealed."))
    assert (second.ids, second.questions) == (first.ids, first.questions)
    assert await inbox.claim(ACCOUNT, PLACE, "f1") is Unclaimed.BUSY


async def test_messages_of_one_person_become_one_turn(inbox: Inbox) -> None:
    """What one person wrote in a row is one turn that lists all its ids, in order."""
    claim = await running(inbox, message("1", 1), message("3", 3), message("2", 2))
    assert claim.ids == ("1", "2", "3")
    assert [question.id for question in claim.questions] == ["1", "2", "3"]


async def test_another_person_between_them_ends_a_turn(inbox: Inbox) -> None:
    """A message of somebody else is not jumped over, and not merged."""
    ann, bob, again = message("1", 1), message("2", 2, author="bob"), message("3", 3)
    claim = await running(inbox, ann, bob, again)
    assert (claim.ids, claim.waiting) == (("1",), 3)
    await inbox.commit(claim, answered(claim), keep=20)
    assert (await claimed(inbox, "f2")).ids == ("2",)


async def test_a_begun_answer_stays_first(inbox: Inbox, store: Store) -> None:
    """An older message that comes late, and one of the same person, wait for the next turn."""
    first = await running(inbox, message("5", 5))
    await inbox.accept(message("4", 4))
    await inbox.accept(message("6", 6))
    await store.expire()
    second = await claimed(inbox, "f2")
    assert (second.ids, second.waiting) == (("5",), 3)
    await inbox.commit(second, answered(second), keep=20)
    assert (await claimed(inbox, "f3")).ids == ("4", "6")
    assert first.ids == ("5",)


async def test_conversations_do_not_wait_for_each_other(inbox: Inbox) -> None:
    """A claimed conversation leaves the others of its channel ready, the longest due first."""
    await running(inbox, message("1"))
    third = ConversationKey("slack", "T1", "C1", "3")
    await inbox.accept(message("2", where=ELSEWHERE))
    await inbox.accept(message("3", where=third))
    ready = await inbox.ready(Account(ACCOUNT), 10)
    assert set(ready) == {ELSEWHERE, third}


async def test_ready_is_by_time_and_limited(inbox: Inbox, store: Store) -> None:
    """The longest due comes first, and no more than asked for."""
    await inbox.accept(message("1"))
    await inbox.accept(message("2", where=ELSEWHERE))
    await store.expire(ELSEWHERE)
    assert await inbox.ready(Account(ACCOUNT), 10) == [ELSEWHERE, PLACE]
    assert await inbox.ready(Account(ACCOUNT), 1) == [ELSEWHERE]


async def test_an_account_of_one_conversation_sees_it_alone(inbox: Inbox) -> None:
    """A worker that serves one conversation looks into its partition only."""
    far = ConversationKey("slack", "T2", "C2")
    await inbox.accept(message("1"))
    await inbox.accept(message("2", where=far))
    assert await inbox.ready(Account(ACCOUNT, far), 10) == [far]
    assert set(await inbox.ready(Account(ACCOUNT), 10)) == {PLACE, far}


async def test_a_clock_that_jumped_parks_nothing_for_years(inbox: Inbox, store: Store) -> None:
    """What is due later than the longest delay, an hour, is due in an hour."""
    await inbox.accept(message("1"))
    due = store.shared(f"due:{ACCOUNT}")
    await store.client.zadd(due, {str(PLACE): 9_999_999_999_999})
    assert await inbox.ready(Account(ACCOUNT), 10) == []
    assert 3590 < (await store.wait() or 0) <= 3600
    await store.client.zincrby(due, -10_000, str(PLACE))
    before = await store.client.zscore(due, str(PLACE))
    await inbox.ready(Account(ACCOUNT), 10)
    assert await store.client.zscore(due, str(PLACE)) == before


async def test_a_renewal_prolongs_the_lease(inbox: Inbox, store: Store) -> None:
    """Each renewal gives the whole lease again; one that ran out but is unclaimed lives on."""
    await running(inbox, message("1"))
    await store.expire()
    assert await inbox.renew([held("f1")]) == [""]
    assert (await store.wait() or 0) > 9
    assert await inbox.claim(ACCOUNT, PLACE, "f2") is Unclaimed.BUSY


async def test_renewals_keep_the_order_of_the_leases(inbox: Inbox, store: Store) -> None:
    """Many leases are renewed at once, each with its own answer, in the order asked."""
    far = ConversationKey("slack", "T2", "C2")
    await running(inbox, message("1"), fence="f1")
    await running(inbox, message("2", where=far), fence="f2")
    await running(inbox, message("3", where=ELSEWHERE), fence="f3")
    await inbox.cancel(ACCOUNT, far, "", "user")
    await store.expire(ELSEWHERE)
    await claimed(inbox, "f4", ELSEWHERE)
    leases = [held("f3", ELSEWHERE), held("f2", far), held("f1")]
    assert await inbox.renew(leases) == [LOST, "user", ""]


async def test_a_lost_lease_is_not_renewed(inbox: Inbox, store: Store) -> None:
    """After a takeover, a release or a commit the old fence renews nothing."""
    claim = await running(inbox, message("1"))
    await store.expire()
    taken = await claimed(inbox, "f2")
    before = await store.everything()
    assert await inbox.renew([held("f1")]) == [LOST]
    assert await store.everything() == before
    await inbox.commit(taken, None, keep=20)
    assert await inbox.renew([held("f2")]) == [LOST]
    assert await store.wait() is None
    assert claim.answer.attempt == 1


async def test_history_may_be_left_out(inbox: Inbox, store: Store) -> None:
    """A claim brings no more turns than the terms allow, the last ones; with 0 none."""
    for number in range(3):
        await committed(inbox, message(str(number), number), fence=f"f{number}")
    await inbox.accept(message("9", 9))
    for history, fences in ((0, []), (2, ["f1", "f2"])):
        other = RedisInbox(store.client, KEYS, Terms(history=history))
        claim = await claimed(other, "f9")
        assert [turn.fence for turn in claim.turns] == fences
        assert claim.total == 3
