"""The board and the model fail in all the ways they can, and the answer comes all the same."""

import asyncio
from itertools import pairwise

import pytest

from bot.messages import State
from tests.journeys.conftest import Hurried, Town
from tests.platforms.board import DOWN, EXPIRED, GONE, LOST, Fault, busy, full, slow
from tests.platforms.model_server import WRONG_KEY, Break, Failure, Reply


async def test_a_post_whose_reply_is_lost_is_not_repeated(town: Town) -> None:
    """Before the bot posts again it looks, and goes on in the message that it finds."""
    town.board.fault("POST", LOST)
    town.model.script(Reply("one two three", delay=0.05))
    async with town.bot(clock=Hurried()):
        await town.board.write("ann", "Why?")
        (turn,) = await town.settled(1)
    assert town.board.texts() == ["one two three"]
    assert turn.parts == (town.board.posts[0].id,)


async def test_a_post_that_failed_is_made_again(town: Town) -> None:
    """Where the look shows nothing, the part is posted."""
    town.board.fault("POST", DOWN)
    async with town.bot(clock=Hurried()):
        await town.board.write("ann", "Why?")
        await town.settled(1)
    assert len(town.board.standing()) == 1
    assert [call.method for call in town.board.calls if "posts" in call.path][:2] == [
        "POST",
        "GET",
    ]


@pytest.mark.parametrize("fault", [DOWN, LOST, busy(0.5)])
async def test_the_last_edit_lands_in_the_end(town: Town, fault: Fault) -> None:
    """However the platform fails, the last edit is made again until it stands."""
    hold = asyncio.Event()
    town.model.script(Reply("all at once", hold=hold))
    async with town.bot(pace=60, clock=Hurried()):
        town.board.fault("PUT", *[fault] * 5)
        await town.board.write("ann", "Why?")
        await town.board.until(lambda: town.board.texts() == ["all"])
        hold.set()
        (turn,) = await town.settled(1)
    assert town.board.texts() == [turn.ending.text] == ["all at once"]
    assert len(town.board.made("PUT")) > 5


async def test_a_busy_board_is_left_alone(town: Town) -> None:
    """After a 429 no call comes before the time that it named."""
    town.board.fault("PUT", busy(0.4))
    town.model.script(Reply("one two three four five six", delay=0.05))
    async with town.bot():
        await town.board.write("ann", "Why?")
        await town.settled(1)
    edits = town.board.made("PUT")
    refused = next(n for n, call in enumerate(edits) if call.status == 429)
    assert edits[refused + 1].at - edits[refused].at >= 0.4
    assert town.board.texts() == ["one two three four five six"]


@pytest.mark.parametrize("fault", [full(7), EXPIRED])
async def test_a_part_that_takes_no_more_is_followed_by_another(town: Town, fault: Fault) -> None:
    """Where a message is full or too old, the rest of the answer goes on in a new one."""
    text = "one two three four five six"
    town.board.fault("PUT", fault)
    town.model.script(Reply(text, delay=0.05))
    async with town.bot():
        await town.board.write("ann", "Why?")
        (turn,) = await town.settled(1)
    assert len(town.board.posts) == 2
    assert "".join(town.board.texts()) == text
    assert turn.parts == tuple(post.id for post in town.board.posts)


async def test_a_slow_edit_is_not_overtaken(town: Town) -> None:
    """The next edit is sent only when the one before it is answered."""
    hold = asyncio.Event()
    town.board.fault("PUT", slow(hold))
    town.model.script(Reply("one two three four"))
    async with town.bot():
        await town.board.write("ann", "Why?")
        await town.model.until(lambda: town.model.finished == 1)
        assert town.board.made("PUT") == []
        hold.set()
        await town.settled(1)
    (post,) = town.board.posts
    assert all(new.startswith(old) for old, new in pairwise(post.versions))
    assert post.text == "one two three four"


async def test_a_channel_that_is_gone_ends_the_turn(town: Town) -> None:
    """Where there is nowhere to say it, the turn is kept as undeliverable, and not tried again."""
    town.board.fault("POST", GONE)
    async with town.bot():
        await town.board.write("ann", "Why?")
        (turn,) = await town.settled(1)
    assert turn.ending.state is State.UNDELIVERABLE
    assert town.board.posts == []


async def test_a_model_that_fails_at_once_is_said_in_one_sentence(town: Town) -> None:
    """The person reads one sentence with a reference, and the next question is answered."""
    town.model.script(WRONG_KEY)
    async with town.bot():
        await town.board.write("ann", "Why?")
        (turn,) = await town.settled(1)
        await town.board.write("ann", "And now?")
        await town.settled(2)
    assert turn.ending.state is State.FAILED
    assert turn.ending.reference in town.board.posts[0].text
    assert town.board.posts[1].text == "answer to: And now? [2 messages]"


async def test_a_model_that_is_busy_is_asked_again_in_time(town: Town) -> None:
    """A 429 before the first text is not seen by anybody: the model is asked when it said."""
    town.model.script(Failure(429, "rate_limit_exceeded", headers={"Retry-After": "1"}))
    async with town.bot():
        await town.board.write("ann", "Why?")
        (turn,) = await town.settled(1)
    refused, answered = town.model.requests
    assert answered.at - refused.at >= 1
    assert turn.ending.state is State.ANSWERED
    (post,) = town.board.posts
    assert all("answer to: Why? [2 messages]".startswith(text) for text in post.versions)


async def test_a_model_that_breaks_off_leaves_what_it_said(town: Town) -> None:
    """After the first text nothing is asked again: what was said stands, with a sentence."""
    town.model.script(Reply("one two", delay=0.05, broken=Break.DROP))
    async with town.bot():
        await town.board.write("ann", "Why?")
        (turn,) = await town.settled(1)
    assert turn.ending.state is State.FAILED
    assert town.board.texts() == [turn.ending.text]
    assert turn.ending.text.startswith("one two\n\n")
    assert len(town.model.requests) == 1
