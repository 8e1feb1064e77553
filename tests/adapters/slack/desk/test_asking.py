"""Ask about this: the shortcut of a message, its form, and the question that it becomes."""

from typing import Any

import pytest

from adapters.slack import replies
from adapters.slack.asking import ABOUT, UNREADABLE
from adapters.slack.callers import NOT_HERE
from adapters.slack.forms import QUESTION
from bot.messages import Trigger
from bot.words import GUEST, PAUSED
from tests.adapters.slack.desk.office import Office
from tests.platforms.slack import DOWN, Delivery, File, Message, View
from tests.platforms.slack.deliveries import ACTION


async def form(office: Office, about: Message, user: str = "ann") -> View:
    """The form that somebody gets who chooses the shortcut of a message."""
    before = office.there.modal(user)
    office.there.shortcut(about, user=user)
    await office.there.until(lambda: office.there.modal(user) is not before)
    return await office.modal(user)


async def sent(office: Office, view: View, text: str = "") -> Any:
    """What the form is to show when it was sent with this question; None: it is closed."""
    given = office.there.submit(view, {QUESTION: {"value": text}} if text else {})
    await office.there.until(lambda: given.acked)
    return given.reply


async def again(office: Office, view: View, **claims: Any) -> Delivery:
    """The form sent once more, with other claims."""
    await sent(office, view, "what?")
    first = office.there.deliveries.every[-1]
    given = office.there.deliveries.send(ACTION, first.payload | claims)
    await office.there.until(lambda: given.acked)
    return given


async def test_a_question_about_a_message(office: Office) -> None:
    """It is asked in the message's thread, with what the message says and its files."""
    files = [File("plan.txt", b"soon", "text/plain")]
    text = f"ship it & tell <@{office.there.person('cleo').id}>"
    said = office.there.say("general", "ben", text, files=files)
    view = await form(office, said, "ann")
    assert await sent(office, view, "When?") is None
    assert not view.open
    (question,) = await office.waiting(office.key("general", said.ts))
    assert (question.text, question.author.name) == ("When?", "ann")
    assert (question.trigger, question.about) == (Trigger.COMMAND, said.ts)
    assert float(question.id) > float(said.ts)
    assert question.quoted == "Message of @ben: ship it & tell @cleo\n[file: plan.txt]"
    (file,) = question.attachments
    assert (file.id, file.name) == (f"{question.id}/0", "plan.txt")


async def test_no_question_is_one(office: Office) -> None:
    """Who leaves the field empty wants to know what the message is about."""
    said = office.there.say("general", "ben", "E = mc²")
    assert await sent(office, await form(office, said)) is None
    (question,) = await office.waiting(office.key("general", said.ts))
    assert question.text == ABOUT


async def test_a_reply_is_asked_about_in_its_thread(office: Office) -> None:
    """The thread is that of its first message; what is read is the reply."""
    root = office.there.say("general", "ben", "lunch?")
    reply = office.there.say("general", "cleo", "at noon", thread=root.ts)
    office.there.say("general", "ben", "fine", thread=root.ts)
    await sent(office, await form(office, reply), "Who eats?")
    (question,) = await office.waiting(office.key("general", root.ts))
    assert question.quoted == "Message of @cleo: at noon"


async def test_a_flat_direct_conversation_goes_on(office: Office) -> None:
    """A message that is known is asked about where it belongs."""
    await office.set("direct", "flat")
    said = office.there.tell("ann", "why?")
    where = office.key(said.channel)
    await office.accepted(where)
    await sent(office, await form(office, said), "How?")
    assert len(await office.inbox.waiting(where)) == 2


async def test_sent_twice_it_is_one_question(office: Office) -> None:
    """A redelivery, or a form that is sent again because its reply was lost."""
    said = office.there.say("general", "ben", "E = mc²")
    given = await again(office, await form(office, said))
    assert given.reply is None
    assert len(await office.waiting(office.key("general", said.ts))) == 1


async def test_two_forms_are_two_questions(office: Office) -> None:
    """The same message may be asked about again."""
    said = office.there.say("general", "ben", "E = mc²")
    await sent(office, await form(office, said), "Why?")
    await sent(office, await form(office, said), "How?")
    questions = await office.waiting(office.key("general", said.ts))
    assert [one.text for one in questions] == ["Why?", "How?"]


