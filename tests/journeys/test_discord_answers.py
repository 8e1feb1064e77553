"""Asked on Discord: where the answer goes, and how it grows."""

import asyncio
import re
from time import monotonic

import pytest

from tests.journeys.discord_town import DiscordTown, eventually
from tests.platforms.discord import Channel
from tests.platforms.model_server import Reply

LIMIT = 2000
CODE = "\n".join(f"print('line {n} of a long program')" for n in range(120))
NIGHT = "It was a dark night; the rain fell. " * 60
LONG = f"See:\n\n```python\n{CODE}\n```\n\n{NIGHT}\n\n```\n{CODE}\n```"


async def test_a_mention_begins_a_thread_and_the_talk_goes_on_there(
    discord_town: DiscordTown,
) -> None:
    """A mention is answered in its own thread, and what is said there needs no mention."""
    town, there = discord_town, discord_town.there
    town.model.script(Reply("Because it is so, and was so.", delay=0.05), Reply("Even now."))
    words = "why is it as it is, " + "and not quite otherwise, " * 4
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} {words}")
        answer = await town.answered("Because it is so, and was so.")
        there.say(asked.id, "ann", "And now?")
        await town.answered("Even now.")
    thread = there.channel(asked.id)
    assert thread.parent == asked.channel
    assert (thread.name, thread.archive_after) == (words[:80].strip(), 60)
    assert answer.channel == thread.id
    assert len(answer.versions) > 1
    assert town.prompt() == [words.strip(), "Because it is so, and was so.", "And now?"]
    assert not there.throttled


async def test_a_thread_may_talk_without_the_bot(discord_town: DiscordTown) -> None:
    """In its thread, what mentions only somebody else is left to them."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
        there.say(asked.id, "ann", f"<@{there.person('bob').id}> do you know?")
        there.say(asked.id, "ann", "Never mind.")
        await town.answered("answer to: Never mind. [4 messages]")
    assert len(town.model.requests) == 2


async def test_a_direct_message_rings_once_with_something_to_read(
    discord_town: DiscordTown,
) -> None:
    """In a DM the first text has 30 characters or waited 0.6 s; its talk is one conversation."""
    town, there = discord_town, discord_town.there
    town.model.script(Reply("one two three four five", delay=0.2), Reply("six " * 30, delay=0.02))
    async with town.bot():
        there.direct("ann", "Slowly?")
        await town.answered("one two three four five")
        there.direct("ann", "And quickly?")
        await town.answered(("six " * 30).strip())
    for post, request in zip(there.posts, town.model.requests, strict=True):
        first = post.versions[0]
        assert len(first.content) >= 30 or first.at - request.at >= 0.6
    assert town.prompt() == ["Slowly?", "one two three four five", "And quickly?"]


async def test_a_reply_goes_on_where_its_answer_stands(discord_town: DiscordTown) -> None:
    """Without Message Content the answer is a reply, and a reply to that goes on with it."""
    town, there = discord_town, discord_town.there
    there.flags = 0
    async with town.bot():
        first = there.say("general", "ann", f"{there.mention} Why?")
        answer = await town.answered("answer to: Why? [2 messages]")
        there.say("general", "bob", f"{there.mention} Who?")
        await town.answered("answer to: Who? [2 messages]")
        there.say("general", "ann", "And then?", reply_to=answer)
        await town.answered("answer to: And then? [4 messages]")
    assert (answer.channel, (answer.reference or {})["message_id"]) == (first.channel, first.id)
    assert town.prompt() == ["Why?", "answer to: Why? [2 messages]", "And then?"]
    assert not there.made("thread")


async def test_a_workspace_may_want_replies(discord_town: DiscordTown) -> None:
    """By a setting, an answer is a reply also where a thread could be made."""
    town, there = discord_town, discord_town.there
    async with town.bot(THREADWISE_PLACE="reply"):
        asked = there.say("general", "ann", f"{there.mention} Why?")
        answer = await town.answered("answer to: Why? [2 messages]")
        there.say("general", "ann", "And then?", reply_to=answer, ping=False)
        await town.answered("answer to: And then? [4 messages]")
    assert (answer.reference or {})["message_id"] == asked.id
    assert not there.made("thread")


@pytest.mark.parametrize("why", ["forbidden", "mute", "full", "voice"])
async def test_where_no_thread_can_be_the_answer_is_a_reply(
    discord_town: DiscordTown, why: str
) -> None:
    """No permission, too many threads, no threads there: the talk stands under its question."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        channel = spoil(town, why)
        asked = there.say(channel, "ann", f"{there.mention} Why?")
        answer = await town.answered("answer to: Why? [2 messages]")
        more = there.say(channel, "ann", "And then?", reply_to=answer)
        last = await town.answered("answer to: And then? [4 messages]")
    for question, post in ((asked, answer), (more, last)):
        assert (post.reference or {})["message_id"] == question.id


