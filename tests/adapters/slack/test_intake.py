"""What people do on Slack, until it is in the store."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack.intake import STOPPED
from adapters.slack.status import DECLINED, WAITING
from bot import words
from bot.messages import Trigger
from storage.scripts import Client
from tests.adapters.slack.listening import Listening, listening
from tests.platforms.slack import Slack


@pytest.fixture
async def town(client: Client) -> AsyncIterator[Listening]:
    """A bot that listens over an empty store."""
    async with Slack(scale=1 / 60) as there, listening(there, client) as made:
        yield made


async def test_a_mention_begins_a_conversation(town: Listening) -> None:
    """It is taken in once, however it is told, with the names of who wrote and is spoken of."""
    there = town.there
    bob = there.person("bob")
    asked = there.say("general", "ann", f"{there.mention} who is <@{bob.id}>?")
    await town.heard()
    here = town.key(thread=asked.ts)
    assert await town.waiting(here) == (asked.ts,)
    question = await town.question(here)
    assert (question.author.name, question.text) == ("ann", "who is @bob?")
    assert question.trigger is Trigger.MENTION


async def test_what_people_say_among_themselves(town: Listening) -> None:
    """Nothing of it is kept, and Slack is not asked who they are."""
    said = town.there.say("general", "ann", "lunch?")
    town.there.say("general", "bob", "yes", thread=said.ts)
    await town.heard()
    assert await town.waiting(town.key(thread=said.ts)) == ()
    assert not town.there.made("users.info")


async def test_a_thread_that_it_takes_part_in(town: Listening) -> None:
    """What is said there is for the bot, without a mention."""
    there = town.there
    asked = there.say("general", "ann", f"{there.mention} why?")
    await town.heard()
    more = there.say("general", "bob", "and how?", thread=asked.ts)
    await town.heard()
    assert await town.waiting(town.key(thread=asked.ts)) == (asked.ts, more.ts)


async def test_direct_messages_are_sessions_where_there_is_an_agent_view(town: Listening) -> None:
    """Each begins a conversation of its own; what can be asked is offered, once."""
    first, second = town.there.tell("ann", "why?"), town.there.tell("ann", "how?")
    await town.heard()
    assert await town.waiting(town.direct("ann", first.ts)) == (first.ts,)
    assert await town.waiting(town.direct("ann", second.ts)) == (second.ts,)


@pytest.mark.parametrize("code", ["not_agent_app", "unknown_method", "missing_scope"])
async def test_direct_messages_are_flat_where_there_is_none(town: Listening, code: str) -> None:
    """All are one conversation, and Slack is not asked again."""
    town.there.off["assistant.*"] = code
    first, second = town.there.tell("ann", "why?"), town.there.tell("ann", "how?")
    await town.heard()
    assert set(await town.waiting(town.direct("ann"))) == {first.ts, second.ts}
    tries = len(town.there.made("assistant.threads.setSuggestedPrompts"))
    third = town.there.tell("bob", "and?")
    await town.heard()
    assert await town.waiting(town.direct("bob")) == (third.ts,)
    assert len(town.there.made("assistant.threads.setSuggestedPrompts")) == tries
    assert "prompts" in town.features.lacking


@pytest.mark.parametrize(("direct", "flat"), [("flat", True), ("sessions", False)])
async def test_direct_messages_are_what_an_admin_wants(
    town: Listening, direct: str, *, flat: bool
) -> None:
    """The setting counts, and Slack is not asked."""
    await town.set("direct", direct)
    said = town.there.tell("ann", "why?")
    await town.heard()
    assert await town.waiting(town.direct("ann", "" if flat else said.ts)) == (said.ts,)
    assert not town.there.made("assistant.threads.setSuggestedPrompts")


async def test_guests_are_refused_once(town: Listening) -> None:
    """One sentence that only they see; then a sign, for ten minutes."""
    there = town.there
    there.add_user("gus", guest="multi")
    there.say("general", "gus", f"{there.mention} why?")
    assert await town.refused("gus") == words.GUEST
    assert [post.thread_ts for post in there.posts] == [""]  # else nobody would see it
    again = there.say("general", "gus", f"{there.mention} why not?")
    await there.until(lambda: DECLINED in again.reactions)
    assert await town.waiting(town.key(thread=again.ts)) == ()


async def test_strangers_are_refused_in_their_direct_messages(town: Listening) -> None:
    """People of another organisation are told in the thread of their message."""
    town.there.add_user("sue", team="T0ELSEWHERE")
    said = town.there.tell("sue", "why?")
    channel = town.there.direct("sue").id
    await town.there.until(lambda: town.there.answers(channel, said.ts) == [words.GUEST])


async def test_guests_are_taken_in_where_an_admin_allows_it(town: Listening) -> None:
    """The setting opens the door."""
    await town.set("guests", "allowed")
    town.there.add_user("gus", guest="single")
    said = town.there.say("general", "gus", f"{town.there.mention} why?")
    await town.heard()
    assert await town.waiting(town.key(thread=said.ts)) == (said.ts,)


async def test_guests_may_talk_to_others(town: Listening) -> None:
    """In a thread with the bot, what they say to somebody else is not refused aloud."""
    there = town.there
    there.add_user("gus", guest="multi")
    asked = there.say("general", "ann", f"{there.mention} why?")
    await town.heard()
    there.say("general", "gus", "I think so", thread=asked.ts)
    await town.heard()
    more = there.say("general", "ann", "and how?", thread=asked.ts)
    await there.until(lambda: WAITING in more.reactions)
    assert await town.waiting(town.key(thread=asked.ts)) == (asked.ts, more.ts)
    assert not there.posts


async def test_who_waits_sees_that_they_were_heard(town: Listening) -> None:
    """A question behind another has a sign, until its turn."""
    there = town.there
    asked = there.say("general", "ann", f"{there.mention} why?")
    await town.heard()
    more = there.say("general", "bob", "and how?", thread=asked.ts)
    await there.until(lambda: WAITING in more.reactions)
    assert not asked.reactions


async def test_the_word_stop(town: Listening) -> None:
    """What runs is stopped, and a sign says that it was heard."""
    there = town.there
    asked = there.say("general", "ann", f"{there.mention} why?")
    await town.heard()
    here = town.key(thread=asked.ts)
    await town.question(here)
    said = there.say("general", "ann", "Stop!", thread=asked.ts)
    await there.until(lambda: STOPPED in said.reactions)
    assert await town.stopping(here) == "user"


async def test_slacks_own_stop(town: Listening) -> None:
    """It stops the answer of the thread that it stands in."""
    asked = town.there.tell("ann", "why?")
    await town.heard()
    here = town.direct("ann", asked.ts)
    await town.question(here)
    await town.homes.client.agents_sessions_setStatus(
        channel_id=here.channel, thread_ts=asked.ts, status="processing"
    )
    town.there.native_stop(here.channel, asked.ts, "ann")
    await town.heard()
    assert await town.stopping(here) == "user"


async def test_slacks_own_stop_in_a_flat_conversation(town: Listening) -> None:
    """The thread of the question leads to the conversation that it is in."""
    await town.set("direct", "flat")
    asked = town.there.tell("ann", "why?")
    await town.heard()
    here = town.direct("ann")
    await town.question(here)
    await town.homes.client.agents_sessions_setStatus(
        channel_id=here.channel, thread_ts=asked.ts, status="processing"
    )
    town.there.native_stop(here.channel, asked.ts, "ann")
    await town.heard()
    assert await town.stopping(here) == "user"
