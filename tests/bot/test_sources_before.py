"""What was said before a first question: quoted once, bounded, and never needed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports import Inbox
from bot.sources import ALL, EACH, Library, recalled
from storage.inbox import RedisInbox
from storage.scripts import Client
from tests.bot.shelves import SETTINGS, Shelves, made
from tests.builders import answered, message
from tests.storage.inbox.store import KEYS, running


@pytest.fixture
def shelves() -> Shelves:
    """A platform with nothing on it."""
    return Shelves()


@pytest.fixture
def inbox(client: Client) -> Inbox:
    """The real inbox."""
    return RedisInbox(client, KEYS)


@pytest.fixture
def library(client: Client, shelves: Shelves) -> Library:
    """A library over them."""
    return made(client, shelves)


async def test_what_was_said_before(library: Library, shelves: Shelves, inbox: Inbox) -> None:
    """A first question quotes it before what it quotes itself; said again, it does so once."""
    shelves.said = ["From Ada: one", "From Bob: two"]
    question = replace(message("1"), quoted="In reply to Ada: one")
    claim, _ = await library.gather(await running(inbox, question, message("2", 2)))
    before = "Said here before:\nFrom Ada: one\nFrom Bob: two"
    assert [q.quoted for q in claim.questions] == [f"{before}\n\nIn reply to Ada: one", ""]
    assert (await library.gather(claim))[0] == claim
    assert shelves.asked == ["20 before 1"]


async def test_later_questions_have_a_history(
    library: Library, shelves: Shelves, inbox: Inbox
) -> None:
    """Where there are turns, or were, nothing is read: also behind a reset."""
    shelves.said = ["From Ada: one"]
    claim = await running(inbox, message("1"))
    for later in (replace(claim, total=1), replace(claim, turns=(answered(claim),))):
        assert await library.gather(later) == (later, {})
    assert shelves.asked == []


async def test_the_setting_bounds_it(client: Client, shelves: Shelves, inbox: Inbox) -> None:
    """So many messages are read as admins want; with 0, nobody is asked."""
    shelves.said = ["From Ada: one", "From Bob: two"]
    claim = await running(inbox, message("1"))
    one = made(client, shelves, replace(SETTINGS, quoted=1))
    first = (await one.gather(claim))[0].questions[0]
    assert first.quoted == "Said here before:\nFrom Bob: two"
    none = made(client, shelves, replace(SETTINGS, quoted=0))
    assert (await none.gather(claim))[0] == claim
    assert shelves.asked == ["1 before 1"]


@pytest.mark.parametrize("said", [None, []])
async def test_nothing_was_said_before(
    library: Library, shelves: Shelves, inbox: Inbox, said: list[str] | None
) -> None:
    """A question is answered also where what was said before is nothing, or cannot be read."""
    shelves.said = said
    claim = await running(inbox, message("1"))
    assert await library.gather(claim) == (claim, {})
    assert shelves.asked == ["20 before 1"]


@given(st.lists(st.integers(0, 2 * EACH), max_size=100), st.integers(1_000, ALL))
def test_context_is_bounded(lengths: list[int], longest: int) -> None:
    """Every message is there; all that is kept of them is no longer than it may be."""
    said = ["x" * length for length in lengths]
    kept = [line.removesuffix(" …") for line in recalled(said, longest).split("\n")[1:]]
    most = min(EACH, longest // max(1, len(said)))
    assert kept == [one[:most] for one in said]


def test_short_messages_are_whole() -> None:
    """Only what is too long is cut, and shows it."""
    whole, long = "a" * EACH, "b" * EACH
    assert recalled([whole, f"{long}!"], ALL) == f"Said here before:\n{whole}\n{long} …"
