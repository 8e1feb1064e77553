"""Who may ask on Slack, how often, and what it may cost: refused in one sentence, once."""

import asyncio

import pytest

from bot import words
from tests.journeys.slack_town import SlackTown
from tests.platforms.model_server import Reply


async def test_too_many_questions_are_refused_in_words_once(slack_town: SlackTown) -> None:
    """Of too many questions in an hour the first is told so, and the next one is shown."""
    town, there = slack_town, slack_town.there
    async with town.bot(THREADWISE_QUESTIONS_PER_HOUR="2"):
        for text in ("One?", "Two?"):
            there.say("general", "ann", f"{there.mention} {text}")
            await town.answered(f"answer to: {text} [2 messages]")
        there.say("general", "ann", f"{there.mention} Three?")
        await town.until(lambda: "You asked 2 questions in the last hour" in town.standing[-1])
        fourth = there.say("general", "ann", f"{there.mention} Four?")
        await town.until(lambda: fourth.reactions == {"hourglass_flowing_sand": [there.bot.id]})
        there.say("general", "bob", f"{there.mention} Five?")
        await town.answered("answer to: Five? [2 messages]")
    assert len(there.posts) == 4
    assert len(town.model.requests) == 3


async def test_of_one_persons_answers_two_run_at_once(slack_town: SlackTown) -> None:
    """The third one waits for one of them to end, while others are answered."""
    town, there = slack_town, slack_town.there
    hold = asyncio.Event()
    town.model.script(*[Reply("one two", hold=hold)] * 2)
    async with town.bot():
        for _ in range(2):
            there.tell("ann", "Why?")
        await town.until(lambda: town.standing == ["one", "one"])
        there.tell("ann", "Third?")
        there.tell("bob", "Who?")
        await town.answered("answer to: Who? [2 messages]")
        assert len(town.model.requests) == 3
        hold.set()
        await town.answered("answer to: Third? [2 messages]")


async def test_what_is_spent_is_spent(slack_town: SlackTown) -> None:
    """A workspace whose budget is used up gets one sentence, and the model is not asked."""
    town, there = slack_town, slack_town.there
    price = '{"openai/gpt-6-luna": {"input": 0, "cached": 0, "output": 2}}'
    given = {"THREADWISE_PRICES": price, "THREADWISE_WORKSPACE_BUDGET": "0.01"}
    town.model.script(Reply("dear", usage_details={"completion_tokens": 3000}))
    async with town.bot(**given):
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await town.settled(town.thread(asked))
        there.say("general", "bob", f"{there.mention} Who?")
        await town.until(lambda: len(town.ended) == 2)
    assert town.standing[1].startswith("Today's $0.0100 for answers here are used up")
    assert len(town.model.requests) == 1


@pytest.mark.parametrize("who", ["guest", "stranger"])
async def test_guests_ask_where_an_admin_lets_them(slack_town: SlackTown, who: str) -> None:
    """Guests and people of other organisations read one sentence, until it is allowed."""
    town, there = slack_town, slack_town.there
    there.person("ann").admin = True
    shared = who == "stranger"
    there.add_channel("shared", shared=shared)
    there.add_user("eve", team="T0ELSEWHERE") if shared else there.add_user("eve", guest="multi")
    async with town.bot():
        first = there.say("shared", "eve", f"{there.mention} Hello?")
        await town.until(lambda: town.whispered == [words.GUEST])
        there.say("shared", "eve", "Anybody?", thread=first.ts)
        allowed = there.slash("/ai", "settings guests allowed", channel="shared")
        await town.until(lambda: allowed.reply)
    async with town.bot():
        there.say("shared", "eve", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
    assert len(town.model.requests) == 1


async def test_an_admin_pauses(slack_town: SlackTown) -> None:
    """While it is paused a question is refused in one sentence; others may not pause it."""
    town, there = slack_town, slack_town.there
    there.person("ann").admin = True
    async with town.bot():
        tried = there.slash("/ai", "pause", user="bob")
        await town.until(lambda: "Only admins" in str(tried.reply))
        paused = there.slash("/ai", "pause")
        await town.until(lambda: paused.reply)
        there.tell("bob", "Why?")
        await town.answered(words.PAUSED)
    assert not town.model.requests