async def test_where_the_bot_is_not_it_wants_to_be_invited(office: Office) -> None:
    """The form stays with what was written, and can be sent again when it was invited."""
    office.there.add_channel("secret", member=False)
    said = office.there.say("secret", "ben", "psst")
    view = await form(office, said)
    assert (await sent(office, view, "What?"))["errors"] == {QUESTION: UNREADABLE}
    office.there.join("secret", office.there.bot.id)
    assert await sent(office, view, "What?") is None
    assert await office.inbox.waiting(office.key("secret", said.ts))


async def test_a_deleted_message_cannot_be_asked_about(office: Office) -> None:
    """It is read anew when the question is sent, so that nothing is quoted that is gone."""
    said = office.there.say("general", "ben", "secret")
    view = await form(office, said)
    office.there.delete(said)
    assert (await sent(office, view, "What?"))["errors"] == {QUESTION: UNREADABLE}


async def test_a_deleted_reply_cannot_be_asked_about(office: Office) -> None:
    """Though its thread still stands."""
    root = office.there.say("general", "ben", "lunch?")
    reply = office.there.say("general", "cleo", "secret", thread=root.ts)
    view = await form(office, reply)
    office.there.delete(reply)
    assert (await sent(office, view, "What?"))["errors"] == {QUESTION: UNREADABLE}


async def test_trouble_keeps_the_form(office: Office) -> None:
    """What was written is not lost, and sent again it is asked once."""
    said = office.there.say("general", "ben", "E = mc²")
    view = await form(office, said)
    office.there.fault("conversations.replies", DOWN)
    wrong = (await sent(office, view, "Why?"))["errors"][QUESTION]
    assert wrong.startswith("The platform did not respond")
    assert await sent(office, view, "Why?") is None
    assert len(await office.waiting(office.key("general", said.ts))) == 1


async def test_what_takes_too_long_keeps_the_form(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack shows a failure of its own after three seconds; before that, the form says it."""
    said = office.there.say("general", "ben", "E = mc²")
    view = await form(office, said)
    monkeypatch.setattr(replies, "PATIENCE", 0.05)
    held = office.there.pause("conversations.replies")
    assert (await sent(office, view, "Why?"))["errors"] == {QUESTION: replies.LATE}
    held.go()
    assert view.open


async def test_a_refusal_stands_in_the_form(office: Office) -> None:
    """It has nothing more to send: the same question is not looked at again."""
    said = office.there.say("general", "ben", "E = mc²")
    view = await form(office, said)
    await office.set("paused", "True")
    shown = (await sent(office, view, "Why?"))["view"]
    assert [block["text"]["text"] for block in shown["blocks"]] == [PAUSED]
    assert "submit" not in shown
    assert not await office.inbox.waiting(office.key("general", said.ts))


async def test_guests_ask_where_they_may(office: Office) -> None:
    """As they would by a message."""
    office.there.add_user("gil", guest="single")
    said = office.there.say("general", "ben", "E = mc²")
    refused = await sent(office, await form(office, said, "gil"), "Why?")
    assert refused["view"]["blocks"][0]["text"]["text"] == GUEST
    await office.set("guests", "allowed")
    other = office.there.say("general", "ben", "E = mc³")
    assert await sent(office, await form(office, other, "gil"), "Why?") is None


async def test_strangers_get_no_form(office: Office) -> None:
    """They alone read why."""
    office.there.add_user("eve", team="T0OTHER")
    office.there.join("general", "eve")
    said = office.there.say("general", "ben", "E = mc²")
    office.there.shortcut(said, user="eve")
    assert await office.heard("eve") == NOT_HERE
    assert office.there.modal("eve") is None


async def test_strangers_send_no_form(office: Office) -> None:
    """Whatever the payload says of them: Slack's word counts."""
    eve = office.there.add_user("eve", team="T0OTHER")
    said = office.there.say("general", "ben", "E = mc²")
    user = {"id": eve.id, "name": "eve", "team_id": office.me.team}
    given = await again(office, await form(office, said), user=user)
    assert given.reply["errors"] == {QUESTION: NOT_HERE}
    assert len(await office.waiting(office.key("general", said.ts))) == 1
