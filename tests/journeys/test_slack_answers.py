"""Asked on Slack: where the answer goes, and how it grows."""

import asyncio
import re
from time import time

import pytest

from tests.journeys.slack_town import SlackTown, eventually
from tests.platforms.model_server import Reply
from tests.platforms.slack import Message

LIMIT = 9000
"""Bytes of one part."""
CODE = "\n".join(f"print('line {n} of a long program')" for n in range(120))
NIGHT = "Ночь была темна; шёл дождь. " * 80
CHAPTER = f"See:\n\n```python\n{CODE}\n```\n\n{NIGHT}\n\n~~~\n{CODE}\n~~~\n\n"
GROW = ("chat.startStream", "chat.appendStream", "chat.update")
"""Methods that make an answer grow."""
AGENTS = ("agents.*", "assistant.*", "chat.*Stream")
"""Methods of Slack's features for agents."""


async def test_a_mention_begins_a_thread_and_the_talk_goes_on_there(slack_town: SlackTown) -> None:
    """A mention is answered in its own thread, and what is said there needs no mention."""
    town, there = slack_town, slack_town.there
    town.model.script(Reply("Because it is so, and was so.", delay=0.1), Reply("Even now."))
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} why <so> &amp; not else?")
        answer = await town.answered("Because it is so, and was so.")
        there.say("general", "ann", "And now?", thread=asked.ts)
        more = await town.answered("Even now.")
    assert answer.thread_ts == more.thread_ts == asked.ts
    texts = [version.text for version in answer.versions]
    assert len(texts) > 2
    assert texts == sorted(texts, key=len)
    first = "why <so> &amp; not else?"
    assert town.prompt() == [first, "Because it is so, and was so.", "And now?"]


async def test_a_thread_may_talk_without_the_bot(slack_town: SlackTown) -> None:
    """In its thread, what mentions only somebody else is left to them."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
        other = f"<@{there.person('bob').id}> do you know?"
        there.say("general", "ann", other, thread=asked.ts)
        there.say("general", "ann", "Never mind.", thread=asked.ts)
        await town.answered("answer to: Never mind. [4 messages]")
    assert len(town.model.requests) == 2


async def test_called_into_a_thread_it_reads_what_was_said(slack_town: SlackTown) -> None:
    """Of a thread that began without it, the model gets what stands above the question."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        root = there.say("general", "bob", "The printer burns.")
        there.say("general", "cid", "Again?", thread=root.ts)
        there.say("general", "ann", f"{there.mention} what now?", thread=root.ts)
        await town.until(lambda: town.ended)
    assert [post.thread_ts for post in town.posts] == [root.ts]
    told = "\n".join(town.prompt())
    assert told.index("The printer burns.") < told.index("Again?") < told.index("what now?")


async def test_each_direct_message_is_a_session(slack_town: SlackTown) -> None:
    """With the agent view its answer is streamed in its own thread, which has a title."""
    town, there = slack_town, slack_town.there
    town.model.default = Reply(first=0.1, delay=0.05)
    async with town.bot():
        first = there.tell("ann", "Slowly?")
        answer = await town.answered("answer to: Slowly? [2 messages]")
        second = there.tell("ann", "Who?")
        await town.answered("answer to: Who? [2 messages]")
        there.tell("ann", "And then?", thread=first.ts)
        await town.answered("answer to: And then? [4 messages]")
    assert len(there.made("chat.startStream")) == 3
    assert not there.made("chat.postMessage", "chat.update")
    assert answer.thread_ts == first.ts
    assert there.sessions[first.channel, first.ts].title == "Slowly?"
    assert (second.channel, second.ts) in there.sessions


async def test_a_flat_direct_channel_is_one_conversation(slack_town: SlackTown) -> None:
    """By a setting all that is said there is one talk, which grows by edits; reset ends it."""
    town, there = slack_town, slack_town.there
    slow = "one two three four five six seven eight nine"
    town.model.script(Reply(slow, delay=0.1))
    async with town.bot(THREADWISE_DIRECT="flat"):
        there.tell("ann", "Slowly?")
        answer = await town.answered(slow)
        there.tell("ann", "And then?")
        await town.answered("answer to: And then? [4 messages]")
        there.tell("ann", "!reset")
        await town.until(lambda: len(town.posts) == 3)
        there.tell("ann", "Who?")
        await town.answered("answer to: Who? [2 messages]")
    assert not any(post.thread_ts for post in town.posts)
    assert not there.made("chat.startStream")
    assert len(answer.versions) > 1


async def test_a_flat_direct_channel_begins_anew_after_hours(slack_town: SlackTown) -> None:
    """After a silence, what was said before is not told to the model any more."""
    town, there = slack_town, slack_town.there
    async with town.bot(THREADWISE_DIRECT="flat", THREADWISE_DIRECT_SILENCE="0.5s"):
        asked = there.tell("ann", "Why?")
        await town.answered("answer to: Why? [2 messages]")
        await town.settled(town.flat(asked))
        await eventually(lambda: time() > float(asked.ts) + 1)
        there.tell("ann", "Who?")
        await town.until(lambda: len(town.ended) == 2)
    assert "Why?" not in str(town.prompt())


