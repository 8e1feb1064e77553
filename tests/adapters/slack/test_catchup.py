"""What is taken in that was said while nobody heard, and how far that is marked."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from adapters.slack.catchup import Heard
from bot.clock import SystemClock
from bot.errors import StoreUnavailable
from bot.messages import IncomingMessage
from storage.keys import Keys
from storage.scripts import Client
from storage.tokens import RedisMarks
from tests.adapters.slack.listening import PATIENCE, Listening, Quick, placed, running
from tests.platforms.slack import DOWN, Message, Slack, busy, refused
from tests.platforms.slack.deliveries import TRIES

ACCOUNT = "slack:A0:T0"
NOW = 1_790_000_000_000
"""Milliseconds since 1970."""
HOUR = 3_600.0


class Standing(SystemClock):
    """A clock that stands."""

    now_ = NOW

    def now(self) -> int:
        return self.now_


class Hasty(Quick):
    """A clock on which ten minutes are over at once."""

    def monotonic(self) -> float:
        return super().monotonic() * 10_000

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 10)


class Away(RedisMarks):
    """A store that cannot be reached."""

    async def keep(self, account: str, shard: int, at: int) -> None:
        raise StoreUnavailable(f"{account} {shard} {at}")


@pytest.fixture
async def there() -> AsyncIterator[Slack]:
    """A Slack that sends nothing again: what is said while nobody hears is not told."""
    async with Slack(scale=1 / 1_000) as made:
        made.ack_seconds = 3_000
        yield made


@pytest.fixture
async def town(there: Slack, client: Client) -> AsyncIterator[Listening]:
    """A bot that does not listen, but has a conversation in the channel."""
    async with placed(there, client) as made:
        yield made


async def begun(town: Listening, age: float = 0) -> Message:
    """A question that the bot heard, before it went away."""
    said = town.there.say("general", "ann", f"{town.there.mention} why?", age=age)
    async with running(town):
        await town.there.until(lambda: town.there.made("users.info"), PATIENCE)
        await town.kept(town.key(thread=said.ts), said.ts)
    return said


async def missed(town: Listening, **told: str) -> Message:
    """Something that was said without an event."""
    events, town.there.events = town.there.events, set()
    said = town.there.say(**told)  # type: ignore[arg-type]  # all are text
    town.there.events = events
    return said


async def test_a_mention_in_a_known_channel(town: Listening) -> None:
    """It is found, and taken in once, though others read it too."""
    await begun(town)
    said = await missed(town, channel="general", user="bob", text=f"{town.there.mention} how?")
    await missed(town, channel="general", user="bob", text="lunch?")
    async with running(town):
        await town.kept(town.key(thread=said.ts), said.ts)


async def test_a_reply_in_a_thread_of_yesterday(town: Listening) -> None:
    """Threads are looked into that began earlier, if something was said there."""
    first = town.there.say("general", "ann", f"{town.there.mention} why?", age=20 * HOUR)
    asked = town.there.say("general", "ann", f"{town.there.mention} and?", thread=first.ts)
    async with running(town):
        await town.kept(town.key(thread=first.ts), asked.ts)
    said = await missed(town, channel="general", user="bob", text="and how?", thread=first.ts)
    async with running(town):
        await town.kept(town.key(thread=first.ts), asked.ts, said.ts)


async def test_direct_messages(town: Listening) -> None:
    """They are read like channels."""
    first = town.there.tell("ann", "why?")
    channel = town.there.direct("ann").id
    async with running(town):
        await town.kept(town.direct("ann", first.ts), first.ts)
    said = await missed(town, channel=channel, user="ann", text="how?")
    async with running(town):
        await town.kept(town.direct("ann", said.ts), said.ts)


async def test_more_than_a_page(town: Listening) -> None:
    """All pages are read."""
    first = await begun(town)
    said = [
        await missed(town, channel="general", user="bob", text=f"{n}", thread=first.ts)
        for n in range(230)
    ]
    async with running(town):
        here = town.key(thread=first.ts)
        await town.kept(here, *[one.ts for one in said[:49]])
    pages = [call.body.get("cursor") for call in town.there.made("conversations.replies")]
    assert len(set(pages)) == 2


async def test_the_store_is_away_for_long(
    town: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Slack gave up to deliver is read when the store is back."""
    first = await begun(town)
    async with running(town):
        await town.marked()
        with monkeypatch.context() as patch:
            tries = 0

            async def away(*_: object) -> None:
                nonlocal tries
                tries += 1
                raise StoreUnavailable("away")

            patch.setattr(town.inbox, "accept", away)
            town.there.ack_seconds = 1
            said = town.there.say("general", "bob", "and how?", thread=first.ts)
            async with asyncio.timeout(PATIENCE):
                while tries < TRIES:
                    await town.ways.clock.sleep(1)
        await town.kept(town.key(thread=first.ts), first.ts, said.ts)


