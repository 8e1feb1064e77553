"""Two versions work side by side over one store, and a third does no harm.

There is only one version yet: the records of others are made by rewriting ours.
"""

import re

import pytest

from bot.errors import RecordUnreadable
from bot.outcomes import Changed, Unclaimed
from bot.ports import Inbox
from storage.records import VERSION
from tests.builders import ACCOUNT, PLACE, answered, ending, message
from tests.storage.inbox.store import Store, claimed, committed, running

NEXT, FAR = VERSION + 1, VERSION + 2


def of_version(record: str, version: int) -> str:
    """The record as that version might have written it, with a field that we do not know."""
    return re.sub(rf'(?<!\d){VERSION} {{(\\?")', rf"{version} {{\1new\1:[1,{{}}],\1", record)


async def rewrite(store: Store, version: int, *ids: str) -> None:
    """Let these waiting messages be of another version."""
    for id_ in ids:
        record = await store.client.hget(store.key("msgs"), id_)
        await store.client.hset(store.key("msgs"), id_, of_version(record, version))


async def rewrite_turn(store: Store, number: int, version: int) -> None:
    """Let a turn be of another version."""
    record = await store.client.lindex(store.key("turns"), number)
    await store.client.lset(store.key("turns"), number, of_version(record, version))


def test_rewriting_changes_every_record_of_a_turn() -> None:
    """The helper of this file does what it says: our own record is another one afterwards."""
    assert of_version(f'{VERSION} {{"a":1}}', 9) == '9 {"new":[1,{}],"a":1}'
    assert of_version(f'"{VERSION} {{\\"a\\":1}}"', 9) == r'"9 {\"new\":[1,{}],\"a\":1}"'


@pytest.mark.parametrize("version", [VERSION - 1, NEXT])
async def test_neighbouring_versions_are_read(inbox: Inbox, store: Store, version: int) -> None:
    """Messages, a sealed answer and turns of the version before and after ours are read."""
    first = await committed(inbox, message("1"))
    claim = await running(inbox, message("2", 2), fence="f2")
    await inbox.note_final(claim, ending(), opening=None)
    await rewrite(store, version, "2")
    await rewrite_turn(store, 0, version)
    final = of_version(await store.client.hget(store.key("answer"), "final"), version)
    await store.client.hset(store.key("answer"), "final", final)
    again = await claimed(inbox, "f2")
    assert (again.questions, again.answer.final) == ((message("2", 2),), ending())
    assert again.turns == (answered(first.noted(0, "part of f1")),)


async def test_a_newer_message_is_left_to_a_newer_worker(inbox: Inbox, store: Store) -> None:
    """What we cannot read is given back at once, without an attempt, for a while."""
    await inbox.accept(message("1"))
    await rewrite(store, FAR, "1")
    with pytest.raises(RecordUnreadable):
        await inbox.claim(ACCOUNT, PLACE, "f1")
    assert 0 < (await store.wait() or 0) <= 60
    assert await inbox.claim(ACCOUNT, PLACE, "f2") is Unclaimed.BUSY
    await store.expire()
    await rewrite_back(store, "1")
    claim = await claimed(inbox, "f2")
    assert (claim.questions, claim.answer.attempt) == ((message("1"),), 1)


async def rewrite_back(store: Store, id_: str) -> None:
    """As if we were of the newer version."""
    record = await store.client.hget(store.key("msgs"), id_)
    ours = record.replace(f"\n{FAR} ", f"\n{VERSION} ")
    await store.client.hset(store.key("msgs"), id_, ours)


async def test_a_newer_sealed_answer_is_left_alone(inbox: Inbox, store: Store) -> None:
    """An answer that a newer version sealed is delivered by one that can read it."""
    claim = await running(inbox, message("1"))
    await inbox.note_final(claim, ending(), opening=None)
    await store.client.hset(store.key("answer"), "final", f"{FAR} {{}}")
    await store.expire()
    with pytest.raises(RecordUnreadable):
        await inbox.claim(ACCOUNT, PLACE, "f2")
    assert await store.client.hget(store.key("answer"), "attempt") == "1"
    assert await store.client.hget(store.key("answer"), "final") == f"{FAR} {{}}"


async def test_newer_turns_stay_out_of_our_prompts(inbox: Inbox, store: Store) -> None:
    """Turns that we cannot read are left out of the claim, and stay where they are."""
    for number in range(3):
        await committed(inbox, message(str(number), number), fence=f"f{number}")
    await rewrite_turn(store, 1, FAR)
    claim = await running(inbox, message("9", 9), fence="f9")
    assert [turn.fence for turn in claim.turns] == ["f0", "f2"]
    assert [turn.fence for turn in await inbox.turns(PLACE)] == ["f0", "f2"]
    await inbox.commit(claim, answered(claim), keep=20)
    assert await store.client.llen(store.key("turns")) == 4


async def test_newer_turns_can_be_forgotten(inbox: Inbox, store: Store) -> None:
    """A deleted question leaves the history, whichever version wrote its turn."""
    await committed(inbox, message("1"))
    await rewrite_turn(store, 0, FAR)
    assert await inbox.change(ACCOUNT, PLACE, "1", "", None) is Changed.FORGOTTEN
    assert await store.client.exists(store.key("turns")) == 0


async def test_asking_again_keeps_what_a_newer_version_wrote(inbox: Inbox, store: Store) -> None:
    """A question that goes back into the inbox beside an edited one is not rewritten."""
    await committed(inbox, message("1"), message("2", 2))
    await rewrite_turn(store, 0, NEXT)
    new = message("1", revision="1")
    assert await inbox.change(ACCOUNT, PLACE, "1", "1", new) is Changed.REDO
    assert '"new":[1,{}]' in await store.client.hget(store.key("msgs"), "2")
    assert (await claimed(inbox)).questions == (new, message("2", 2))


@pytest.mark.parametrize("record", ["1 {", "1 {}", "x {}", "", '1 {"id": 3}'])
async def test_a_broken_record_is_unreadable(inbox: Inbox, store: Store, record: str) -> None:
    """A record that lacks what it must hold is an error of ours, without the words in it."""
    await inbox.accept(message("1", text="my secret"))
    await store.client.hset(store.key("msgs"), "1", f'\n"ann"\n{record}my secret')
    with pytest.raises(RecordUnreadable) as caught:
        await inbox.claim(ACCOUNT, PLACE, "f1")
    assert "secret" not in str(caught.value)
