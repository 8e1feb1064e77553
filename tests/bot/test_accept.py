"""The way in, over the real store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.accept import Door, Limits, Receipt
from bot.clock import SystemClock
from bot.counters import Counters
from bot.messages import Trigger
from bot.outcomes import Accepted, Cancelled
from bot.visible import clean
from storage.inbox import RedisInbox
from storage.keys import Keys
from storage.scripts import Client
from tests.builders import ACCOUNT, PLACE, message


class At(SystemClock):
    """A clock that stands still."""

    def now(self) -> int:
        return 1_000_000


@pytest.fixture
def inbox(client: Client) -> RedisInbox:
    """An empty inbox."""
    return RedisInbox(client, Keys())


@pytest.fixture
def door(inbox: RedisInbox) -> Door:
    """A way in where messages may be 10 seconds old, and 20 characters long."""
    return Door(inbox, Counters(), At(), Limits(age=10, length=20))


async def test_a_question_is_kept_before_anybody_hears_of_it(
    door: Door, inbox: RedisInbox
) -> None:
    """When accept returns, the message waits in the store, and nothing is to be said."""
    assert await door.accept(message("1", 1_000_000)) == Receipt(Accepted.ACCEPTED)
    assert await inbox.waiting(PLACE) == ("1",)


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        (" \n\t", 1_000_000, words.EMPTY),
        ("x" * 21, 1_000_000, words.too_long(21, 20)),
        ("why?", 989_999, words.AWAY),
        ("stop", 989_999, words.AWAY),
    ],
)
async def test_what_cannot_be_answered_is_refused_once(
    door: Door, inbox: RedisInbox, text: str, at: int, sentence: str
) -> None:
    """Blank, too long, or missed while the bot was away: one sentence, and not again."""
    assert await door.accept(message("1", at, text=text)) == Receipt(Accepted.REFUSED, sentence)
    assert await door.accept(message("1", at, text=text)) == Receipt(Accepted.DUPLICATE)
    assert await inbox.waiting(PLACE) == ()


async def test_the_callers_own_refusal_comes_first(door: Door) -> None:
    """What access decided is said, whatever else is wrong with the message."""
    said = await door.accept(message("1", 1_000_000, text=" "), refusal="Not here.")
    assert said.sentence == "Not here."


async def test_a_full_inbox_is_said(client: Client) -> None:
    """The message behind the last place hears that the inbox is full."""
    door = Door(RedisInbox(client, Keys()), Counters(), At())
    outcomes = [await door.accept(message(str(n), 1_000_000)) for n in range(51)]
    assert outcomes[-1] == Receipt(Accepted.FULL, words.INBOX_FULL)
    assert {receipt.outcome for receipt in outcomes[:-1]} <= {Accepted.ACCEPTED, Accepted.QUEUED}


@pytest.mark.parametrize("text", ["stop", " Stop. ", "STOP!!"])
async def test_the_word_stop_stops_once(door: Door, inbox: RedisInbox, text: str) -> None:
    """It stops what runs, and an echo of it stops no later answer."""
    await door.accept(message("1", 1_000_000))
    stop = message("2", 1_000_000, text=text)
    assert (await door.accept(stop)).sentence == words.STOPPING[Cancelled.STOPPING]
    claim = await inbox.claim(ACCOUNT, PLACE, "f1")
    assert not isinstance(claim, str)
    assert claim.stop == "user"
    await inbox.commit(claim, None, keep=1)
    await door.accept(message("3", 1_000_000))
    assert await door.accept(stop) == Receipt(Accepted.DUPLICATE)
    again = await inbox.claim(ACCOUNT, PLACE, "f2")
    assert not isinstance(again, str)
    assert again.stop == ""


async def test_stop_where_nothing_runs(door: Door) -> None:
    """It says so, and is no question."""
    said = await door.accept(message("1", 1_000_000, text="stop"))
    assert said == Receipt(Accepted.IDLE, words.STOPPING[Cancelled.IDLE])


async def test_a_stop_among_others_talk_is_not_for_us(door: Door) -> None:
    """A follow-up where the bot has no part leaves no mark, whatever it says."""
    stop = message("1", 1_000_000, text="stop", trigger=Trigger.FOLLOW_UP)
    assert await door.accept(stop) == Receipt(Accepted.UNKNOWN)


@given(st.text(st.characters()))
def test_clean_text_can_be_stored_and_sent(text: str) -> None:
    """Whatever came in, what is kept is UTF-8 without NUL; clean text stays as it was."""
    cleaned = clean(text)
    assert "\0" not in cleaned
    cleaned.encode()
    assert clean(cleaned) == cleaned


def test_only_what_is_broken_is_replaced() -> None:
    """Half a character becomes one replacement; a pair of halves is a character."""
    assert clean("a\ud83db\0é") == "a\ufffdb\ufffdé"
    assert clean("\ud83d\ude00") == "😀"
