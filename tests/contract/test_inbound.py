"""What becomes of what people say to the bot."""

import asyncio
import re

import pytest

from bot import words
from bot.errors import WrongKey
from tests import contract
from tests.contract.conftest import PLATFORMS
from tests.contract.driver import LONGEST, Can, FullTalk, Talk, says
from tests.platforms.model_server import WRONG_KEY, Reply

ROW = re.compile(r"^\| (\w+) \| (.+) \| .+ \|$", re.MULTILINE)
"""A line of the table of what can happen where."""


def test_what_cannot_happen_is_written_down() -> None:
    """The package's table says what each driver says, so that no test is lost unseen."""
    head, *rows = ROW.findall(contract.__doc__ or "")
    assert {name for name, _ in rows} == {*Can}
    for column, platform in enumerate(head[1].split(" | ")):
        able = {name for name, cells in rows if cells.split(" | ")[column] == "yes"}
        assert able == PLATFORMS[platform].CAN


async def test_a_question_is_answered_once(talk: Talk) -> None:
    """It grows in one message, which is finished, and the next question is asked with it."""
    hold = asyncio.Event()
    talk.model.script(Reply("one two three", hold=hold))
    await talk.ask("Why?")
    await talk.until(lambda: talk.said() == "one" and talk.writing())
    hold.set()
    await says(talk, "one two three")
    await talk.ask("And now?")
    await says(talk, "one two three", "answer to: And now? [4 messages]")


@pytest.mark.needs(Can.REPEAT)
async def test_a_redelivery_is_not_answered_again(talk: FullTalk) -> None:
    """However often it comes, before and after it was answered."""
    asked = await talk.ask("Why?")
    await talk.repeat(asked)
    await says(talk, "answer to: Why? [2 messages]")
    await talk.kept(1)
    await talk.repeat(asked)
    await talk.ask("And now?")
    await says(talk, "answer to: Why? [2 messages]", "answer to: And now? [4 messages]")
    assert len(talk.model.requests) == 2


async def test_answers_come_in_the_order_of_the_questions(talk: Talk) -> None:
    """Who asks while another answer is written is answered after it, with that one known."""
    hold = asyncio.Event()
    talk.model.script(Reply("one two three", hold=hold), Reply("and then"))
    await talk.ask("First?")
    await talk.until(lambda: talk.said() == "one")
    second = await talk.ask("Second?", "bob")
    await talk.waits(second)
    assert talk.said() == "one"
    hold.set()
    await says(talk, "one two three", "and then")
    assert "one two three" in str(talk.model.requests[1].body["messages"])


@pytest.mark.needs(Can.CROWD)
async def test_what_is_for_others_is_left_alone(talk: FullTalk) -> None:
    """The model does not get to read it, then or later."""
    await talk.chat("Only between us.")
    await talk.ask("Why?")
    await says(talk, "answer to: Why? [2 messages]")
    assert "between us" not in str(talk.model.requests[0].body)


async def test_a_refusal_is_one_sentence(talk: Talk) -> None:
    """What is not taken is said at once, and asks no model; the next question is answered."""
    await talk.ask("x" * (LONGEST + 1))
    await says(talk, words.too_long(LONGEST + 1, LONGEST))
    await talk.ask("Why?")
    await says(talk, words.too_long(LONGEST + 1, LONGEST), "answer to: Why? [2 messages]")
    assert len(talk.model.requests) == 1


async def test_a_failure_is_one_sentence(talk: Talk) -> None:
    """It says what to do, with a reference, in our words and not in the provider's."""
    talk.model.script(WRONG_KEY)
    await talk.ask("Why?")
    await talk.until(lambda: talk.said() and not talk.writing())
    wanted = re.escape(words.sentence(WrongKey(), "@")).replace("@", "[0-9a-f]+")
    assert re.fullmatch(wanted, talk.said())
