"""Stopped, redone, edited and deleted on Discord, before, while and after it is answered."""

import asyncio

import pytest

from adapters.discord.pressing import NOT_YOURS
from bot import words
from bot.messages import State
from tests.journeys.discord_town import DiscordTown
from tests.platforms.discord import Message
from tests.platforms.model_server import WRONG_KEY, Reply

CUT_SHORT = f"one\n\n{words.STOPPED}"
PAGE = "Embedded in it: A page\n\n"
"""What an unfolded link says to the model."""


async def running(town: DiscordTown, author: str = "ann") -> tuple[Message, Message]:
    """A question, and its answer that hangs behind its first word."""
    town.model.script(Reply("one two three", hold=asyncio.Event()))
    before = len(town.there.posts)
    asked = town.there.say("general", author, f"{town.there.mention} Why?")
    await town.there.until(lambda: len(town.there.posts) > before)
    return asked, town.there.posts[-1]


async def nothing_more(town: DiscordTown, posts: int) -> None:
    """Nothing else was posted by when a question in another place is answered."""
    town.there.direct("zoe", "Still there?")
    await town.answered("answer to: Still there? [2 messages]")
    assert len(town.there.posts) == posts + 1


async def test_stop_is_for_the_asker(discord_town: DiscordTown) -> None:
    """Who asked stops the answer by its button, and what was shown stays; nobody else can."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked, answer = await running(town)
        (stop,) = answer.buttons
        pressed = there.press(answer, stop, user="bob")
        await there.until(lambda: NOT_YOURS in str(pressed.answer))
        there.press(answer, stop, user="ann")
        assert await town.answered(CUT_SHORT) is answer
        (turn,) = await town.settled(town.thread(asked))
    assert turn.ending.state is State.STOPPED
    assert town.model.disconnected == 1


async def test_the_word_stop_stops(discord_town: DiscordTown) -> None:
    """In the thread the word is enough, and a reaction says that it was heard."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked, answer = await running(town)
        word = there.say(asked.id, "ann", "Stop!")
        assert await town.answered(CUT_SHORT) is answer
        await there.until(lambda: word.reactions)
    assert there.posts == [answer]


async def test_a_failed_answer_is_tried_again_in_its_place(discord_town: DiscordTown) -> None:
    """A failure offers Retry, and its answer replaces the sentence that said so."""
    town, there = discord_town, discord_town.there
    town.model.script(WRONG_KEY)
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await there.until(lambda: there.posts and "retry" in str(there.posts[0].buttons))
        (post,) = there.posts
        await town.settled(town.thread(asked))
        there.press(post, *post.buttons, user="ann")
        assert await town.answered("answer to: Why? [2 messages]") is post
    assert there.posts == [post]


async def test_an_edited_question_is_answered_anew_in_place(discord_town: DiscordTown) -> None:
    """The newest answer follows its question; a link that unfolds changes nothing."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        answer = await town.answered("answer to: Why? [2 messages]")
        await town.settled(town.thread(asked))
        there.unfurl(asked)
        there.edit(asked, f"{there.mention} Why?")
        there.edit(asked, f"{there.mention} Who?")
        assert await town.answered(f"answer to: {PAGE}Who? [2 messages]") is answer
        (turn,) = await town.settled(town.thread(asked))
    assert turn.questions[0].text == "Who?"
    assert there.posts == [answer]
    assert len(town.model.requests) == 2


async def test_a_running_answer_follows_its_question(discord_town: DiscordTown) -> None:
    """A question that is edited while it is answered is answered as it is now, in one message."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked, answer = await running(town)
        there.edit(asked, f"{there.mention} Who?")
        assert await town.answered("answer to: Who? [2 messages]") is answer
    assert there.posts == [answer]


async def test_an_edit_may_ask(discord_town: DiscordTown) -> None:
    """A message that mentions the bot only after an edit is a question from then on."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        said = there.say("general", "ann", "Why?")
        there.edit(said, f"Why, {there.mention}?")
        await there.until(lambda: len(town.ended) == 1)
    assert len(town.model.requests) == 1


async def test_a_slip_that_is_put_right_asks_nothing(discord_town: DiscordTown) -> None:
    """What people said among themselves before the bot was called stays that, also corrected."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        thread = there.make_thread("general", "bob", "lunch").id
        slip = there.say(thread, "bob", "Is there soup")
        there.say(thread, "ann", f"{there.mention} Hi.")
        told = "answer to: Said here before:\nFrom Bob: Is there soup\n\nHi. [2 messages]"
        posted = await town.answered(told)
        there.edit(slip, "Is there soup?")
        await nothing_more(town, there.posts.index(posted) + 1)


async def test_a_deleted_question_ends_its_answer(discord_town: DiscordTown) -> None:
    """What was shown is marked as stopped, and the turn is not remembered."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked, answer = await running(town)
        there.delete(asked)
        assert await town.answered(CUT_SHORT) is answer
        there.say(asked.id, "ann", "And now?")
        await there.until(lambda: len(town.ended) == 2)
    assert not any("Why?" in said for said in town.prompt())
    assert there.posts[0] is answer


async def test_a_question_deleted_while_its_answer_is_posted(discord_town: DiscordTown) -> None:
    """The post that was on its way is marked as stopped; nothing follows it."""
    town, there = discord_town, discord_town.there
    town.model.script(Reply("one two three", hold=asyncio.Event()))
    async with town.bot():
        hold = there.pause("create")
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await hold.reached.wait()
        there.delete(asked)
        await town.model.until(lambda: town.model.disconnected == 1)
        hold.go()
        await town.answered(CUT_SHORT)
        await nothing_more(town, 1)
        await town.settled(town.thread(asked), 0)


async def test_a_deleted_answer_is_not_posted_again(discord_town: DiscordTown) -> None:
    """Whoever deletes a running answer stops it for good."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked, answer = await running(town)
        there.delete(answer)
        await town.model.until(lambda: town.model.disconnected == 1)
        (turn,) = await town.settled(town.thread(asked))
        await nothing_more(town, 1)
    assert turn.ending.state is State.STOPPED


async def test_a_deleted_thread_is_left_alone(discord_town: DiscordTown) -> None:
    """Whoever deletes the thread stops the answer, and what was said in it is forgotten."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked, _ = await running(town)
        there.delete_channel(asked.id)
        await town.model.until(lambda: town.model.disconnected == 1)
        await nothing_more(town, 1)
        await town.settled(town.thread(asked), 0)


@pytest.mark.parametrize("by", ["question", "answer", "both"])
async def test_many_deleted_at_once(discord_town: DiscordTown, by: str) -> None:
    """Of what a moderator deletes together, every answer ends and every question is forgotten."""
    town, there = discord_town, discord_town.there
    async with town.bot(THREADWISE_PLACE="reply"):
        old = there.say("general", "ann", f"{there.mention} Who?")
        said = await town.answered("answer to: Who? [2 messages]")
        asked, answer = await running(town)
        gone = {"question": (asked, old), "answer": (answer, said), "both": (asked, answer)}
        there.delete(*gone[by])
        await town.model.until(lambda: town.model.disconnected == 1)
        await nothing_more(town, 2)
        await town.settled(town.replies(asked), by == "answer")