@pytest.mark.parametrize("error", ["not_agent_app", "unknown_method", "feature_not_enabled"])
async def test_a_workspace_without_agents_is_answered(slack_town: SlackTown, error: str) -> None:
    """Where nothing of the kind exists it asks once, and answers in channels and flat DMs."""
    town, there = slack_town, slack_town.there
    there.off = dict.fromkeys(AGENTS, error)
    async with town.bot():
        for number in range(2):
            there.tell("bob", f"Who {number}?")
            await town.answered(f"answer to: Who {number}? [{2 + 2 * number} messages]")
        there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
    assert len(there.made("assistant.threads.setSuggestedPrompts")) == 1
    assert len(there.made("chat.startStream", "agents.sessions.setStatus")) == 0


async def test_streams_that_are_missing_are_tried_once(slack_town: SlackTown) -> None:
    """An agent's workspace without streams is answered by edits, in sessions."""
    town, there = slack_town, slack_town.there
    there.off = {"chat.startStream": "unknown_method"}
    town.model.default = Reply(first=0.1, delay=0.05)
    async with town.bot():
        for text in ("Who?", "Why?"):
            asked = there.tell("bob", text)
            answer = await town.answered(f"answer to: {text} [2 messages]")
            assert answer.thread_ts == asked.ts
    assert len(there.made("chat.startStream")) == 1


@pytest.mark.parametrize(
    ("streaming", "calls"),
    [
        ("native", {"chat.startStream", "chat.appendStream"}),
        ("edits", {"chat.update"}),
        ("off", set()),
    ],
)
async def test_an_admin_chooses_how_answers_come(
    slack_town: SlackTown, streaming: str, calls: set[str]
) -> None:
    """In a channel natively, by edits or whole, as it is set there; and status says which."""
    town, there = slack_town, slack_town.there
    there.person("ann").admin = True
    town.model.script(Reply("one two three four", first=0.1, delay=0.05))
    async with town.bot():
        chosen = there.slash("/ai", f"settings streaming {streaming}")
        await town.until(lambda: chosen.reply)
        there.say("general", "ann", f"{there.mention} Why?")
        answer = await town.answered("one two three four")
        told = there.slash("/ai", "status")
        await town.until(lambda: "it is set so" in str(told.reply))
    assert {call.route for call in there.made(*GROW)} == calls
    assert (len(answer.versions) > 1) == (streaming != "off")


async def test_who_waits_sees_that_they_were_heard(slack_town: SlackTown) -> None:
    """A question behind another one has 👀 until its turn comes; two people are told apart."""
    town, there = slack_town, slack_town.there
    hold, later = asyncio.Event(), asyncio.Event()
    town.model.script(Reply("first answer", hold=hold), Reply("second answer", hold=later))
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} First?")
        await town.until(lambda: town.standing == ["first"])
        waits = there.say("general", "bob", "Second?", thread=asked.ts)
        await town.until(lambda: waits.reactions == {"eyes": [there.bot.id]})
        assert len(town.model.requests) == 1
        hold.set()
        await town.until(lambda: not waits.reactions and town.standing[1:] == ["second"])
        later.set()
        await town.answered("second answer")
    assert town.prompt() == ["ann: First?", "first answer", "bob: Second?"]


async def test_a_long_answer_is_whole(slack_town: SlackTown) -> None:
    """Seven minutes and 40,000 characters, 30 times faster: natively and by edits none is lost."""
    town, there = slack_town, slack_town.there
    long = (CHAPTER * 4)[:40_000]
    assert len(long) == 40_000
    pieces = [long[at : at + 300] for at in range(0, 40_000, 300)]
    town.model.script(*[Reply(pieces, delay=14 / len(pieces))] * 2)
    async with town.bot(THREADWISE_LEASE="10s"):  # many seconds of work, beside other tests
        told = there.tell("ann", "Show me")
        asked = there.say("general", "bob", f"{there.mention} Show me")
        await town.settled(town.thread(asked), within=60)
        await town.settled(town.thread(told))
    for question in (told, asked):
        parts = [post for post in town.posts if post.thread_ts == question.ts]
        assert letters(parts) == re.sub(r"```\w*\n|~~~\n|```|~~~|\s", "", long)
        assert [fault(post) for post in parts] == [""] * len(parts)
    assert len(there.made("chat.startStream")) > 4
    assert there.made("chat.update")


def letters(parts: list[Message]) -> str:
    """All that can be seen, without the fences."""
    return "".join(re.sub(r"```\w*\n|~~~\n|```|~~~|\s", "", post.shown) for post in parts)


def fault(post: Message) -> str:
    """What is wrong with a part: a fence left open, or too much text."""
    if post.shown.count("```") % 2 or post.shown.count("~~~") % 2:
        return f"an open fence: {post.shown[-80:]}"
    size = len(post.shown.encode())
    return f"{size} bytes" if size > LIMIT else ""
