"""Stopped, redone, edited and deleted on Slack, before, while and after it is answered."""

import asyncio

import pytest

from adapters.slack.blocks import CONTINUE, RETRY, STOP
from adapters.slack.pressing import NOT_YOURS
from bot import words
from bot.messages import State
from tests.journeys.slack_town import SlackTown
from tests.platforms.model_server import WRONG_KEY, Reply
from tests.platforms.slack import Message

CUT_SHORT = f"one\n\n{words.STOPPED}"


async def running(town: SlackTown, *, direct: bool = False) -> tuple[Message, Message]:
    """A question of ann, and its answer that hangs behind its first word."""
    town.model.script(Reply("one two three", hold=asyncio.Event()))
    before, there = len(town.posts), town.there
    text = f"{there.mention} Why?"
    asked = there.tell("ann", "Why?") if direct else there.say("general", "ann", text)
    await town.until(lambda: len(town.posts) > before)
    return asked, town.posts[-1]


async def nothing_more(town: SlackTown, posts: int) -> None:
    """Nothing else was posted by when a question in another place is answered."""
    town.there.tell("zoe", "Still there?")
    await town.answered("answer to: Still there? [2 messages]")
    assert len(town.there.posts) == posts + 1


async def test_stop_is_for_the_asker(slack_town: SlackTown) -> None:
    """Who asked stops the answer by its button, and what was shown stays; nobody else can."""
    town, there = slack_town, slack_town.there
    there.channel("general").members.add(there.person("bob").id)
    async with town.bot():
        asked, answer = await running(town)
        there.press(answer, STOP, user="bob")
        await town.until(lambda: town.whispered == [NOT_YOURS])
        there.press(answer, STOP, user="ann")
        assert await town.answered(CUT_SHORT) is answer
        (turn,) = await town.settled(town.thread(asked))
    assert turn.ending.state is State.STOPPED
    assert town.model.disconnected == 1


@pytest.mark.parametrize("direct", [False, True])
async def test_the_word_stop_stops(slack_town: SlackTown, *, direct: bool) -> None:
    """In the thread the word is enough, and a reaction says that it was heard."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        asked, answer = await running(town, direct=direct)
        word = there.say(asked.channel, "ann", "Stop!", thread=asked.ts)
        assert await town.answered(CUT_SHORT) is answer
        await town.until(lambda: word.reactions)
    assert there.posts == [answer]


async def test_slacks_own_stop_works_from_any_process(slack_town: SlackTown) -> None:
    """Another process hears of it than that which answers, and nothing goes on to grow."""
    town, there = slack_town, slack_town.there
    async with town.bot("slack"), town.working():
        asked, answer = await running(town, direct=True)
        there.native_stop(asked.channel, asked.ts, "ann")
        assert await town.answered(CUT_SHORT) is answer
        (turn,) = await town.settled(town.thread(asked))
    assert turn.ending.state is State.STOPPED
    assert there.posts == [answer]


async def test_a_failed_answer_is_tried_again_in_its_place(slack_town: SlackTown) -> None:
    """A failure offers Retry, and its answer replaces the sentence that said so."""
    town, there = slack_town, slack_town.there
    town.model.script(WRONG_KEY)
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await town.until(lambda: town.posts and RETRY in town.posts[0].actions)
        await town.settled(town.thread(asked))
        there.press(town.posts[0], RETRY)
        answer = await town.answered("answer to: Why? [2 messages]")
    assert there.posts == [answer]


@pytest.mark.parametrize("direct", [False, True])
async def test_an_answer_that_was_cut_off_goes_on(slack_town: SlackTown, *, direct: bool) -> None:
    """Continue asks for more behind it, however often it is pressed at once."""
    town, there = slack_town, slack_town.there
    town.model.script(Reply("one two", finish="length"))
    async with town.bot():
        text = "Count!"
        if direct:
            there.tell("ann", text)
        else:
            there.say("general", "ann", f"{there.mention} {text}")
        cut = await town.answered(f"one two\n\n{words.CUT}")
        there.press(cut, CONTINUE)
        more = await town.answered("answer to: Go on. [4 messages]")
    assert more.thread_ts == cut.thread_ts
    assert len(town.posts) == 2


async def test_an_edited_question_is_answered_anew_in_place(slack_town: SlackTown) -> None:
    """The newest answer follows its question, and only the new words are remembered."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        answer = await town.answered("answer to: Why? [2 messages]")
        await town.settled(town.thread(asked))
        there.edit(asked, f"{there.mention} Who?")
        assert await town.answered("answer to: Who? [2 messages]") is answer
        (turn,) = await town.settled(town.thread(asked))
    assert turn.questions[0].text == "Who?"
    assert there.posts == [answer]


async def test_what_is_no_edit_changes_nothing(slack_town: SlackTown) -> None:
    """Links that unfold, counters of replies and an edit without a change redo no answer."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
        await town.settled(town.thread(asked))
        there.edit(asked, f"{there.mention} Why?")
        there.unfurl(asked)
        there.unfurl(town.posts[0])
        there.say("general", "bob", f"<@{there.person('cid').id}> a reply", thread=asked.ts)
        await town.until(lambda: all(one.acked for one in there.deliveries.every))
        await nothing_more(town, 1)
        await town.settled(town.thread(asked))
    assert len(town.model.requests) == 2


@pytest.mark.parametrize("direct", [False, True])
async def test_a_running_answer_follows_its_question(
    slack_town: SlackTown, *, direct: bool
) -> None:
    """A question that is edited while it is answered is answered as it is now, in one message."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        asked, answer = await running(town, direct=direct)
        there.edit(asked, f"{there.mention} Who?")
        assert await town.answered("answer to: Who? [2 messages]") is answer
    assert there.posts == [answer]


async def test_an_edit_may_ask(slack_town: SlackTown) -> None:
    """A message that mentions the bot only after an edit is a question as young as the edit."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        said = there.say("general", "ann", "Why?", age=3600)
        there.edit(said, f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
    assert len(town.model.requests) == 1


async def test_a_deleted_question_ends_its_answer(slack_town: SlackTown) -> None:
    """What was shown is marked as stopped, and the turn is not remembered."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        asked, answer = await running(town)
        there.delete(asked)
        assert await town.answered(CUT_SHORT) is answer
        there.say("general", "ann", "And now?", thread=asked.ts)
        await town.until(lambda: len(town.ended) == 2)
    assert not any("Why?" in said for said in town.prompt())


@pytest.mark.parametrize("direct", [False, True])
async def test_a_deleted_answer_is_not_posted_again(
    slack_town: SlackTown, *, direct: bool
) -> None:
    """Whoever deletes a running answer stops it for good."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        asked, answer = await running(town, direct=direct)
        there.delete(answer)
        await town.model.until(lambda: town.model.disconnected == 1)
        (turn,) = await town.settled(town.thread(asked))
        await nothing_more(town, 1)
    assert turn.ending.state is State.STOPPED
