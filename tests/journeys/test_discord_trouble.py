"""Discord fails, limits and refuses, and the answer comes all the same, or ends for good."""

import asyncio

import pytest

from bot.messages import State
from tests.journeys.discord_town import DiscordTown, allowed
from tests.platforms.discord import CUT, DOWN, HANG, LOST, Fault, Rule, busy
from tests.platforms.discord.model import NO_EMBEDS
from tests.platforms.model_server import Reply

SLOW = "one two three four five six"


@pytest.mark.parametrize("fault", [DOWN, LOST, CUT, HANG, busy(0.3)])
async def test_a_post_that_fails_is_made_once(discord_town: DiscordTown, fault: Fault) -> None:
    """However the first post fails, one message has the whole answer in the end."""
    town, there = discord_town, discord_town.there
    there.fault("create", fault)
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        post = await town.answered("answer to: Why? [2 messages]")
        (turn,) = await town.settled(town.thread(asked))
    assert there.posts == [post]
    assert turn.parts == (post.id,)


@pytest.mark.parametrize("fault", [DOWN, LOST, busy(0.3)])
async def test_the_last_edit_lands_in_the_end(discord_town: DiscordTown, fault: Fault) -> None:
    """However edits fail, the last one is made again until it stands, and nothing is lost."""
    town, there = discord_town, discord_town.there
    there.fault("edit", fault, times=3)
    town.model.script(Reply(SLOW, delay=0.1))
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        post = await town.answered(SLOW)
        await town.settled(town.thread(asked))
    assert there.posts == [post]
    assert len(there.made("edit")) > 3


@pytest.mark.parametrize("scope", ["user", "global"])
async def test_a_busy_discord_is_left_alone(discord_town: DiscordTown, scope: str) -> None:
    """After a 429 that asks for longer than a call may take, none comes before its time."""
    town, there = discord_town, discord_town.there
    there.fault("edit", busy(6, scope))
    async with town.bot():
        there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
    refused, made = there.made("edit")
    assert made.at - refused.at >= 6


async def test_no_limit_is_passed(discord_town: DiscordTown) -> None:
    """Three answers at once in one channel keep to its five edits in five seconds."""
    town, there = discord_town, discord_town.there
    there.limits.rules |= {"create": Rule(5, 3.0), "edit": Rule(5, 3.0)}
    town.model.script(*[Reply("word " * 20, delay=0.1)] * 3)
    async with town.bot(THREADWISE_PLACE="reply"):
        for author in ("ann", "bob", "cid"):
            there.say("general", author, f"{there.mention} Why?")
        await there.until(lambda: len(town.ended) == 3)
    assert not there.throttled
    assert town.standing == [("word " * 20).strip()] * 3


async def test_an_answer_in_an_archived_thread(discord_town: DiscordTown) -> None:
    """A thread that is put away meanwhile is woken, since its answer is not whole."""
    town, there = discord_town, discord_town.there
    hold = asyncio.Event()
    town.model.script(Reply("one two", hold=hold))
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await there.until(lambda: there.posts)
        there.archive(asked.id)
        hold.set()
        await town.answered("one two")
    assert not there.channel(asked.id).archived


async def test_where_nothing_may_be_said_the_turn_ends(discord_town: DiscordTown) -> None:
    """A channel that refuses every post ends the turn as undeliverable, and is left alone."""
    town, there = discord_town, discord_town.there
    there.forbid("general", "send", "send_in_threads")
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        (turn,) = await town.settled(town.thread(asked))
        tried = len(there.made("create"))
        there.direct("ann", "And here?")
        await town.answered("answer to: And here? [2 messages]")
    assert turn.ending.state is State.UNDELIVERABLE
    assert len(there.made("create")) == tried + 1


async def test_who_takes_no_messages_gets_none(discord_town: DiscordTown) -> None:
    """Somebody who closed their DMs after asking there ends the turn; others are answered."""
    town, there = discord_town, discord_town.there
    there.refuse_direct("ann")
    async with town.bot():
        asked = there.direct("ann", "Why?")
        (turn,) = await town.settled(town.direct(asked))
        there.direct("bob", "Who?")
        await town.answered("answer to: Who? [2 messages]")
    assert turn.ending.state is State.UNDELIVERABLE
    assert len(there.posts) == 1


async def test_nobody_is_pinged(discord_town: DiscordTown) -> None:
    """Whatever the model writes, posts and edits ping the asker at most, and no link unfolds."""
    town, there = discord_town, discord_town.there
    bob, ann = there.person("bob"), there.person("ann")
    shout = f"@everyone @here <@{bob.id}> <@&{town.guild}> https://example.org/ <@{ann.id}>"
    town.model.script(Reply(shout, delay=0.05))
    async with town.bot(THREADWISE_PLACE="reply"):
        there.say("general", "ann", f"{there.mention} Shout!")
        await there.until(lambda: len(town.ended) == 1)
    (post,) = there.posts
    assert not post.everyone
    assert not post.roles
    assert post.mentions in ([], [ann.id])
    assert all(allowed(call) == {ann.id} for call in there.made("create", "edit"))
    assert post.flags & NO_EMBEDS
