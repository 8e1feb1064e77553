"""What people do on Slack is taken in, whatever Slack does not say or show at that time."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack import homes
from adapters.slack.intake import STOPPED
from bot import words
from bot.messages import ConversationKey
from storage.scripts import Client
from tests.adapters.slack.listening import Listening, Room, listening, placed, running
from tests.platforms.slack import DOWN, HANG, Fault, Message, Slack, busy


class Full(Room):
    """A pacer that has no place for what nobody would miss."""

    async def spare(self, where: ConversationKey) -> bool:
        return where.platform == ""


@pytest.fixture
async def there() -> AsyncIterator[Slack]:
    """A workspace."""
    async with Slack(scale=1 / 60) as made:
        made.ack_seconds = 60.0
        yield made


@pytest.fixture
async def town(there: Slack, client: Client) -> AsyncIterator[Listening]:
    """A bot that listens over an empty store."""
    async with listening(there, client) as made:
        yield made


async def asked(town: Listening, text: str = "why?", user: str = "ann", on: str = "") -> Message:
    """A question in the channel, taken in."""
    said = town.there.say("general", user, f"{town.there.mention} {text}", thread=on)
    await town.heard()
    return said


@pytest.mark.parametrize("trouble", [busy(30), DOWN, HANG])
async def test_a_name_that_is_not_to_be_had(
    town: Listening, trouble: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message does not wait for those it mentions: their ids stay."""
    monkeypatch.setattr(homes, "_SOON", 0.1)
    there, bob = town.there, town.there.person("bob")
    await asked(town)
    there.fault("users.info", trouble, times=9)
    said = await asked(town, f"who is <@{bob.id}>?")
    assert len(there.deliveries.every) == 4  # each once, and its twin
    assert all(len(one.tries) == 1 for one in there.deliveries.every)
    question = await town.question(town.key(thread=said.ts))
    assert (question.author.name, question.text) == ("ann", f"who is <@{bob.id}>?")


async def test_an_author_whom_slack_does_not_tell(town: Listening) -> None:
    """Nobody is taken in unseen, since guests may not ask: Slack delivers it again."""
    town.there.fault("users.info", DOWN)
    said = await asked(town)
    assert any(len(one.tries) > 1 for one in town.there.deliveries.every)
    assert await town.waiting(town.key(thread=said.ts)) == (said.ts,)


async def test_all_are_looked_up_at_once(town: Listening) -> None:
    """Who asks, whom they mention and where: one wait for all."""
    there = town.there
    bob, random = there.person("bob"), there.add_channel("random")
    hold = there.pause("users.info")
    said = there.say("general", "ann", f"{there.mention} is <@{bob.id}> in <#{random.id}>?")
    await there.until(lambda: there.made("conversations.info") and hold.reached.is_set())
    await there.until(lambda: len(there.made("users.info")) == 2)
    hold.go()
    await town.heard()
    question = await town.question(town.key(thread=said.ts))
    assert (question.author.name, question.text) == ("ann", "is @bob in #random?")


async def test_who_waits_sees_nothing_where_calls_are_few(there: Slack, client: Client) -> None:
    """A sign that nobody would miss is left out."""
    async with listening(there, client, pacer=Full()) as full:
        first = await asked(full)
        more = await asked(full, on=first.ts)
        assert await full.waiting(full.key(thread=first.ts)) == (first.ts, more.ts)
    assert not there.made("reactions.add")


async def test_a_second_refusal_where_calls_are_few(there: Slack, client: Client) -> None:
    """It is not shown."""
    async with listening(there, client, pacer=Full()) as full:
        await full.set("paused", "True")
        await asked(full)
        assert await full.refused("ann") == words.PAUSED
        await asked(full)
    assert not there.made("reactions.add")


async def test_a_stop_is_shown_though_calls_are_few(there: Slack, client: Client) -> None:
    """Whoever wants a stop sees that it was heard."""
    async with listening(there, client, pacer=Full()) as full:
        first = await asked(full)
        await full.question(full.key(thread=first.ts))
        said = there.say("general", "ann", "stop", thread=first.ts)
        await there.until(lambda: STOPPED in said.reactions)


async def test_a_workspace_without_reactions(there: Slack, client: Client) -> None:
    """The first sign that is refused is the last one that is tried; sentences are said."""
    there.add_user("gus", guest="multi")
    there.scopes.discard("reactions:write")
    async with placed(there, client) as town:
        async with running(town):
            first = await asked(town)
            await asked(town, on=first.ts)
        async with running(town):
            await asked(town, on=first.ts)
            await town.question(town.key(thread=first.ts))
            await asked(town, "stop", on=first.ts)
            await asked(town, user="gus")
            assert await town.refused("gus") == words.GUEST
            await asked(town, user="gus")
    assert len(there.made("reactions.add")) == 1
    assert not there.made("reactions.remove")
