"""What happens on Discord at the worst moment: a thread goes, a look-up fails, a turn comes."""

import asyncio

import pytest

from bot.errors import ConfigError
from tests.journeys.discord_town import DiscordTown
from tests.platforms.discord import File, busy
from tests.platforms.model_server import Reply


async def test_nothing_is_posted_for_a_thread_that_was_deleted(discord_town: DiscordTown) -> None:
    """Before its first text, an answer whose thread is deleted ends without a word anywhere."""
    town, there = discord_town, discord_town.there
    town.model.script(Reply("never shown", hold=asyncio.Event()))
    town.model.for_model("slow", Reply("never shown", first=30))
    async with town.bot(THREADWISE_MODEL="slow"):
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await there.until(lambda: asked.id in there.channels and town.model.requests)
        there.delete_channel(asked.id)
        await town.model.until(lambda: town.model.disconnected == 1)
        await town.settled(town.thread(asked), 0)
    assert there.posts == []


async def test_questions_that_wait_in_a_deleted_thread_are_not_asked(
    discord_town: DiscordTown,
) -> None:
    """Who asked in a thread that is gone gets no answer that would cost something."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
        await town.settled(town.thread(asked))
        town.model.script(Reply("one two", hold=asyncio.Event()))
        there.say(asked.id, "ann", "B?")
        await there.until(lambda: len(there.posts) == 2)
        waits = there.say(asked.id, "bob", "C?")
        await there.until(lambda: waits.reactions)
        there.delete_channel(asked.id)
        await town.settled(town.thread(asked), 0)
    assert len(town.model.requests) == 2


async def test_a_question_deleted_in_an_archived_thread_is_forgotten(
    discord_town: DiscordTown,
) -> None:
    """That a thread was put away meanwhile keeps nothing in the history."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
        secret = there.say(asked.id, "ann", "Secret")
        await town.settled(town.thread(asked), 2)
        there.archive(asked.id)
        there.delete(secret)
        (turn,) = await town.settled(town.thread(asked), 1)
    assert turn.questions[0].text == "Why?"


async def test_a_direct_message_outlasts_a_busy_look_up(discord_town: DiscordTown) -> None:
    """Whether somebody is a member may be unknown for seconds; they are answered then."""
    town, there = discord_town, discord_town.there
    there.fault("member", busy(2), times=1)
    async with town.bot():
        there.direct("bob", "Who?")
        await town.answered("answer to: Who? [2 messages]")


async def test_who_waits_for_a_place_gets_no_thread_yet(discord_town: DiscordTown) -> None:
    """Over the number of answers at once a question waits, and its thread is not made yet."""
    town, there = discord_town, discord_town.there
    hold = asyncio.Event()
    town.model.script(Reply("one two", hold=hold), Reply("one two", hold=hold))
    async with town.bot():
        for _ in range(2):
            there.say("general", "ann", f"{there.mention} Why?")
        await there.until(lambda: town.standing == ["one", "one"])
        note = File("a.txt", b"hello", "text/plain")
        there.say("general", "ann", f"{there.mention} Third?", attachments=[note])
        await there.until(lambda: len(there.made("message")) == 3)  # it tried, and tried again
        assert len(there.made("thread")) == 2
        hold.set()
        await there.until(lambda: len(town.ended) == 3)
    assert len(there.made("thread")) == 3


async def test_a_sign_that_comes_late_is_taken_off(discord_town: DiscordTown) -> None:
    """Where a question's turn came before its 👀 was there, it does not stay."""
    town, there = discord_town, discord_town.there
    go = asyncio.Event()
    town.model.script(Reply("one two", hold=go))
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await there.until(lambda: there.posts)
        held = there.pause("react")
        late = there.say(asked.id, "bob", "C?")
        await held.reached.wait()
        go.set()
        await there.until(lambda: len(town.ended) == 2)
        held.go()
        await there.until(lambda: there.made("react") and there.made("react")[0].done)
        await there.until(lambda: not late.reactions)


async def test_an_edit_that_asks_is_as_young_as_the_edit(discord_town: DiscordTown) -> None:
    """An old message that mentions the bot only now was asked now, not while it was away."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        old = there.say("general", "ann", "Why?", age=3600)
        there.edit(old, f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")


async def test_a_connection_closed_for_good_says_what_to_do(discord_town: DiscordTown) -> None:
    """A token that was reset meanwhile ends the bot with one sentence, not with a traceback."""
    there = discord_town.there
    with pytest.raises(ConfigError, match="code 4004"):
        async with discord_town.bot():
            await there.gateway.close(4004)
            await asyncio.Event().wait()
