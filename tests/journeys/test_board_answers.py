"""What people read on the board when all goes well."""

import asyncio
from itertools import pairwise

from bot import words
from bot.messages import State
from tests.journeys.conftest import Town
from tests.platforms.board import DOWN, Fault, Post
from tests.platforms.model_server import Reply

_NIGHT = "It was a dark and stormy night; the rain fell. "
STORY = "\n\n".join(f"{number}. {_NIGHT * 3}" for number in range(5))
CODE = (
    "See:\n\n```python\n" + "\n".join(f"print('line {n}')" for n in range(40)) + "\n```\n\nDone."
)


def whole(posts: list[Post]) -> str:
    """The text of all parts."""
    return "".join(post.text for post in posts)


def code_in(text: str) -> list[str]:
    """Its lines, fences and empty ones left out."""
    return [line for line in text.splitlines() if line and not line.startswith("```")]


def never_back(post: Post) -> bool:
    """Whether its versions only grew; at a seam, the last may leave its end to the next part."""
    *growing, last = [text.removesuffix("\n```") for text in post.versions]
    grown = all(new.startswith(old) for old, new in pairwise(growing))
    return grown and (last.startswith(growing[-1]) or growing[-1].startswith(last))


def closed_once(post: Post) -> bool:
    """Whether its last version, and no other, was said to be the last."""
    return post.closed == [len(post.versions) - 1]


async def test_an_answer_grows_in_one_message(town: Town) -> None:
    """A short answer is streamed into one message, whose last edit is the whole of it."""
    town.model.script(Reply("Because it is so, and was so.", delay=0.02))
    async with town.bot():
        await town.board.write("ann", "Why?")
        (turn,) = await town.settled(1)
    (post,) = town.board.posts
    assert post.text == turn.ending.text == "Because it is so, and was so."
    assert turn.parts == (post.id,)
    assert len(post.versions) > 2
    assert never_back(post)
    assert closed_once(post)


async def test_a_long_answer_goes_on_in_more_messages(town: Town) -> None:
    """Nothing of a long answer is lost or shown twice, and each part is closed once."""
    town.model.script(Reply(STORY, delay=0.001))
    async with town.bot():
        await town.board.write("ann", "Tell me a story")
        (turn,) = await town.settled(1)
    assert len(town.board.posts) > 3
    assert whole(town.board.posts) == turn.ending.text == STORY
    assert all(never_back(post) and closed_once(post) for post in town.board.posts)


async def test_code_is_readable_in_every_part(town: Town) -> None:
    """A fence that is open at a seam is closed there and opened again; no line is lost."""
    town.model.script(Reply(CODE, delay=0.001))
    async with town.bot():
        await town.board.write("ann", "Show me code")
        await town.settled(1)
    posts = town.board.posts
    assert [line for post in posts for line in code_in(post.text)] == code_in(CODE)
    assert all(post.text.count("```") % 2 == 0 for post in posts)
    assert all(closed_once(post) for post in posts)


async def test_two_people_are_answered_in_order(town: Town) -> None:
    """In one conversation the second question waits for the first answer, and knows of it."""
    hold = asyncio.Event()
    town.model.script(Reply("first answer", hold=hold), Reply("second answer"))
    async with town.bot():
        await town.board.write("ann", "First?")
        await town.board.until(lambda: bool(town.board.posts))
        await town.board.write("bob", "Second?")
        await town.board.until(lambda: not town.board.events)
        assert len(town.model.requests) == 1
        hold.set()
        await town.settled(2)
    assert town.board.texts() == ["first answer", "second answer"]
    asked = [message["content"] for message in town.model.requests[1].body["messages"]]
    assert asked[1:] == ["Ann: First?", "first answer", "Bob: Second?"]


async def test_conversations_do_not_wait_for_each_other(town: Town) -> None:
    """A channel is answered while the answer in another one hangs."""
    hold = asyncio.Event()
    town.model.script(Reply("slow answer", hold=hold), Reply("quick answer"))
    async with town.bot():
        await town.board.write("ann", "Slow?", "attic")
        await town.board.until(lambda: bool(town.board.standing("attic")))
        await town.board.write("bob", "Quick?", "cellar")
        await town.settled(1, "cellar")
        assert town.board.texts("attic") == ["slow"]
        hold.set()
        await town.settled(1, "attic")


