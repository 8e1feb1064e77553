"""Which events are messages for the bot, and where their conversations stand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.inbound import (
    Place,
    deleted,
    edited,
    milliseconds,
    place_of,
    read,
    trigger,
    written,
)
from bot.messages import ConversationKey, IncomingMessage, Person, Trigger
from tests.adapters.slack.events import (
    ADA,
    ASKED,
    CALL,
    CHANNEL,
    DIRECT,
    GRACE,
    GROUP,
    ME,
    ROOT,
    changed,
    direct,
    file,
    message,
    removed,
    reply,
    section,
    share,
    twin,
)

GROWN: dict[str, Any] = {
    "reply_count": 2,
    "reply_users": [GRACE],
    "latest_reply": "1795341650.000100",
}
BY_BOT: dict[str, Any] = {"user": ME.user, "bot_id": ME.bot, "app_id": ME.app}
EDIT = "1795341650.000000"


def heard(event: dict[str, Any], *, sessions: bool = True) -> IncomingMessage:
    """What the bot reads in a message that is for it."""
    found = read(event, ME, sessions=sessions)
    assert found
    return found


@pytest.mark.parametrize("channel", [CHANNEL, GROUP])
@pytest.mark.parametrize("text", [f"{CALL} why?", f"why, <@{ME.user}|threadwise>?"])
@pytest.mark.parametrize("event", [message, reply])
def test_a_mention_is_for_the_bot(event: Any, text: str, channel: str) -> None:
    """In channels, in groups of people and in threads, wherever in the text."""
    assert trigger(event(text, channel=channel), ME) is Trigger.MENTION


@pytest.mark.parametrize(
    "event",
    [
        message(f"{CALL} why?"),
        reply(f"{CALL} <@{GRACE}> why?"),
        message(CALL, subtype="file_share", files=[file(1)], bot_id=None),
        reply(CALL, subtype="thread_broadcast"),
        message(CALL, attachments=[share()]),
        message(CALL, edited={"user": ADA, "ts": EDIT}),
    ],
)
def test_twins_are_equal(event: dict[str, Any]) -> None:
    """Slack tells of a mention twice; whichever comes first is the question."""
    assert heard(event) == heard(twin(event))


def test_a_mention_may_stand_in_the_blocks_alone() -> None:
    """Rich text names whom it mentions."""
    user = {"type": "user", "user_id": ME.user}
    blocks = [{"type": "rich_text", "elements": [section(user)]}]
    assert trigger(message("why?", blocks=blocks), ME) is Trigger.MENTION


@pytest.mark.parametrize(
    "text",
    [
        "just talking",
        f"<@{GRACE}>, why?",
        "<!here> why?",
        "<!subteam^S1|@engineers> why?",
        f"write &lt;@{ME.user}&gt;",
        "@threadwise",
    ],
)
def test_talk_in_a_channel_is_not_for_the_bot(text: str) -> None:
    """Nor is a mention of others, of a group or everybody, or a text that only looks like one."""
    assert trigger(message(text), ME) is None


def test_a_shared_message_calls_nobody() -> None:
    """Its words are another's."""
    assert trigger(message("look", attachments=[share(f"{CALL} why?")]), ME) is None


@pytest.mark.parametrize("event", [message, direct, reply])
@pytest.mark.parametrize(
    "other",
    [
        BY_BOT,
        {"bot_id": "B0OTHER"},
        {"subtype": "bot_message", "user": None, "bot_id": "B0OTHER"},
        {"user": ME.user},
        {"user": "USLACK"},
        {"user": "USLACKBOT"},
        {"hidden": True},
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
        {"subtype": "tombstone"},
        {"type": "reaction_added"},
    ],
)
def test_only_people_are_heard(event: Any, other: dict[str, Any]) -> None:
    """Bots, the bot itself, Slack, and notes of the system are not; nor are other events."""
    assert trigger(event(f"{CALL} why?", **other), ME) is None
    assert written(event(**other), ME, sessions=True) is None


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_some_subtypes_are_messages(subtype: str) -> None:
    """Files, replies that the channel sees too, and what people say of themselves."""
    assert trigger(direct(subtype=subtype), ME) is Trigger.DIRECT


def test_a_direct_message_is_for_the_bot() -> None:
    """Whatever it says, whomever it mentions, also where Slack names no kind of channel."""
    assert trigger(direct(f"<@{GRACE}>"), ME) is Trigger.DIRECT
    assert trigger(direct(thread_ts=ROOT, channel_type=None), ME) is Trigger.DIRECT


def test_talk_in_a_thread_may_follow_up() -> None:
    """It counts where the conversation exists; the first message of a thread is no reply."""
    assert trigger(reply(), ME) is Trigger.FOLLOW_UP
    assert trigger(message(thread_ts=ASKED, **GROWN), ME) is None


