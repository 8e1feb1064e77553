"""Questions by command where the bot sees no channel: all it has there is the command's token."""

import asyncio

import pytest

from bot.messages import ConversationKey
from tests.adapters.discord.giving import replies
from tests.journeys.discord_town import DiscordTown
from tests.platforms.discord import LOST, Interaction
from tests.platforms.discord.model import NO_EMBEDS
from tests.platforms.model_server import Reply

LATE = 8
"""Looks for the reply to a command, until more than two seconds are over."""
LONG = ("word " * 600).strip()
"""An answer of two messages."""


@pytest.fixture
def unseen(town: DiscordTown) -> DiscordTown:
    """A town whose one channel is hidden from the bot, though commands work in it."""
    town.there.forbid("general", "view")
    return town


def begun(town: DiscordTown, asked: Interaction) -> ConversationKey:
    """The conversation that a command in the channel began."""
    return ConversationKey("discord", town.guild, asked.channel, f"r{asked.id}")


def shown(town: DiscordTown) -> str:
    """What stands of an answer in several messages that nothing is under way in."""
    return " ".join(post.content for post in town.ended)


async def test_a_long_answer_is_whole(unseen: DiscordTown) -> None:
    """What does not fit into the reply follows it, by the same token, and no link unfolds."""
    there = unseen.there
    unseen.model.script(Reply(LONG, first=0.2))
    async with unseen.bot():
        asked = there.slash("ask", {"question": "why?"})
        await there.until(lambda: shown(unseen) == LONG)
    assert replies(asked) == there.posts
    assert len(there.posts) == 2
    assert all(post.flags & NO_EMBEDS for post in there.posts)


async def test_an_answer_waits_for_its_place(unseen: DiscordTown) -> None:
    """One that is quicker than "thinking…" fills that in as soon as it is there."""
    there = unseen.there
    async with unseen.bot():
        hold = there.pause("callback")
        asked = there.slash("ask", {"question": "why?"})
        await hold.reached.wait()
        await there.until(lambda: there.made("original"))
        hold.go()
        answer = await unseen.answered("answer to: why? [2 messages]")
    assert replies(asked) == [answer] == there.posts


async def test_an_answer_is_redone(unseen: DiscordTown) -> None:
    """Both messages of an answer are found again: one is filled anew, and one taken off."""
    there = unseen.there
    unseen.model.script(Reply(LONG, first=0.2), Reply("Short."))
    async with unseen.bot():
        asked = there.slash("ask", {"question": "why?"})
        await there.until(lambda: shown(unseen) == LONG)
        first, second = there.posts
        await unseen.settled(begun(unseen, asked))
        there.menu("Retry", first)
        assert await unseen.answered("Short.") is first
        await there.until(lambda: second.deleted)
    assert replies(asked) == [first]


async def test_an_answer_is_gone_on_with_after_a_crash(unseen: DiscordTown) -> None:
    """Another process finds the messages by the token, and makes the answer whole in them."""
    there = unseen.there
    stuck = Reply(LONG, hold=asyncio.Event())
    unseen.model.script(stuck, Reply(LONG))
    async with unseen.bot(THREADWISE_DRAIN="0.1s"):
        asked = there.slash("ask", {"question": "why?"})
        await there.until(lambda: there.posts and there.posts[0].content == "word")
    async with unseen.bot():
        await there.until(lambda: shown(unseen) == LONG)
    assert replies(asked) == there.posts
    assert len(there.posts) == 2


async def test_what_follows_is_posted_though_nobody_knows_whether_it_was(
    unseen: DiscordTown,
) -> None:
    """Where a lost post cannot be looked up, the answer is made whole rather than cut."""
    there = unseen.there
    there.fault("follow_up", LOST)
    unseen.model.script(Reply(LONG, first=0.2))
    async with unseen.bot():
        asked = there.slash("ask", {"question": "why?"})
        await there.until(lambda: shown(unseen) == LONG)
    assert replies(asked)[0].content + " " + replies(asked)[-1].content == LONG


async def test_an_answer_outlives_a_slow_acknowledgement(town: DiscordTown) -> None:
    """Nobody reads "thinking…" for ever: it is filled in, though it came two seconds late."""
    there = town.there
    async with town.bot():
        hold = there.pause("callback")
        asked = there.slash("ask", {"question": "why?"})
        await hold.reached.wait()
        await there.until(lambda: len(there.made("original")) > LATE)
        hold.go()
        answer = await town.answered("answer to: why? [2 messages]")
    assert replies(asked) == [answer] == there.posts
    assert not there.made("create")


async def test_links_stay_folded_to_the_end(town: DiscordTown) -> None:
    """Every edit by the token says so, and it still holds when the token is dead."""
    there, hold = town.there, asyncio.Event()
    town.model.script(Reply("see https://example.org/ now", first=0.2, hold=hold))
    async with town.bot():
        there.slash("ask", {"question": "why?"})
        await there.until(lambda: there.posts and there.posts[0].content == "see")
        there.token_seconds = 0
        hold.set()
        answer = await town.answered("see https://example.org/ now")
    assert answer.flags & NO_EMBEDS
    assert {call.body["flags"] for call in there.made("edit_original")} == {NO_EMBEDS}