async def test_more_of_the_same_person_becomes_one_turn(town: Town) -> None:
    """What somebody writes while an answer runs is one next turn that lists all its messages."""
    hold = asyncio.Event()
    town.model.script(Reply("one two", hold=hold))
    async with town.bot():
        await town.board.write("ann", "First?")
        await town.board.until(lambda: bool(town.board.posts))
        second = await town.board.write("ann", "Second?")
        third = await town.board.write("ann", "And third?")
        await town.board.until(lambda: not town.board.events)
        hold.set()
        _, turn = await town.settled(2)
    assert turn.ids == (second, third)
    assert town.model.requests[1].body["messages"][-1]["content"] == "Second?\n\nAnd third?"
    assert len(town.board.posts) == 2


async def test_no_more_answers_run_than_are_allowed(town: Town) -> None:
    """Beyond the cap a question waits in the store, and is answered when there is room."""
    hold = asyncio.Event()
    town.model.script(*[Reply("held answer", hold=hold)] * 2)
    async with town.bot(THREADWISE_MAX_RUNNING="2"):
        for channel in ("a", "b", "c"):
            await town.board.write("ann", "Well?", channel)
        await town.model.until(lambda: town.model.open == 2)
        await town.board.until(lambda: not town.board.events)
        assert len(town.model.requests) == 2
        hold.set()
        for channel in ("a", "b", "c"):
            await town.settled(1, channel)
    assert len(town.model.requests) == 3


async def test_a_message_that_comes_twice_is_answered_once(town: Town) -> None:
    """An event that could not be acknowledged comes again, behind its answer, for nothing."""
    hold = asyncio.Event()
    town.board.fault("ACK", Fault(503, hold=hold))
    async with town.bot():
        await town.board.write("ann", "Why?")
        (turn,) = await town.settled(1)
        hold.set()
        await town.board.until(lambda: not town.board.events)
        await town.board.write("bob", "And now?")
        _, later = await town.settled(2)
    assert turn.ending.state is State.ANSWERED
    assert later.questions[0].text == "And now?"
    assert len(town.board.posts) == 2


async def test_an_answer_may_take_longer_than_a_lease(town: Town) -> None:
    """The lease is renewed as long as the answer runs: nobody else asks the model again."""
    town.model.script(Reply("word " * 15, delay=0.1))
    async with town.bot():
        await town.board.write("ann", "Why?")
        await town.settled(1)
    assert len(town.model.requests) == 1
    assert len(town.board.posts) == 1


async def test_refusals_are_said_once(town: Town) -> None:
    """Each message that is not taken gets one sentence that says why, and no answer."""
    async with town.bot(THREADWISE_MAX_AGE="60s"):
        await town.board.write("ann", "  ")
        await town.board.write("ann", "long" * 30_000)
        await town.board.until(lambda: not town.board.events)
    assert town.board.texts() == [words.EMPTY, words.too_long(120_000, 100_000)]
    assert town.model.requests == []


async def test_an_old_question_is_told_to_come_again(town: Town) -> None:
    """What waited too long before it was first seen gets one sentence, though it comes twice."""
    town.board.fault("ACK", DOWN)
    async with town.bot(THREADWISE_MAX_AGE="60s"):
        await town.board.write("ann", "Is anybody there?", age=61)
        await town.board.until(lambda: not town.board.events)
    assert town.board.texts() == [words.AWAY]
    assert town.model.requests == []


async def test_a_full_inbox_is_said_once(town: Town) -> None:
    """Who asks where too many wait is told so, though it comes twice; those are answered."""
    hold = asyncio.Event()
    town.model.script(Reply("one two", hold=hold))
    async with town.bot(THREADWISE_INBOX_CAP="2"):
        await town.board.write("ann", "First?")
        await town.board.until(lambda: town.board.texts() == ["one"])
        await town.board.write("bob", "Second?")
        await town.board.until(lambda: not town.board.events)
        town.board.fault("ACK", DOWN)
        await town.board.write("cid", "Third?")
        await town.board.until(lambda: not town.board.events)
        hold.set()
        turns = await town.settled(2)
    assert [turn.questions[0].text for turn in turns] == ["First?", "Second?"]
    assert town.board.texts().count(words.INBOX_FULL) == 1
    assert len(town.board.posts) == 3
