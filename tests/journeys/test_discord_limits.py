"""Who may ask on Discord, how often, and what it may cost: refused in one sentence, once."""

import asyncio

from adapters.discord.callers import NOT_HERE
from bot import words
from tests.journeys.discord_town import DiscordTown
from tests.platforms.discord import MANAGE_SERVER
from tests.platforms.model_server import Reply


async def test_too_many_questions_are_refused_in_words_once(discord_town: DiscordTown) -> None:
    """Of too many questions in an hour the first is told so, and the next one is shown."""
    town, there = discord_town, discord_town.there
    async with town.bot(THREADWISE_QUESTIONS_PER_HOUR="2", THREADWISE_PLACE="reply"):
        for text in ("One?", "Two?"):
            there.say("general", "ann", f"{there.mention} {text}")
            await town.answered(f"answer to: {text} [2 messages]")
        there.say("general", "ann", f"{there.mention} Three?")
        await there.until(lambda: "You asked 2 questions in the last hour" in town.standing[-1])
        fourth = there.say("general", "ann", f"{there.mention} Four?")
        await there.until(lambda: fourth.reactions == {"⏳": [there.bot.id]})
        there.say("general", "bob", f"{there.mention} Five?")
        await town.answered("answer to: Five? [2 messages]")
    assert len(there.posts) == 4
    assert len(town.model.requests) == 3


async def test_of_one_persons_answers_two_run_at_once(discord_town: DiscordTown) -> None:
    """The third one waits for one of them to end, while others are answered."""
    town, there = discord_town, discord_town.there
    hold = asyncio.Event()
    town.model.script(*[Reply("one two", hold=hold)] * 2)
    async with town.bot():
        for _ in range(2):
            there.say("general", "ann", f"{there.mention} Why?")
        await there.until(lambda: town.standing == ["one", "one"])
        there.say("general", "ann", f"{there.mention} Third?")
        there.say("general", "bob", f"{there.mention} Who?")
        await town.answered("answer to: Who? [2 messages]")
        assert len(town.model.requests) == 3
        hold.set()
        await town.answered("answer to: Third? [2 messages]")


async def test_what_is_spent_is_spent(discord_town: DiscordTown) -> None:
    """A workspace whose budget is used up gets one sentence, and the model is not asked."""
    town, there = discord_town, discord_town.there
    price = '{"openai/gpt-6-luna": {"input": 0, "cached": 0, "output": 2}}'
    given = {"THREADWISE_PRICES": price, "THREADWISE_WORKSPACE_BUDGET": "0.01"}
    town.model.script(Reply("dear", usage_details={"completion_tokens": 3000}))
    async with town.bot(**given):
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await town.settled(town.thread(asked))
        there.say("general", "bob", f"{there.mention} Who?")
        await there.until(lambda: len(town.ended) == 2)
    assert town.standing[1].startswith("Today's $0.0100 for answers here are used up")
    assert len(town.model.requests) == 1


async def test_strangers_are_told_where_it_answers(discord_town: DiscordTown) -> None:
    """Who is a member of no served guild reads one sentence for all that they write."""
    town, there = discord_town, discord_town.there
    there.stranger("eve")
    async with town.bot():
        there.direct("eve", "Hello?")
        there.direct("eve", "Anybody?")
        await town.answered(NOT_HERE)
        there.direct("ann", "Why?")
        await town.answered("answer to: Why? [2 messages]")
    assert len(there.posts) == 2
    assert len(town.model.requests) == 1


async def test_an_admin_pauses_and_chooses(discord_town: DiscordTown) -> None:
    """What an admin sets by command holds for the next question: the model, and a pause."""
    town, there = discord_town, discord_town.there
    town.model.models["gpt-6-sol"] = None
    async with town.bot():
        model = {"name": "gpt-6-sol"}
        chosen = there.slash("model", model, user="ann", permissions=MANAGE_SERVER)
        await there.until(lambda: chosen.answered)
        there.direct("ann", "Why?")
        await town.answered("answer to: Why? [2 messages]")
        there.say("general", "bob", f"{there.mention} Who?")
        await town.answered("answer to: Who? [2 messages]")
        paused = there.slash("pause", user="ann", permissions=MANAGE_SERVER)
        await there.until(lambda: paused.answered)
        there.say("general", "bob", f"{there.mention} And now?")
        await town.answered(words.PAUSED)
    asked = [request.body["model"] for request in town.model.requests]
    assert asked == ["gpt-6-luna", "gpt-6-sol"]
