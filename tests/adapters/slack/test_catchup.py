"""What is taken in that was said while nobody heard."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreUnavailable
from bot.messages import ConversationKey, IncomingMessage
from bot.outcomes import Call
from storage.scripts import Client
from tests.adapters.slack.listening import PATIENCE, Listening, Quick, Room, placed, running
from tests.platforms.slack import DOWN, Message, Slack, busy, refused
from tests.platforms.slack.deliveries import TRIES

HOUR = 3_600.0


class Hasty(Quick):
    """A clock on which ten minutes are over at once."""

    def monotonic(self) -> float:
        return super().monotonic() * 10_000

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 10)


class Counting(Room):
    """A pacer that counts what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:
        self.calls.append(call)
        await super().admit(where, call, unread)


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


async def test_what_was_said_before_it_was_called(town: Listening) -> None:
    """Whoever calls it into a talk of people does not ask for an answer to all of it."""
    there = town.there
    first = there.say("general", "ann", "lunch?")
    for user in ("bob", "cid", "dan"):
        there.say("general", user, "yes", thread=first.ts)
    asked = there.say("general", "ann", f"{there.mention} where?", thread=first.ts)
    here = town.key(thread=first.ts)
    async with running(town):
        await town.kept(here, asked.ts)
    late = await missed(town, channel="general", user="bob", text="when?", thread=first.ts)
    async with running(town):
        await town.kept(here, asked.ts, late.ts)
    assert await town.waiting(here) == (asked.ts, late.ts)


async def test_the_liveliest_channel_comes_first(town: Listening) -> None:
    """What was missed there is taken in before others are read."""
    there, mention = town.there, town.there.mention
    there.add_channel("other")
    async with running(town):
        for channel in ("other", "general"):
            said = there.say(channel, "ann", f"{mention} why?")
            await town.kept(town.key(channel, said.ts), said.ts)
    early = await missed(town, channel="other", user="bob", text=f"{mention} who?")
    late = await missed(town, channel="general", user="bob", text=f"{mention} how?")
    hold = there.pause("conversations.history", channel=there.channel("other").id)
    async with running(town):
        await hold.reached.wait()
        assert await town.waiting(town.key(thread=late.ts)) == (late.ts,)
        hold.go()
        await town.kept(town.key("other", early.ts), early.ts)


async def test_what_is_new_comes_first(town: Listening) -> None:
    """It is taken in before older threads are looked for; those without news are not read."""
    there = town.there
    old = there.say("general", "ann", "lunch?", age=20 * HOUR)
    there.say("general", "bob", "yes", thread=old.ts, age=19 * HOUR)
    there.add_channel("other")
    first = there.say("other", "ann", f"{there.mention} why?")
    async with running(town):
        await town.kept(town.key("other", first.ts), first.ts)
    await begun(town)
    last = await missed(town, channel="other", user="bob", text=f"{there.mention} who?")
    said = await missed(town, channel="general", user="bob", text=f"{there.mention} how?")
    hold = there.pause("conversations.history", nth=2)
    async with running(town):
        await hold.reached.wait()
        assert await town.waiting(town.key(thread=said.ts)) == (said.ts,)
        hold.go()
        await town.kept(town.key("other", last.ts), last.ts)
    assert not there.made("conversations.replies")


async def test_each_call_has_its_place(there: Slack, client: Client) -> None:
    """Reading takes of what all processes may do beside their answers."""
    pacer = Counting()
    async with placed(there, client, pacer=pacer) as town:
        first = await begun(town)
        said = await missed(town, channel="general", user="bob", text="how?", thread=first.ts)
        async with running(town):
            await town.kept(town.key(thread=first.ts), said.ts)
    calls = there.made("conversations.history", "conversations.replies")
    assert len(pacer.calls) >= len(calls) >= 3
    assert set(pacer.calls) == {Call.OTHER}


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
