"""What comes twice on Slack, or while nobody listens, is answered once all the same."""

from dataclasses import replace

import pytest

from bot import words
from tests.journeys.slack_town import SlackTown, Way, eventually, hasten
from tests.platforms import stores
from tests.platforms.model_server import Reply
from tests.platforms.slack.deliveries import EVENT


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here waits for the catch-up."""
    hasten(monkeypatch)


@pytest.mark.parametrize("first", ["mention", "message"])
async def test_twins_and_redeliveries_are_one_turn(slack_town: SlackTown, first: str) -> None:
    """A mention comes as two events, and each again: whichever is first, it is answered once."""
    town, there = slack_town, slack_town.there
    there.twins = first
    async with town.bot():
        there.say("general", "ann", f"{there.mention} Why?")
        twins = there.sent("message", "app_mention")
        assert len(twins) == 2
        for one in twins:
            there.deliveries.send(EVENT, one.payload)
        await town.answered("answer to: Why? [2 messages]")
        again = [there.deliveries.send(EVENT, one.payload) for one in twins]
        await town.until(lambda: all(one.acked for one in again))
    assert len(there.posts) == len(town.model.requests) == 1


async def test_two_processes_answer_once(slack_town: SlackTown) -> None:
    """Either may hear of a message, one of them answers."""
    town, there = slack_town, slack_town.there
    async with town.bot(), town.bot():
        for author in ("ann", "bob", "cid"):
            there.say("general", author, f"{there.mention} I am {author}")
        for author in ("ann", "bob", "cid"):
            await town.answered(f"answer to: I am {author} [2 messages]")
    assert len(there.posts) == len(town.model.requests) == 3


async def test_one_process_listens_and_another_answers(slack_town: SlackTown) -> None:
    """A process that only listens and one that only works are a bot together."""
    town, there = slack_town, slack_town.there
    async with town.bot("slack"):
        there.say("general", "ann", f"{there.mention} Why?")
        async with town.working():
            await town.answered("answer to: Why? [2 messages]")


async def test_a_refresh_leaves_no_gap(slack_town: SlackTown) -> None:
    """While one of two connections is renewed the other one hears, and nothing comes twice."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        opened = there.sockets.opened
        await there.sockets.connections[0].disconnect("refresh_requested")
        there.tell("ann", "Why?")
        await town.answered("answer to: Why? [2 messages]")
        await town.until(lambda: there.sockets.opened > opened)
        there.tell("bob", "Who?")
        await town.answered("answer to: Who? [2 messages]")
    assert len(there.posts) == 2


async def test_acknowledgements_that_are_lost_change_nothing(slack_town: SlackTown) -> None:
    """What Slack delivers again, since it heard nothing, is not answered again."""
    town, there = slack_town, slack_town.there
    there.ack_seconds, there.sockets.mute = 6, True
    async with town.bot():
        there.tell("ann", "Why?")
        await town.answered("answer to: Why? [2 messages]")
        (sent,) = there.sent("message")[:1]
        await eventually(lambda: len(sent.tries) > 1)
        there.sockets.mute = False
        there.tell("bob", "Who?")
        await town.answered("answer to: Who? [2 messages]")
    assert len(there.posts) == 2


async def test_what_was_missed_is_answered_in_order(slack_town: SlackTown) -> None:
    """Asked while no bot was there: in known channels, threads and DMs.

    In each conversation the oldest comes first; what is asked elsewhere is answered beside it.
    """
    town, there = slack_town, slack_town.there
    there.add_channel("unknown")
    there.patience = 0
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        there.tell("bob", "Who?")
        await town.answered("answer to: Who? [2 messages]")
        await town.answered("answer to: Why? [2 messages]")
    there.say("unknown", "zoe", f"{there.mention} Anybody?")
    there.say("general", "ann", "And where?", thread=asked.ts)
    there.say("general", "cid", "And how?", thread=asked.ts)
    there.say("general", "ann", "Only talk")
    there.say("general", "cid", f"{there.mention} What?")
    there.say("general", "dan", f"{there.mention} Long ago?", age=60)
    there.tell("bob", "And when?")
    await town.until(lambda: all(one.acked or one.lost for one in there.deliveries.every))
    async with town.bot(THREADWISE_MAX_RUNNING="1", THREADWISE_MAX_AGE="30s"):
        await town.until(lambda: len(town.ended) == 6 and town.whispered)
    asked_for = [town.prompt(number)[-1] for number in range(2, 6)]
    elsewhere = {"And when?", "What?"}
    assert [said for said in asked_for if said not in elsewhere] == ["And where?", "cid: And how?"]
    assert elsewhere < {*asked_for}
    assert town.whispered == [words.AWAY]


@pytest.mark.parametrize("way", [SlackTown.bot, SlackTown.posted], ids=["sockets", "requests"])
async def test_nothing_is_acknowledged_that_is_not_kept(slack_town: SlackTown, way: Way) -> None:
    """With the store away an event is left to come again, and then it is answered once."""
    town, there = slack_town, slack_town.there
    safe = ("--appendonly", "yes", "--appendfsync", "always")
    with stores.single(*safe, tcp=True) as server:
        async with way(town, REDIS_URL=server.url, THREADWISE_STORE_TIMEOUT="0.5s") as core:
            asked = there.tell("ann", "Why?")
            await replace(town, inbox=core.inbox).settled(town.thread(asked))
            server.kill()
            there.tell("bob", "Who?")
            sent = there.sent("message")[-1]
            await eventually(lambda: len(sent.tries) > 1)
            assert not sent.acked
            server.start(wait=False)
            await town.answered("answer to: Who? [2 messages]")
    assert len(there.posts) == 2


async def test_who_is_told_to_end_lets_its_answers_end(slack_town: SlackTown) -> None:
    """A bot that is told to stop finishes what it began, and leaves the rest to the next one."""
    town, there = slack_town, slack_town.there
    slow = "one two three four five six seven"
    town.model.script(Reply(slow, delay=0.1))
    async with town.bot():
        there.tell("ann", "Why?")
        await town.until(lambda: town.posts)
        assert not town.ended
    assert [post.shown for post in town.ended] == [slow]
    there.say("general", "bob", f"{there.mention} Who?")
    async with town.bot():
        await town.answered("answer to: Who? [2 messages]")
