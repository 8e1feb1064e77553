"""What is written is read as it was, whatever people and platforms call things."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Account, Claim, ConversationKey, Ending, IncomingMessage, Person, Turn
from bot.outcomes import Changed, Committed
from bot.ports import Inbox
from storage import records
from tests.builders import answered, message
from tests.storage.inbox.store import claimed

LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))
"""A revision stands in a line of its own."""

MESSAGES = st.builds(IncomingMessage, revision=LINE)
ENDINGS = st.builds(Ending, cost=st.none() | st.decimals(allow_nan=False, allow_infinity=False))
TURNS = st.builds(
    Turn, st.lists(MESSAGES, max_size=3).map(tuple), ENDINGS, st.lists(st.text()).map(tuple)
)

NAMES = (
    *("a b", "a:b", "a\nb", "\r\n", "%20", "%", "{p1}", "}{", '"', "\\", "'; return 1 --"),
    *("\x00", "\x7f", "\u2028", "ü", "日本", "👩‍👩‍👧", "-", "0", "+inf", "(1", "[]", "part:0"),
    "x" * 5000,
)
"""What a script, a key, a signal or a record might trip over."""


@given(MESSAGES)
def test_a_message_is_read_as_it_was_written(one: IncomingMessage) -> None:
    """No text, name or id is changed on its way through the store."""
    assert records.read_message(records.write_message(one)) == one


@given(ENDINGS)
def test_an_ending_is_read_as_it_was_written(one: Ending) -> None:
    """Text, tokens and cost are the same to the last digit."""
    assert records.read_ending(records.write_ending(one)) == one


@given(TURNS)
def test_a_turn_is_read_as_it_was_written(one: Turn) -> None:
    """A turn keeps its questions, its reply and its parts."""
    assert records.read_turn(records.write_turn(one)) == one


@pytest.mark.parametrize("name", NAMES, ids=ascii)
async def test_names_are_opaque(inbox: Inbox, name: str) -> None:
    """Ids, names and places may be any text: nothing is torn apart, and nothing mixed up."""
    place = ConversationKey("slack", name, f"{name}2", name)
    first, second = (
        replace(message(id_, at), account=name, conversation=place, author=Person(name, name))
        for at, id_ in enumerate((name, f"{name}\n2"))
    )
    await inbox.accept(first)
    await inbox.accept(second)
    assert await inbox.ready(Account(name), 9) == [place]
    assert list(await inbox.channels(name)) == [("slack", name, f"{name}2")]
    claim = await taken(inbox, name, place)
    assert claim == replace(claim, ids=(first.id, second.id), questions=(first, second))
    await inbox.note_part(claim, 0, name)
    edited = replace(second, revision="1", text="edited")
    assert await inbox.change(name, place, second.id, "1", edited) is Changed.RUNNING
    claim = await taken(inbox, name, place)
    assert (claim.questions, claim.answer.parts) == ((first, edited), {0: name})
    assert await inbox.commit(claim, answered(claim), keep=1) is Committed.DONE
    assert await inbox.turns(place) == (answered(claim),)
    assert await inbox.redo(name, place, first.id) is Changed.REDO
    assert await inbox.waiting(place) == (first.id, second.id)


async def taken(inbox: Inbox, name: str, place: ConversationKey) -> Claim:
    """The claim of an account and a fence of this name."""
    claim = await inbox.claim(name, place, name)
    assert isinstance(claim, Claim)
    return claim


async def test_a_large_message_is_kept_whole(inbox: Inbox) -> None:
    """A megabyte goes in, and comes back in the claim and in the history."""
    text = "ä\n\"'" * 250_000
    await inbox.accept(message("1", text=text))
    claim = await claimed(inbox)
    await inbox.commit(claim, answered(claim, text), keep=20)
    (turn,) = await inbox.turns(claim.conversation)
    assert (turn.questions[0].text, turn.ending.text) == (text, text)
