"""What happens when people change their minds in the middle of it."""

import asyncio

from bot import words
from bot.messages import State
from bot.outcomes import Cancelled
from tests.journeys.conftest import Town
from tests.platforms.board import Post
from tests.platforms.board_bot import ACCOUNT, conversation
from tests.platforms.model_server import Reply


async def begun(town: Town, text: str = "Why?") -> tuple[str, Post]:
    """Ask, and wait until the answer has begun; the question's id and the post."""
    question = await town.board.write("ann", text)
    await town.board.until(lambda: bool(town.board.posts))
    return question, town.board.posts[0]


async def test_the_word_stop_ends_the_answer(town: Town) -> None:
    """What was shown stays, marked as stopped, the model is no longer read, and the next is."""
    town.model.script(Reply("one two three", hold=asyncio.Event()))
    async with town.bot():
        _, post = await begun(town)
        await town.board.write("ann", "Stop!")
        (turn,) = await town.settled(1)
        await town.model.until(lambda: town.model.disconnected == 1)
        stopping = words.STOPPING[Cancelled.STOPPING]
        assert sorted(town.board.texts()) == sorted([stopping, post.text])
        await town.board.write("bob", "And now?")
        _, later = await town.settled(2)
    assert turn.ending.state is State.STOPPED
    assert post.text == f"one\n\n{words.STOPPED}"
    assert later.ending.state is State.ANSWERED


async def test_another_process_can_stop_it(town: Town) -> None:
    """A wish to stop reaches whoever runs the answer, and no earlier than it stands there."""
    town.model.script(Reply("one two three", hold=asyncio.Event()))
    async with town.bot():
        question, post = await begun(town)
        where = conversation()
        wish = await town.inbox.cancel(ACCOUNT.name, where, question, "user")
        assert wish is Cancelled.STOPPING
        (turn,) = await town.settled(1)
    assert turn.ending.state is State.STOPPED
    assert post.text.endswith(words.STOPPED)


async def test_an_edited_question_is_answered_in_place(town: Town) -> None:
    """While its answer runs, an edit has the same message answer the new question."""
    town.model.script(Reply("one two three", hold=asyncio.Event()), Reply("the new answer"))
    async with town.bot():
        question, post = await begun(town)
        await town.board.edit(question, "Why not?")
        (turn,) = await town.settled(1)
    assert town.board.texts() == [post.text] == ["the new answer"]
    assert [asked.text for asked in turn.questions] == ["Why not?"]
    assert town.model.requests[-1].body["messages"][-1]["content"] == "Why not?"


async def test_an_edit_after_the_answer_redoes_it_in_its_message(town: Town) -> None:
    """The newest answered question can still be edited: its message then shows the new answer."""
    town.model.script(Reply("the old answer"), Reply("new"))
    async with town.bot():
        question, post = await begun(town)
        await town.settled(1)
        await town.board.edit(question, "Why not?")
        await town.board.until(lambda: town.board.texts() == ["new"])
        (turn,) = await town.settled(1)
    assert turn.parts == (post.id,)
    assert turn.ending.text == "new"


async def test_a_shorter_new_answer_leaves_no_part_of_the_old(town: Town) -> None:
    """Parts that the new answer does not need are deleted."""
    town.model.script(Reply("word " * 100), Reply("short"))
    async with town.bot():
        question, _ = await begun(town)
        (turn,) = await town.settled(1)
        assert len(turn.parts) == 3
        await town.board.edit(question, "In short?")
        await town.board.until(lambda: town.board.texts() == ["short"])
        (turn,) = await town.settled(1)
    assert turn.parts == (town.board.posts[0].id,)


async def test_deleting_the_question_stops_the_answer(town: Town) -> None:
    """The model is stopped, the conversation keeps no turn of it, and the next is answered."""
    town.model.script(Reply("one two three", hold=asyncio.Event()), Reply("next answer"))
    async with town.bot():
        question, _ = await begun(town)
        await town.board.remove(question)
        await town.model.until(lambda: town.model.disconnected == 1)
        later = await town.board.write("bob", "Next?")
        (turn,) = await town.settled(1)
    assert turn.ids == (later,)
    assert town.board.posts[0].text == f"one\n\n{words.STOPPED}"
    assert len(town.model.requests[-1].body["messages"]) == 2


async def test_deleting_the_answer_stops_it(town: Town) -> None:
    """Whoever deletes the answer gets no other: the turn ends as stopped."""
    hold = asyncio.Event()
    town.model.script(Reply("one two three", hold=hold))
    async with town.bot():
        _, post = await begun(town)
        await town.board.tear_off(post)
        hold.set()
        (turn,) = await town.settled(1)
    assert turn.ending.state is State.STOPPED
    assert town.board.posts == [post]
