"""What people do on Slack beside asking: they change their minds, rate, and command."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack.inbound import milliseconds
from bot import words
from storage.scripts import Client
from tests.adapters.slack.listening import Listening, listening
from tests.builders import answered
from tests.platforms.slack import Message, Slack


@pytest.fixture
async def town(client: Client) -> AsyncIterator[Listening]:
    """A bot that listens over an empty store."""
    async with Slack(scale=1 / 60) as there, listening(there, client) as made:
        yield made


async def asked(town: Listening, text: str = "why?") -> Message:
    """A question in the channel, taken in."""
    said = town.there.say("general", "ann", f"{town.there.mention} {text}")
    await town.heard()
    return said


async def answer(town: Listening, question: Message) -> str:
    """The id of the only part of its finished answer."""
    here = town.key(thread=question.ts)
    claim = await town.inbox.claim(town.homes.me.account, here, "fence")
    assert not isinstance(claim, str)
    posted = await town.homes.client.chat_postMessage(
        channel=here.channel, thread_ts=question.ts, text="Because."
    )
    part = str(posted["ts"])
    await town.inbox.note_part(claim, 0, part)
    await town.inbox.commit(claim, answered(claim.noted(0, part)), keep=20)
    return part


async def test_an_edit_changes_the_question(town: Listening) -> None:
    """The new words are answered; an unfurled link is no edit."""
    question = await asked(town)
    town.there.edit(question, f"{town.there.mention} how?")
    town.there.unfurl(question)
    await town.heard()
    now = await town.question(town.key(thread=question.ts))
    assert (now.text, now.revision > question.ts) == ("how?", True)


async def test_an_edit_that_mentions_the_bot_is_a_question(town: Listening) -> None:
    """It is asked from then on, however old the message is."""
    said = town.there.say("general", "ann", "why?", age=3_600)
    town.there.edit(said, f"{town.there.mention} why?")
    await town.heard()
    assert (await town.question(town.key(thread=said.ts))).text == "why?"


@pytest.mark.parametrize("first", ["mention", "message"])
async def test_an_edit_is_told_twice(town: Listening, first: str) -> None:
    """Whichever event comes first, the edit is one change, and its time is when it was asked."""
    town.there.twins = first
    said = town.there.say("general", "ann", "why?", age=3_600)
    town.there.edit(said, f"{town.there.mention} why?")
    await town.heard()
    question = await town.question(town.key(thread=said.ts))
    assert question.at == milliseconds(question.revision) > milliseconds(said.ts) + 3_000_000
    await again(town)
    assert await town.stopping(question.conversation) == ""


async def again(town: Listening) -> None:
    """All that was told of messages is told once more."""
    for sent in town.there.sent("app_mention", "message"):
        town.there.deliveries.send(sent.kind, sent.payload)
    await town.heard()


@pytest.mark.parametrize("before", ["lunch?", "{} why?"])
async def test_an_edit_where_only_mentions_are_told(town: Listening, before: str) -> None:
    """A question can be asked, and changed, without the event of changed messages."""
    there = town.there
    there.events = {"app_mention"}
    said = there.say("general", "ann", before.format(there.mention), age=600)
    await town.heard()
    there.edit(said, f"{there.mention} how?")
    await town.heard()
    now = await town.question(town.key(thread=said.ts))
    assert (now.text, now.revision > said.ts) == ("how?", True)


async def test_an_edit_in_a_thread_of_people(town: Listening) -> None:
    """A slip put right in what they said among themselves is no question, though it takes part."""
    there = town.there
    first = there.say("general", "ann", "lunch?")
    said = there.say("general", "bob", "pizzza", thread=first.ts)
    asked = there.say("general", "ann", f"{there.mention} where?", thread=first.ts)
    await town.heard()
    there.edit(said, "pizza")
    await town.heard()
    assert await town.waiting(town.key(thread=first.ts)) == (asked.ts,)


async def test_a_guest_asks_by_no_edit(town: Listening) -> None:
    """Who may not ask is refused in this way as well."""
    town.there.add_user("gus", guest="multi")
    said = town.there.say("general", "gus", "why?")
    town.there.edit(said, f"{town.there.mention} why?")
    assert await town.refused("gus") == words.GUEST
    assert await town.waiting(town.key(thread=said.ts)) == ()


async def test_an_edit_of_what_nobody_asked(town: Listening) -> None:
    """It stays what it was: not for the bot."""
    said = town.there.say("general", "ann", "lunch?")
    town.there.edit(said, "dinner?")
    await town.heard()
    assert await town.waiting(town.key(thread=said.ts)) == ()


async def test_a_deleted_question_is_forgotten(town: Listening) -> None:
    """It is not answered any more."""
    question = await asked(town)
    town.there.delete(question)
    await town.heard()
    assert await town.waiting(town.key(thread=question.ts)) == ()


async def test_a_deleted_answer_stops(town: Listening) -> None:
    """Whoever takes an answer off the screen while it is written does not want it."""
    question = await asked(town)
    here = town.key(thread=question.ts)
    claim = await town.inbox.claim(town.homes.me.account, here, "fence")
    assert not isinstance(claim, str)
    posted = await town.homes.client.chat_postMessage(
        channel=here.channel, thread_ts=question.ts, text="Be…"
    )
    await town.inbox.note_part(claim, 0, str(posted["ts"]))
    town.there.delete(str(posted["ts"]))
    await town.heard()
    assert await town.stopping(here) == "user"


async def test_thumbs_are_kept(town: Listening, client: Client) -> None:
    """In any colour, on an answer; taken back, they are gone."""
    part = await answer(town, await asked(town))
    town.there.react(part, "ann", "+1::skin-tone-2")
    town.there.react(part, "bob", "-1")
    town.there.react(part, "bob", "tada")
    await town.heard()
    assert sorted(await thumbs(client)) == ["-1", "1"]
    town.there.unreact(part, "bob", "-1")
    await town.heard()
    assert await thumbs(client) == ["1"]


async def test_thumbs_on_other_messages(town: Listening, client: Client) -> None:
    """What people think of each other is not kept."""
    question = await asked(town)
    town.there.react(question, "bob", "+1")
    await town.heard()
    assert await thumbs(client) == []


async def thumbs(client: Client) -> list[str]:
    """All that are kept."""
    keys = [key async for key in client.scan_iter(match="*thumbs*")]
    return [str(value) for key in keys for value in await client.hvals(key)]


async def test_a_command_is_given_once(town: Listening) -> None:
    """It is answered to who gave it, however often Slack delivers it, and is no question."""
    await town.set("persona", "A pirate.")
    said = town.there.say("general", "ann", f"{town.there.mention} !persona")
    assert "A pirate." in await town.refused("ann")
    await town.heard()
    await again(town)
    assert len(town.there.posts) == 1
    assert await town.waiting(town.key(thread=said.ts)) == ()


async def test_a_command_that_was_missed(town: Listening) -> None:
    """What somebody wanted long ago is not done behind their back: they are told."""
    town.there.say("general", "ann", f"{town.there.mention} !persona", age=1_000)
    assert await town.refused("ann") == words.AWAY


async def test_a_command_in_a_thread_of_its_own(town: Listening) -> None:
    """No mention is needed where the bot takes part."""
    question = await asked(town)
    town.there.say("general", "bob", "!help", thread=question.ts)
    assert "!help" in await town.refused("bob")


async def test_what_is_no_command(town: Listening) -> None:
    """It is a question, whatever it begins with."""
    question = await asked(town, "!important why?")
    assert (await town.question(town.key(thread=question.ts))).text == "!important why?"


async def test_a_command_while_paused(town: Listening) -> None:
    """Questions are refused, commands are not: how else would it go on?"""
    await town.set("paused", "True")
    town.there.say("general", "ann", f"{town.there.mention} !help")
    assert "!help" in await town.refused("ann")
    town.there.say("general", "bob", f"{town.there.mention} why?")
    assert await town.refused("bob") == words.PAUSED


async def test_prompts_are_offered_where_messages_are_written(town: Listening) -> None:
    """Whoever opens the Messages tab sees what may be asked."""
    town.there.open_home("ann", "messages")
    await town.there.until(lambda: town.there.prompts)
    (shown,) = town.there.prompts.values()
    assert all(prompt["title"] and prompt["message"] for prompt in shown["prompts"])


async def test_the_home_tab(town: Listening) -> None:
    """Whoever opens it finds it filled."""
    town.there.open_home("ann")
    await town.there.until(lambda: town.there.made("views.publish"))
