"""What becomes of an answer that is stopped, and of one whose question changes."""

import asyncio

import pytest

from bot.words import STOPPED
from tests.contract.driver import Can, FullTalk, Talk, says
from tests.platforms.model_server import WRONG_KEY, Reply

CUT_SHORT = f"one\n\n{STOPPED}"


async def running(talk: Talk) -> str:
    """A question whose answer hangs behind its first word; the question's id."""
    talk.model.script(Reply("one two three", hold=asyncio.Event()))
    asked = await talk.ask("Why?")
    await talk.until(lambda: talk.said() == "one")
    return asked


async def test_stop_stops(talk: Talk) -> None:
    """What was shown stays, marked; the model is left, and the next question is answered."""
    await running(talk)
    await talk.stop()
    await says(talk, CUT_SHORT)
    await talk.model.until(lambda: talk.model.disconnected == 1)
    await talk.ask("And now?")
    await says(talk, CUT_SHORT, "answer to: And now? [4 messages]")


@pytest.mark.needs(Can.PRESS)
async def test_its_button_stops_it(talk: FullTalk) -> None:
    """For who asked, one press does without another word."""
    await running(talk)
    assert not await talk.press("Stop")
    await says(talk, CUT_SHORT)


@pytest.mark.needs(Can.PRESS)
async def test_a_failed_answer_is_tried_again_in_its_place(talk: FullTalk) -> None:
    """The answer stands where the sentence stood that said what failed."""
    talk.model.script(WRONG_KEY)
    await talk.ask("Why?")
    await talk.until(lambda: talk.said() and not talk.writing())
    await talk.kept(1)
    await talk.press("Retry")
    await says(talk, "answer to: Why? [2 messages]")


@pytest.mark.needs(Can.CHANGE)
async def test_an_edit_redoes_the_answer(talk: FullTalk) -> None:
    """In its place, and only the new words are remembered."""
    asked = await talk.ask("Why?")
    await says(talk, "answer to: Why? [2 messages]")
    await talk.kept(1)
    await talk.edit(asked, "Who?")
    await says(talk, "answer to: Who? [2 messages]")
    await talk.ask("And now?")
    await says(talk, "answer to: Who? [2 messages]", "answer to: And now? [4 messages]")
    assert "Why?" not in str(talk.model.requests[-1].body)


@pytest.mark.needs(Can.CHANGE)
async def test_a_running_answer_follows_its_question(talk: FullTalk) -> None:
    """What was begun is left, and the same message answers what is asked now."""
    asked = await running(talk)
    await talk.edit(asked, "Who?")
    await says(talk, "answer to: Who? [2 messages]")


@pytest.mark.needs(Can.CHANGE)
async def test_a_deleted_question_is_forgotten(talk: FullTalk) -> None:
    """Its answer stays on the screen, but the model is not told of either any more."""
    asked = await talk.ask("Why?")
    await says(talk, "answer to: Why? [2 messages]")
    await talk.kept(1)
    await talk.delete(asked)
    await talk.kept(0)
    await talk.ask("And now?")
    await says(talk, "answer to: Why? [2 messages]", "answer to: And now? [2 messages]")


@pytest.mark.needs(Can.CHANGE)
async def test_a_running_answer_ends_with_its_question(talk: FullTalk) -> None:
    """What was shown is marked as stopped, and no model gets to read the question again."""
    asked = await running(talk)
    await talk.delete(asked)
    await says(talk, CUT_SHORT)
    talk.model.script(Reply("Something else."))
    await talk.ask("And now?")
    await says(talk, CUT_SHORT, "Something else.")
    assert "Why?" not in str(talk.model.requests[-1].body)


@pytest.mark.needs(Can.CHANGE)
async def test_a_deleted_answer_is_not_posted_again(talk: FullTalk) -> None:
    """Whoever deletes it ends it: the model is left, and only later answers stand there."""
    await running(talk)
    await talk.take_down()
    await talk.model.until(lambda: talk.model.disconnected == 1)
    talk.model.script(Reply("Something else."))
    await talk.ask("And now?")
    await says(talk, "Something else.")
