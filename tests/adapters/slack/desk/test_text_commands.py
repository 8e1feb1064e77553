"""Commands as messages, where Slack takes no slash command."""

from adapters.slack.blocks import NOTE
from adapters.slack.callers import NOT_HERE
from bot.messages import Offer
from tests.adapters.slack.desk.office import Office

WISH = "!model gpt-6-terra"


async def test_a_setting_holds_for_the_thread(office: Office) -> None:
    """Everybody in the thread reads it, and it is no part of an answer."""
    office.there.add_user("root", admin=True)
    answer = await office.asked(offer=Offer.NOTHING)
    office.there.say("general", "root", WISH, thread=answer.thread_ts)
    await office.there.until(lambda: len(office.there.posts) == 2)
    said = office.there.posts[-1]
    assert "`gpt-6-luna` → `gpt-6-terra`" in said.shown
    assert (said.thread_ts, said.only, said.unfurl) == (answer.thread_ts, "", False)
    assert said.metadata
    assert said.metadata["event_type"] == NOTE
    assert await office.stored("model", office.of(answer)) == [None, None, "gpt-6-terra"]


async def test_only_admins_change_a_thread(office: Office) -> None:
    """Who is none reads so alone, there, with the command as it is typed there."""
    answer = await office.asked("ann", offer=Offer.NOTHING)
    office.there.say("general", "ann", WISH, thread=answer.thread_ts)
    assert "`!model` alone shows" in await office.heard("ann")
    assert office.there.posts[-1].thread_ts == answer.thread_ts
    assert await office.stored("model", office.of(answer)) == [None, None, None]


async def test_a_stranger_gives_no_commands(office: Office) -> None:
    """Not even one who may ask, whatever they are at home."""
    office.there.add_user("eve", team="T0OTHER", admin=True)
    await office.set("guests", "allowed")
    answer = await office.asked("ann", offer=Offer.NOTHING)
    office.there.say("general", "eve", WISH, thread=answer.thread_ts)
    assert await office.heard("eve") == NOT_HERE
    assert await office.stored("model", office.of(answer)) == [None, None, None]


async def test_a_command_that_begins_a_thread_is_answered_in_the_channel(office: Office) -> None:
    """What one person alone sees shows in no thread that nobody answered in yet."""
    office.there.say("general", "ann", f"{office.there.mention} !usage")
    assert "You, today: nothing" in await office.heard("ann")
    assert office.there.posts[-1].thread_ts == ""


async def test_direct_messages_take_commands(office: Office) -> None:
    """They are answered plainly: nobody else is there; in a session, it is that session's."""
    office.there.add_user("root", admin=True)
    asked = office.there.tell("root", WISH)
    await office.there.until(lambda: office.there.posts)
    (said,) = office.there.posts
    assert (said.thread_ts, said.only) == (asked.ts, "")
    where = office.key(asked.channel, asked.ts)
    assert await office.stored("model", where) == [None, None, "gpt-6-terra"]


async def test_a_direct_reply_is_a_message_like_others(office: Office) -> None:
    """What only its giver may see needs no hiding there, and stays."""
    asked = office.there.tell("ann", "!status")
    await office.there.until(lambda: office.there.posts)
    (said,) = office.there.posts
    assert (said.thread_ts, said.only) == (asked.ts, "")
    assert said.shown == "Answers are streamed natively: one person reads them."


async def test_a_flat_direct_conversation_is_one_place(office: Office) -> None:
    """What is set there holds for all of it, and is answered beside it."""
    office.there.add_user("root", admin=True)
    await office.set("direct", "flat")
    asked = office.there.tell("root", WISH)
    await office.there.until(lambda: office.there.posts)
    assert office.there.posts[0].thread_ts == ""
    where = office.key(asked.channel)
    assert await office.stored("model", where) == [None, "gpt-6-terra", None]


async def test_stop_in_a_thread_means_its_answer(office: Office) -> None:
    """Nothing is looked for, and no other answer stops."""
    first, second = await office.asked("ann"), await office.asked("ann")
    office.there.say("general", "ann", "!stop", thread=first.thread_ts)
    assert await office.heard("ann") == "Stopping."
    assert await office.stops(first)
    assert not await office.stops(second)