async def test_a_message_that_hits_a_bug(town: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in the log, and those behind it are taken in: the process does not end by it."""
    await begun(town)
    poison = await missed(town, channel="general", user="bob", text=f"{town.there.mention} 0?")
    said = await missed(town, channel="general", user="bob", text=f"{town.there.mention} how?")
    accept = town.inbox.accept

    async def hurt(message: IncomingMessage, refusal: str = "") -> object:
        return 1 / 0 if message.id == poison.ts else await accept(message, refusal)

    monkeypatch.setattr(town.inbox, "accept", hurt)
    async with running(town):
        await town.kept(town.key(thread=said.ts), said.ts)
        await town.marked()


async def test_a_slack_in_trouble(town: Listening) -> None:
    """What fails for a moment is tried again."""
    await begun(town)
    said = await missed(town, channel="general", user="bob", text=f"{town.there.mention} how?")
    town.there.fault("conversations.history", DOWN)
    town.there.fault("conversations.history", busy(1), skip=1)
    async with running(town):
        await town.kept(town.key(thread=said.ts), said.ts)


async def test_a_channel_that_is_gone(town: Listening) -> None:
    """It is left out, and others are read."""
    await begun(town)
    other = town.there.add_channel("other")
    first = town.there.say("other", "ann", f"{town.there.mention} why?")
    async with running(town):
        await town.kept(town.key("other", first.ts), first.ts)
    town.there.kick("general")
    said = await missed(town, channel=other.id, user="bob", text=f"{town.there.mention} how?")
    async with running(town):
        await town.kept(town.key("other", said.ts), said.ts)
        await town.marked()


async def test_trouble_that_does_not_end(there: Slack, client: Client) -> None:
    """It is left to the next gap, and the log says so."""
    async with placed(there, client, Hasty()) as town:
        await begun(town)
        there.fault("conversations.history", refused("internal_error"), times=1_000)
        with capture_logs() as log:
            async with running(town), asyncio.timeout(PATIENCE):
                while not any(line["event"] == "catch-up given up" for line in log):
                    await town.ways.clock.sleep(1)


@pytest.fixture
def marks(client: Client) -> RedisMarks:
    """An empty store."""
    return RedisMarks(client, Keys())


@pytest.fixture
def clock() -> Standing:
    """It stands."""
    return Standing()


@pytest.fixture
async def heard(marks: RedisMarks, clock: Standing) -> Heard:
    """Connected, with nothing missing."""
    made = Heard(marks, ACCOUNT, clock)
    await again(made)
    return made


async def again(heard: Heard) -> None:
    """A connection, and what was missed is taken in."""
    await heard.look(connected=True)
    heard.gap.clear()
    heard.completed()


async def test_the_mark_moves(heard: Heard, marks: RedisMarks, clock: Standing) -> None:
    """While events come in and nothing is missing, twice a minute."""
    for ahead, mark in ((0, 0), (29_999, 0), (30_000, 30_000)):
        clock.now_ = NOW + ahead
        await heard.look(connected=True)
        assert await marks.get(ACCOUNT, 0) == NOW + mark


async def test_the_mark_stays_while_nobody_hears(
    heard: Heard, marks: RedisMarks, clock: Standing
) -> None:
    """And until what was missed is taken in."""
    await heard.look(connected=True)
    clock.now_ += 60_000
    for connected in (False, True, True):
        await heard.look(connected=connected)
        assert await marks.get(ACCOUNT, 0) == NOW
    assert heard.gap.is_set()
    await again(heard)
    await heard.look(connected=True)
    assert await marks.get(ACCOUNT, 0) == clock.now_


async def test_an_event_that_was_not_taken_in(
    heard: Heard, marks: RedisMarks, clock: Standing
) -> None:
    """The mark stays before it, and what was missed is read."""
    await heard.look(connected=True)
    clock.now_ += 60_000
    heard.missed()
    await heard.look(connected=True)
    assert heard.gap.is_set()
    assert await marks.get(ACCOUNT, 0) == NOW


async def test_a_gap_while_another_is_filled(heard: Heard, marks: RedisMarks) -> None:
    """What was read does not speak for what was missed since."""
    await heard.look(connected=False)
    await heard.look(connected=True)
    heard.gap.clear()
    heard.missed()
    await heard.look(connected=True)
    heard.completed()
    await heard.look(connected=True)
    assert await marks.get(ACCOUNT, 0) is None


async def test_the_mark_of_another_process(
    heard: Heard, marks: RedisMarks, clock: Standing
) -> None:
    """At the start it counts; later it does not hide what this one missed."""
    await marks.keep(ACCOUNT, 0, NOW - 5)
    assert await heard.until() == NOW - 5
    await heard.look(connected=True)
    await marks.keep(ACCOUNT, 0, NOW + 5)
    assert await heard.until() == NOW == clock.now_


async def test_a_store_without_a_mark(client: Client, clock: Standing) -> None:
    """A store that is away is no harm: the older mark counts."""
    heard = Heard(Away(client, Keys()), ACCOUNT, clock)
    await again(heard)
    await heard.look(connected=True)
    assert await heard.until() is None
