"""Whatever was missed on Discord is read again until it is taken in."""

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.discord import catchup
from bot.clock import SystemClock
from storage.keys import Keys
from storage.scripts import Client
from storage.tokens import RedisMarks
from tests.journeys.discord_town import PATIENCE, DiscordTown, eventually
from tests.platforms.discord import Discord, Fault, busy


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here waits for the next try, or for a mark to be written."""
    monkeypatch.setattr(catchup, "_PAUSE", 0.2)
    monkeypatch.setattr(catchup, "_EVERY", 0.05)


async def test_a_question_behind_much_talk(discord_town: DiscordTown) -> None:
    """Of more than is read, the newest is read, on every page of it."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
    for number in range(1_000):
        there.say("general", "ann", f"Talk {number}")
    there.say("general", "cid", f"{there.mention} What?")
    for number in range(150):
        there.say("general", "ann", f"More talk {number}")
    async with town.bot():
        await town.answered("answer to: What? [2 messages]")


@pytest.mark.parametrize("route", ["history", "channel", "member"])
async def test_a_call_that_fails_is_made_again(discord_town: DiscordTown, route: str) -> None:
    """What Discord refuses for a moment keeps nobody else, and is asked again."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        there.say("general", "ann", f"{there.mention} Why?")
        there.direct("bob", "Who?")
        await town.answered("answer to: Who? [2 messages]")
        await town.answered("answer to: Why? [2 messages]")
    there.direct("bob", "And when?")
    there.say("general", "cid", f"{there.mention} What?")
    there.fault(route, busy(1.5), times=2)
    async with town.bot():
        await town.answered("answer to: What? [2 messages]")
        await town.answered("answer to: And when? [4 messages]")
    assert len(there.posts) == 4


async def test_trouble_that_lasts(
    discord_town: DiscordTown, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some minutes it is left to the next start: no mark says that it was heard."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
    there.say("general", "cid", f"{there.mention} What?")
    there.fault("history", busy(1.5), times=1)
    monkeypatch.setattr(catchup, "_PATIENCE", -1)
    await client.delete(_heard(there))
    with capture_logs() as log:
        async with town.bot():
            await eventually(lambda: any(one["event"] == "catch-up given up" for one in log))
    assert not await client.exists(_heard(there))
    async with town.bot():
        await town.answered("answer to: What? [2 messages]")


async def test_a_thread_that_cannot_be_read(discord_town: DiscordTown) -> None:
    """It is left out alone: the others of its channel are read."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        shut = there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
        open_ = there.say("general", "bob", f"{there.mention} Who?")
        await town.answered("answer to: Who? [2 messages]")
    there.say(shut.id, "ann", "And where?")
    there.say(open_.id, "bob", "And when?")
    there.fault(f"GET *channels/{shut.id}/messages", Fault(status=403, code=50001), times=9)
    async with town.bot():
        await town.answered("answer to: And when? [4 messages]")
    assert "answer to: And where? [4 messages]" not in town.standing


async def test_a_mark_waits_for_the_catch_up(discord_town: DiscordTown, client: Client) -> None:
    """Who dies before all was read leaves it to the next one, whatever was answered meanwhile."""
    town, there = discord_town, discord_town.there
    async with town.bot():
        there.say("general", "ann", f"{there.mention} Why?")
        await town.answered("answer to: Why? [2 messages]")
    await client.delete(_heard(there))
    marks = RedisMarks(client, Keys())
    await marks.keep(f"discord:{there.bot.id}", 0, SystemClock().now() - 1_200_000)
    there.say("general", "bob", f"{there.mention} Missed?", age=600)
    hold = there.pause("history")
    async with town.bot():
        await hold.reached.wait()
        there.say("general", "cid", f"{there.mention} Live?")
        await town.answered("answer to: Live? [2 messages]")
        assert "answer to: Missed? [2 messages]" not in town.standing
    async with town.bot():
        await town.answered("answer to: Missed? [2 messages]")


async def test_a_mark_goes_on_in_a_resumed_session(
    discord_town: DiscordTown, client: Client
) -> None:
    """It moves while the bot hears, after a new session and after a resumed one alike."""
    town, there = discord_town, discord_town.there
    marks, account = RedisMarks(client, Keys()), f"discord:{there.bot.id}"

    async def passes(at: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while (await marks.get(account, 0) or 0) <= at:
                await SystemClock().sleep(0.02)

    async with town.bot():
        await passes(0)
        await there.gateway.reconnect()
        await eventually(lambda: there.gateway.resumed)
        await passes(SystemClock().now())


def _heard(there: Discord) -> str:
    """The key of the marks."""
    return Keys().account(f"discord:{there.bot.id}", "heard")