@pytest.mark.parametrize("others", [f"<@{GRACE}>", "<!here>", "<!subteam^S1>"])
def test_talk_with_others_in_a_thread_is_not_for_the_bot(others: str) -> None:
    """Unless it is called with them; a date calls nobody."""
    assert trigger(reply(f"{others} why?"), ME) is None
    assert trigger(reply(f"{others} {CALL} why?"), ME) is Trigger.MENTION
    assert trigger(reply("<!date^1795341600^{date}|today>?"), ME) is Trigger.FOLLOW_UP


@pytest.mark.parametrize("sessions", [True, False])
def test_a_mention_begins_a_thread(*, sessions: bool) -> None:
    """It has its first message's id; a reply belongs to the thread that it is in."""
    begun = heard(message(CALL), sessions=sessions).conversation
    assert begun == ConversationKey("slack", ME.team, CHANNEL, ASKED)
    inside = heard(reply(CALL), sessions=sessions).conversation
    assert inside == ConversationKey("slack", ME.team, CHANNEL, ROOT)


@pytest.mark.parametrize(
    ("event", "sessions", "thread"),
    [
        (direct(), True, ASKED),
        (direct(), False, ""),
        (direct(thread_ts=ASKED), True, ASKED),
        (direct(thread_ts=ASKED), False, ""),
        (direct(thread_ts=ROOT), True, ROOT),
        (direct(thread_ts=ROOT), False, ROOT),
    ],
)
def test_where_a_direct_message_belongs(
    event: dict[str, Any], *, sessions: bool, thread: str
) -> None:
    """Each is a session of its own, or all are one conversation; a thread stays a thread."""
    key = heard(event, sessions=sessions).conversation
    assert key == ConversationKey("slack", ME.team, DIRECT, thread)


def test_people_of_other_teams_share_the_conversation() -> None:
    """An event names the team of its author, and the conversation is the bot's."""
    assert heard(message(CALL, team="T0OTHER")).conversation == heard(message(CALL)).conversation


def test_a_place_is_read_from_its_key() -> None:
    """Direct ones are told by their channel."""
    flat, thread = heard(direct(), sessions=False), heard(reply(CALL))
    assert place_of(flat.conversation) == Place(ME.team, DIRECT, "", direct=True)
    assert place_of(thread.conversation) == Place(ME.team, CHANNEL, ROOT, direct=False)


def test_what_is_said_of_a_message() -> None:
    """Its id, its author by id, Slack's time of it, and that of its edit."""
    asked = heard(message(CALL))
    assert (asked.account, asked.id, asked.revision) == (ME.account, ASKED, "")
    assert (asked.author, asked.at) == (Person(ADA, ADA), 1795341600241)
    assert heard(message(CALL, edited={"user": ADA, "ts": EDIT})).revision == EDIT


@given(st.integers(10**9, 10**10), st.integers(0, 999_999))
def test_times_are_in_order(seconds: int, micros: int) -> None:
    """Rounded to milliseconds, which is all that a time is needed for."""
    at = milliseconds(f"{seconds}.{micros:06}")
    assert abs(at * 1000 - (seconds * 10**6 + micros)) <= 500


def test_new_words_are_read_whoever_they_are_for() -> None:
    """They may be of a question that is known."""
    now = written(message("never mind"), ME, sessions=True)
    assert now
    assert (now.text, now.trigger, now.id) == ("never mind", Trigger.FOLLOW_UP, ASKED)


def test_an_edit_is_a_message_again() -> None:
    """As it is now, in its place; also one that calls the bot only now."""
    event = changed(reply("why"), text=f"{CALL} why?", edited={"user": ADA, "ts": EDIT})
    now = edited(event)
    assert now
    assert heard(now) == heard(reply(f"{CALL} why?", edited={"user": ADA, "ts": EDIT}))


@pytest.mark.parametrize(
    "event",
    [
        message(),
        removed(message()),
        changed(message(), **GROWN, thread_ts=ASKED),
        changed(message(), attachments=[{"from_url": "https://e.org", "title": "e"}]),
        changed(message(), pinned_to=[CHANNEL]),
        changed(message(edited={"user": ADA, "ts": EDIT}), attachments=[share()]),
        changed(message(), text="just talking, unfolded"),
        changed(message(**BY_BOT), text="more", edited={"user": ME.bot, "ts": EDIT}),
    ],
)
def test_much_that_changes_is_no_edit(event: dict[str, Any]) -> None:
    """Replies below it, previews of links, pins, the bot's own edits, and other events."""
    assert edited(event) is None


def test_a_deleted_message_is_named() -> None:
    """Also one with replies, in whose place Slack leaves a note."""
    left = {"subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT"}
    note = changed(message(edited={"user": ADA, "ts": EDIT}), **left, **GROWN)
    assert deleted(removed(direct())) == (DIRECT, ASKED)
    assert deleted(note) == (CHANNEL, ASKED)
    assert edited(note) is None


@pytest.mark.parametrize("event", [message(), changed(message(), text="new")])
def test_nothing_else_is_deleted(event: dict[str, Any]) -> None:
    """A new message, or one with new words."""
    assert deleted(event) is None