async def test_another_process_finds_what_has_no_thread(discord_town: DiscordTown) -> None:
    """Where no thread could be made, a later process goes on, and redoes, in the channel."""
    town, there = discord_town, discord_town.there
    channel = spoil(town, "full")
    async with town.bot():
        asked = there.say(channel, "ann", f"{there.mention} Why?")
        answer = await town.answered("answer to: Why? [2 messages]")
    async with town.bot():
        there.edit(asked, f"{there.mention} Who?")
        await there.until(lambda: answer.content == "answer to: Who? [2 messages]")
        await town.settled(town.thread(asked))
    async with town.bot():
        there.say(channel, "ann", "And then?", reply_to=answer)
        await town.answered("answer to: And then? [4 messages]")
    assert len(there.posts) == 2


def spoil(town: DiscordTown, why: str) -> str:
    """Make a channel in which an answer gets no thread; its name."""
    there = town.there
    match why:
        case "forbidden":
            there.forbid("general", "threads")
        case "mute":
            there.forbid("general", "send_in_threads")
        case "full":
            there.guild().threads_full = True
        case "voice":
            lounge = Channel(there.ids(), "lounge", 2, town.guild)
            there.add_place(lounge, "CHANNEL_CREATE", bitrate=64000, user_limit=0)
    return "lounge" if why == "voice" else "general"


async def test_who_waits_sees_that_they_were_heard(discord_town: DiscordTown) -> None:
    """A question behind another one has 👀 until its turn comes; two people are told apart."""
    town, there = discord_town, discord_town.there
    hold, later = asyncio.Event(), asyncio.Event()
    town.model.script(Reply("first answer", hold=hold), Reply("second answer", hold=later))
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} First?")
        await there.until(lambda: town.standing == ["first"])
        await eventually(lambda: monotonic() > there.calls[-1].at + 0.2)  # 👀 is for quiet times
        waits = there.say(asked.id, "bob", "Second?")
        await there.until(lambda: waits.reactions == {"👀": [there.bot.id]})
        assert len(town.model.requests) == 1
        hold.set()
        await there.until(lambda: not waits.reactions and town.standing[1:] == ["second"])
        later.set()
        await town.answered("second answer")
    assert town.prompt() == ["Ann: First?", "first answer", "Bob: Second?"]


async def test_a_long_answer_is_whole(discord_town: DiscordTown) -> None:
    """Of over 8,000 characters none is lost, every fence is closed where it was opened."""
    town, there = discord_town, discord_town.there
    assert len(LONG) > 8000
    half = len(LONG) // 2
    hold = asyncio.Event()
    town.model.script(Reply([LONG[:half], LONG[half:]], hold=hold))
    async with town.bot():
        there.say("general", "ann", f"{there.mention} Show me")
        await there.until(lambda: len(there.posts) == 3 and len(town.ended) == 2)
        assert [bool(post.buttons) for post in there.posts] == [False, False, True]
        hold.set()
        await there.until(lambda: _letters(town.standing) == _letters([LONG]), 30)
        await there.until(lambda: len(town.ended) == len(there.posts))
    assert all(text.count("```") % 2 == 0 for text in town.standing)
    assert all(len(text) <= LIMIT for text in town.standing)
    assert not there.throttled


def _letters(texts: list[str]) -> str:
    """All that can be seen, without the fences: Discord takes white space off both ends."""
    return "".join(re.sub(r"```\w*\n|\n```|\s", "", text) for text in texts)
