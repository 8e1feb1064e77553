"""What comes twice on Discord, or while nobody listens, is answered once all the same."""

import asyncio

from structlog.testing import capture_logs

from bot import words
from tests.journeys.discord_town import PATIENCE, DiscordTown, eventually
from tests.platforms import stores
from tests.platforms.model_server import Reply


async def test_what_is_replayed_is_answered_once(discord_town: DiscordTown) -> None:
    """A resumed session brings what was missed, and again what was not: each is answered once."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
        await there.gateway.reconnect()
        await there.until(lambda: not there.gateway.connections)
        there.tell("MESSAGE_CREATE", asked)
        there.say("general", "bob", f"{there.mention} Who?")
        await town.answered("answer to: Who? [2 messages]")
    assert there.gateway.resumed == 1
    assert len(there.posts) == len(town.model.requests) == 2


async def test_it_ends_while_it_connects_anew(discord_town: DiscordTown) -> None:
    """Who is told to end does, though Discord says nothing on a connection that it has opened."""
    town, there = discord_town, discord_town.there
    async with asyncio.timeout(PATIENCE):
        async with town.bot():
            there.gateway.silent = True
            await there.gateway.reconnect()
            await there.until(lambda: not there.gateway.connections)
            await eventually(lambda: there.gateway.connections)


async def test_two_processes_answer_once(discord_town: DiscordTown) -> None:
    """Both hear of every message, one of them answers."""
    town, there = discord_town, discord_town.there
    async with town.bot(), town.bot():
        for author in ("ann", "bob", "cid"):
            there.say("general", author, f"{there.mention} I am {author}")
        for author in ("ann", "bob", "cid"):
            await town.answered(f"answer to: I am {author} [2 messages]")
    assert len(there.posts) == len(town.model.requests) == len(there.made("thread")) == 3


async def test_one_process_listens_and_another_answers(discord_town: DiscordTown) -> None:
    """A process that only listens and one that only works are a bot together."""
    town, there = discord_town, discord_town.there
    async with town.bot("discord"):
        there.say("general", "ann", f"{there.mention} Why?")
        async with town.working():
            await town.answered("answer to: Why? [2 messages]")


async def test_what_was_missed_is_answered_in_order(discord_town: DiscordTown) -> None:
    """Asked while no bot was there: in known channels, threads and DMs, the oldest first."""
    town, there = discord_town, discord_town.there
    there.add_channel("unknown")
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        there.direct("bob", "Who?")
        await town.answered("answer to: Who? [2 messages]")
        await town.answered("answer to: Why? [2 messages]")
    there.say("unknown", "zoe", f"{there.mention} Anybody?")
    there.say(asked.id, "ann", "And where?")
    there.say("general", "ann", "Only talk")
    there.say("general", "cid", f"{there.mention} What?")
    there.say("general", "dan", f"{there.mention} Long ago?", age=30)
    there.direct("bob", "And when?")
    async with town.bot(THREADWISE_MAX_RUNNING="1", THREADWISE_MAX_AGE="20s"):
        await there.until(lambda: len(town.ended) == 6)
    asked_for = [town.prompt(number)[-1] for number in range(2, 5)]
    assert [said for said in asked_for if said != "And when?"] == ["And where?", "What?"]
    assert town.standing.count(words.AWAY) == 1
    assert len(town.model.requests) == 5


async def test_a_store_that_is_away_loses_no_question(discord_town: DiscordTown) -> None:
    """What is said while the store is away is answered when it is back."""
    town, there = discord_town, discord_town.there
    safe = ("--appendonly", "yes", "--appendfsync", "always")
    with stores.single(*safe, tcp=True) as server, capture_logs() as log:
        async with town.bot(REDIS_URL=server.url):
            server.kill()
            there.direct("bob", "Who?")
            await eventually(lambda: any(one["event"] == "not taken in yet" for one in log))
            server.start(wait=False)
            await town.answered("answer to: Who? [2 messages]")
    assert len(there.posts) == 1


async def test_who_is_told_to_end_lets_its_answers_end(discord_town: DiscordTown) -> None:
    """A bot that is told to stop finishes what it began, and leaves the rest to the next one."""
    town, there = discord_town, discord_town.there
    slow = "one two three four five six seven"
    town.model.script(Reply(slow, delay=0.1))
    async with town.bot():
        there.say("general", "ann", f"{there.mention} Why?")
        await there.until(lambda: there.posts)
        assert not town.ended
    assert [post.content for post in town.ended] == [slow]
    there.say("general", "bob", f"{there.mention} Who?")
    async with town.bot():
        await town.answered("answer to: Who? [2 messages]")
