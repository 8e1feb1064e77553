"""Whatever was missed on Slack is read again until it is taken in."""

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.slack import catchup
from bot.clock import SystemClock
from storage.keys import Keys
from storage.scripts import Client
from storage.tokens import RedisMarks
from tests.journeys.slack_town import PATIENCE, SlackTown, eventually, hasten
from tests.platforms.slack import Slack, busy, refused


@pytest.fixture(autouse=True)
def soon(slack_town: SlackTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here waits for the next try, and what nobody hears is lost at once."""
    hasten(monkeypatch)
    slack_town.there.patience = 0
    slack_town.there.limits.rules.clear()


async def talked(town: SlackTown) -> None:
    """The bot knows a channel and a direct one."""
    there = town.there
    async with town.bot():
        there.say("general", "ann", f"{there.mention} Why?")
        there.tell("bob", "Who?")
        await town.answered("answer to: Who? [2 messages]")
        await town.answered("answer to: Why? [2 messages]")


async def away(town: SlackTown) -> None:
    """Slack gives up what nobody takes."""
    every = town.there.deliveries.every
    await town.until(lambda: all(one.acked or one.lost for one in every))


async def test_a_question_behind_much_talk(slack_town: SlackTown) -> None:
    """Every page of a channel is read."""
    town, there = slack_town, slack_town.there
    await talked(town)
    there.say("general", "cid", f"{there.mention} What?")
    for number in range(250):
        there.say("general", "ann", f"More talk {number}")
    await away(town)
    async with town.bot():
        await town.answered("answer to: What? [2 messages]")


@pytest.mark.parametrize(
    "method", ["conversations.history", "users.info", "assistant.threads.setSuggestedPrompts"]
)
async def test_a_call_that_fails_is_made_again(slack_town: SlackTown, method: str) -> None:
    """What Slack refuses for a moment keeps nobody else, and is asked again."""
    town, there = slack_town, slack_town.there
    await talked(town)
    there.tell("bob", "And when?")
    there.say("general", "cid", f"{there.mention} What?")
    await away(town)
    there.fault(method, busy(1), times=2)
    async with town.bot():
        await town.answered("answer to: What? [2 messages]")
        await town.answered("answer to: And when? [2 messages]")
    assert len(there.posts) == 4


async def test_a_channel_that_cannot_be_read(slack_town: SlackTown) -> None:
    """It is left out alone: the others are read."""
    town, there = slack_town, slack_town.there
    await talked(town)
    there.tell("bob", "And when?")
    there.say("general", "cid", f"{there.mention} What?")
    await away(town)
    there.kick("general")
    async with town.bot():
        await town.answered("answer to: And when? [2 messages]")
    assert len(there.posts) == 3


async def test_trouble_that_lasts(
    slack_town: SlackTown, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some minutes it is left to the next start: no mark says that it was heard."""
    town, there = slack_town, slack_town.there
    await talked(town)
    there.say("general", "cid", f"{there.mention} What?")
    await away(town)
    there.fault("conversations.history", refused("internal_error"), times=2)
    monkeypatch.setattr(catchup, "_PATIENCE", -1)
    await client.delete(heard(there))
    with capture_logs() as log:
        async with town.bot():
            await eventually(lambda: any(one["event"] == "catch-up given up" for one in log))
    assert not await client.exists(heard(there))
    async with town.bot():
        await town.answered("answer to: What? [2 messages]")


async def test_a_mark_waits_for_the_catch_up(slack_town: SlackTown, client: Client) -> None:
    """Who dies before all was read leaves it to the next one, whatever was answered meanwhile."""
    town, there = slack_town, slack_town.there
    await talked(town)
    await client.delete(heard(there))
    marks = RedisMarks(client, Keys())
    await marks.keep(account(there), 0, SystemClock().now() - 1_200_000)
    there.say("general", "bob", f"{there.mention} Missed?", age=600)
    await away(town)
    hold = there.pause("conversations.history")
    async with town.bot():
        await hold.reached.wait()
        there.say("general", "cid", f"{there.mention} Live?")
        await town.answered("answer to: Live? [2 messages]")
        assert "answer to: Missed? [2 messages]" not in town.standing
    async with town.bot():
        await town.answered("answer to: Missed? [2 messages]")


async def test_a_gap_between_connections_is_filled(slack_town: SlackTown) -> None:
    """What was said while no connection stood is read when one does again."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
        there.sockets.down = True
        there.sockets.cut()
        await town.until(lambda: not there.sockets.connections)
        there.say("general", "cid", f"{there.mention} What?")
        await away(town)
        there.sockets.down = False
        await town.answered("answer to: What? [2 messages]")


async def test_a_mark_goes_on_while_it_hears(slack_town: SlackTown, client: Client) -> None:
    """It moves as long as events come in."""
    town, there = slack_town, slack_town.there
    marks = RedisMarks(client, Keys())

    async def passes(at: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while (await marks.get(account(there), 0) or 0) <= at:
                await SystemClock().sleep(0.02)

    async with town.bot():
        await passes(0)
        await passes(SystemClock().now())


def account(there: Slack) -> str:
    """The bot's own name."""
    return f"slack:A0LOOPBACK:{there.team}"


def heard(there: Slack) -> str:
    """The key of the marks."""
    return Keys().account(account(there), "heard")
