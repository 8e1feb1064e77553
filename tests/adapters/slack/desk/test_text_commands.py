"""Commands as messages, where Slack takes no slash command."""

from adapters.slack.blocks import NOTE
from adapters.slack.callers import NO_ANSWER, NOT_HERE
from bot.messages import Offer
from tests.adapters.slack.desk.office import Office

WISH = "!model gpt-6-terra"
CHANNEL = [None, "gpt-6-terra", None]
"""What is stored when the channel has what was wished for."""


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


async def test_a_command_outside_of_threads_holds_for_the_channel(office: Office) -> None:
    """It begins no conversation that it could hold for; everybody reads it in its thread."""
    office.there.add_user("root", admin=True)
    asked = office.there.say("general", "root", f"{office.there.mention} {WISH}")
    await office.there.until(lambda: office.there.posts)
    (said,) = office.there.posts
    assert (said.thread_ts, said.only) == (asked.ts, "")
    assert await office.stored("model", office.key("general", asked.ts)) == CHANNEL


async def test_a_command_in_an_old_thread_holds_for_it(office: Office) -> None:
    """Also where nobody asked anything before: the mention does not begin the thread."""
    office.there.add_user("root", admin=True)
    root = office.there.say("general", "ben", "lunch?")
    office.there.say("general", "root", f"{office.there.mention} {WISH}", thread=root.ts)
    await office.there.until(lambda: office.there.posts)
    where = office.key("general", root.ts)
    assert await office.stored("model", where) == [None, None, "gpt-6-terra"]


async def test_direct_messages_take_commands(office: Office) -> None:
    """They are answered plainly: nobody else is there; they hold for all its sessions."""
    office.there.add_user("root", admin=True)
    asked = office.there.tell("root", WISH)
    await office.there.until(lambda: office.there.posts)
    (said,) = office.there.posts
    assert (said.thread_ts, said.only) == (asked.ts, "")
    assert await office.stored("model", office.key(asked.channel, asked.ts)) == CHANNEL


async def test_in_a_session_a_command_holds_for_it(office: Office) -> None:
    """The other sessions keep what they have."""
    office.there.add_user("root", admin=True)
    asked = office.there.tell("root", "why?")
    where = office.key(asked.channel, asked.ts)
    await office.accepted(where)
    office.there.tell("root", WISH, thread=asked.ts)
    await office.there.until(lambda: office.there.posts)
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
    assert await office.stored("model", where) == CHANNEL


async def test_stop_in_a_thread_means_its_answer(office: Office) -> None:
    """Nothing is looked for, and no other answer stops."""
    first, second = await office.asked("ann"), await office.asked("ann")
    office.there.say("general", "ann", "!stop", thread=first.thread_ts)
    assert await office.heard("ann") == "Stopping."
    assert await office.stops(first)
    assert not await office.stops(second)


async def test_stop_outside_of_threads_means_ones_own_running_answer(office: Office) -> None:
    """As behind the slash command: it begins no conversation in which something could run."""
    anns, bens = await office.asked("ann"), await office.asked("ben")
    office.there.say("general", "ann", f"{office.there.mention} !stop")
    assert await office.heard("ann") == "Stopping."
    assert await office.stops(anns)
    assert not await office.stops(bens)


async def test_stop_in_another_thread_means_nothing(office: Office) -> None:
    """Who is in a thread means that one, though nothing was ever asked there."""
    answer = await office.asked("ann")
    root = office.there.say("general", "ben", "lunch?")
    office.there.say("general", "ann", f"{office.there.mention} !stop", thread=root.ts)
    assert await office.heard("ann") == "Nothing runs here."
    assert not await office.stops(answer)


async def test_reset_outside_of_sessions_means_the_newest(office: Office) -> None:
    """The command itself is none of them."""
    asked = office.there.tell("ann", "why?")
    where = office.key(asked.channel, asked.ts)
    await office.accepted(where)
    office.there.tell("ann", "!reset")
    await office.there.until(lambda: office.there.posts)
    assert "Forgotten" in office.there.posts[0].shown


async def test_nothing_to_reset(office: Office) -> None:
    """Who asked nothing yet is told so."""
    office.there.tell("ann", "!reset")
    await office.there.until(lambda: office.there.posts)
    assert office.there.posts[0].shown == NO_ANSWER.format(name="reset")
