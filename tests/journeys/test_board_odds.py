"""Rare ends, each with a sentence, a log line and a bill."""

import asyncio

from structlog.testing import capture_logs

from bot import words
from bot.clock import SystemClock
from bot.messages import Scope, State
from storage.keys import Keys, partition
from storage.scripts import Client
from storage.settings import RedisSettings
from storage.usage import RedisUsage
from tests.journeys.conftest import Town
from tests.platforms.board import GONE
from tests.platforms.board_bot import ACCOUNT, conversation
from tests.platforms.model_server import WRONG_KEY, Reply

CODE = "```python\n" + "\n".join(f"x{n} = {n}" for n in range(60)) + "\n```"


async def begun(town: Town) -> None:
    """Ask, and wait until the answer has begun."""
    await town.board.write("ann", "Why?")
    await town.board.until(lambda: bool(town.board.posts))


async def spent(client: Client) -> int:
    """Answers that were counted today."""
    where, ledger = conversation(), RedisUsage(client, Keys(), SystemClock())
    return sum(row.answers for row in await ledger.spent(where.platform, where.workspace, 1))


async def test_half_a_character_waits_for_its_other_half(town: Town) -> None:
    """A pair that the provider tore apart is one character again; a lone half is replaced."""
    town.model.script(Reply(["hi \ud83d", "\ude00 there", " \ud83d", "!"]))
    async with town.bot():
        await town.board.write("ann", "Why?")
        (turn,) = await town.settled(1)
    assert turn.ending.state is State.ANSWERED
    assert turn.ending.text == "hi 😀 there �!"


async def test_the_log_has_the_rest_under_the_reference(town: Town) -> None:
    """What the provider said stands in the log with the reference that people read, no key."""
    town.model.script(WRONG_KEY)
    with capture_logs() as lines:
        async with town.bot(OPENAI_API_KEY="sk-of-this-test"):
            await town.board.write("ann", "Why?")
            (turn,) = await town.settled(1)
    (line,) = [line for line in lines if line.get("event") == "model failed"]
    assert line["reference"] == turn.ending.reference
    assert line["reference"] in town.board.texts()[0]
    assert "401" in line["error"]
    assert "sk-of-this-test" not in str(lines)


async def test_code_that_is_stopped_behind_a_seam_stays_code(town: Town) -> None:
    """What a second worker finds on the platform and ends is the text, not its parts' frames."""
    town.model.script(Reply([CODE[:400], "never"], hold=asyncio.Event()))
    async with town.bot(THREADWISE_DRAIN="0.1s"):
        await begun(town)
        await town.board.until(lambda: len(town.board.posts) > 1)
    await town.inbox.cancel(ACCOUNT.name, conversation(), "", "user")
    before = town.board.texts()
    async with town.bot():
        (turn,) = await town.settled(1)
    assert turn.ending.state is State.STOPPED
    assert turn.ending.text.count("```") == 2
    assert turn.ending.text.endswith(words.STOPPED)
    assert town.board.texts()[:-1] == before[:-1]


async def test_what_nobody_can_read_is_paid_for(town: Town, client: Client) -> None:
    """A channel that goes away in mid-answer does not take the answer off the bill."""
    hold = asyncio.Event()
    town.model.script(Reply("one two three", hold=hold))
    async with town.bot():
        await begun(town)
        town.board.fault("PUT", GONE)
        hold.set()
        (turn,) = await town.settled(1)
    assert turn.ending.state is State.UNDELIVERABLE
    assert turn.ending.cause == "Undeliverable"
    assert await spent(client) == 1


async def test_settings_that_cannot_be_read_cost_no_attempt(town: Town, client: Client) -> None:
    """A question waits unharmed until its settings can be read again."""
    where = conversation()
    settings = RedisSettings(client, Keys())
    await settings.store(Scope(where.platform, where.workspace), "persona", "Be kind.")
    (key,) = [key async for key in client.scan_iter("*:settings:*")]
    await client.hset(key, "v", "9")
    async with town.bot(THREADWISE_LEASE="1d"):
        await town.board.write("ann", "Why?")
        owner = Keys().shared(partition(where), "owner")
        for _ in range(2):  # claimed, and given up
            while not await client.hexists(owner, str(where)):
                await SystemClock().sleep(0.001)
            while await client.hexists(owner, str(where)):
                await SystemClock().sleep(0.001)
        assert await client.hget(Keys().own("answer", where), "attempt") == "0"
        await client.delete(key)
        (turn,) = await town.settled(1)
    assert turn.ending.state is State.ANSWERED


async def test_nonsense_on_the_bus_harms_nobody(town: Town, client: Client) -> None:
    """Whatever is published there, answers run on, and later hints are heard."""
    hold = asyncio.Event()
    town.model.script(Reply("one two three", hold=hold))
    async with town.bot():
        await begun(town)
        for text in ("", "wake", "wake a b c", "wake a b", "x" * 10_000):
            await client.publish(Keys().bus, text)
        hold.set()
        (turn,) = await town.settled(1)
        await town.board.write("bob", "And?")
        await town.settled(2)
    assert turn.ending.state is State.ANSWERED
