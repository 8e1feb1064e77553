"""What the reader finds that was said before a question."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack import reader as module
from adapters.slack.blocks import body
from bot.messages import Offer, PartKey, Trigger
from bot.outcomes import Call
from storage.scripts import Client
from tests.adapters.slack.reading import Desk, opened
from tests.platforms.slack import File, Message
from tests.platforms.slack.payloads import rich_text

NOTES = File("notes.txt", b"read me", "text/plain")


@pytest.fixture
async def desk(client: Client) -> AsyncIterator[Desk]:
    """A reader."""
    async with opened(client) as made:
        yield made


def thread(desk: Desk, *texts: str) -> Message:
    """A thread that Ann began, with what Bob said in it."""
    root = desk.there.say("general", "ann", "the plan")
    for text in texts:
        desk.there.say("general", "bob", text, thread=root.ts)
    return root


async def test_where_something_was_said_before(desk: Desk) -> None:
    """In a thread that somebody else began; known without a call."""
    root = thread(desk)
    inside, begins = desk.asks(thread=root.ts), desk.asks()
    direct = desk.there.tell("ann", "hi")
    assert desk.reader.amid(inside)
    assert not desk.reader.amid(begins)
    assert not desk.reader.amid(desk.asked(direct))
    assert not desk.reader.amid(desk.asked(direct, flat=True))
    assert not desk.there.made("conversations.replies")


async def test_what_a_question_is_about_begins_its_conversation(desk: Desk) -> None:
    """Asked about from its menu, a message outside of threads is quoted; nothing is before it."""
    root = thread(desk)
    asked = desk.mention(thread=root.ts)
    form = desk.asked(asked, id="1900.000001", about=root.ts, trigger=Trigger.COMMAND)
    assert not desk.reader.amid(form)


async def test_what_was_said_in_a_thread(desk: Desk) -> None:
    """People by their names, bots and ourselves, oldest first; neither notes nor what is later."""
    root = thread(desk, "a")
    there, where = desk.there, root.ts
    there.bot_message("general", "helper", "b").thread_ts = root.ts
    there.say("general", there.bot.id, "c", thread=where)
    there.say("general", "bob", "joined", subtype="channel_join", thread=where)
    there.say("general", "ann", files=[NOTES], thread=where)
    there.say("general", "ann", f"<@{there.person('bob').id}> d", thread=where)
    question = desk.asks(thread=where)
    there.say("general", "ann", "later", thread=where)
    assert await desk.reader.before(question, 20) == [
        "From @ann: the plan",
        "From @bob: a",
        "From an app: b",
        "From yourself: c",
        "From @ann: [file: notes.txt]",
        "From @ann: @bob d",
    ]


async def test_our_own_words_are_whole(desk: Desk) -> None:
    """The text beside the blocks of an answer is its beginning; all of it is read."""
    root, own = thread(desk), desk.there.bot
    said = desk.there.say("general", own.id, "Because", thread=root.ts)
    question = desk.asks(thread=root.ts)
    key = PartKey(question.conversation, root.ts, 0, "U1", "")
    said.blocks = body("Because it is so.", key, Offer.NOTHING)
    assert (await desk.reader.before(question, 20))[-1] == "From yourself: Because it is so."
    said.blocks = [rich_text("Because it is.")]
    assert (await desk.reader.before(question, 20))[-1] == "From yourself: Because it is."


async def test_the_newest_of_a_long_thread(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack gives the oldest first, by pages: the last ones are read, and the first of all."""
    monkeypatch.setattr(module, "_PAGE", 2)
    question = desk.asks(thread=thread(desk, *"01234").ts)
    every = ["From @ann: the plan", *(f"From @bob: {number}" for number in range(5))]
    assert await desk.reader.before(question, 20) == every
    assert await desk.reader.before(question, 6) == every
    assert await desk.reader.before(question, 3) == [every[0], *every[-2:]]
    assert await desk.reader.before(question, 1) == every[:1]
    assert desk.gate.passed == [Call.OTHER] * len(desk.there.made("conversations.replies"))
    assert len(desk.gate.passed) > 4


async def test_a_long_thread_does_not_hold_an_answer_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five pages it is read no further, and what came so far is all."""
    monkeypatch.setattr(module, "_PAGE", 2)
    question = desk.asks(thread=thread(desk, *map(str, range(20))).ts)
    found = await desk.reader.before(question, 4)
    assert found == ["From @ann: the plan", *(f"From @bob: {number}" for number in (6, 7, 8))]
    assert len(desk.there.made("conversations.replies")) == 5


async def test_what_a_question_is_about_is_left_out(desk: Desk) -> None:
    """It stands in the question already."""
    root = thread(desk, "a", "b")
    about = desk.there.last("general")
    assert about
    asked = desk.mention(thread=root.ts)
    form = desk.asked(asked, about=about.ts, trigger=Trigger.COMMAND)
    assert await desk.reader.before(form, 20) == ["From @ann: the plan", "From @bob: a"]


async def test_a_thread_whose_beginning_was_deleted(desk: Desk) -> None:
    """What is left in its place is nobody's words."""
    root = thread(desk, "a")
    question = desk.asks(thread=root.ts)
    desk.there.delete(root)
    assert await desk.reader.before(question, 20) == ["From @bob: a"]
