"""Which messages are for the bot, and where their conversations stand."""

from typing import Any

import pytest

from adapters.discord.inbound import (
    Place,
    continued,
    place_of,
    read,
    reference,
    trigger,
    written,
)
from bot.messages import ConversationKey, Person, Trigger
from tests.adapters.discord.events import (
    ADA,
    BOT,
    DIRECT,
    GRACE,
    GUILD,
    JUKEBOX,
    ME,
    NEWS,
    NEWS_THREAD,
    POST,
    PRIVATE,
    STAGE,
    TEXT,
    THREAD,
    VOICE,
    Listener,
    message,
    payload,
)

CALL = {"content": f"<@{BOT['id']}> why?", "mentions": [BOT]}
QUESTION = "1311000000000000001"
KNOWN = ConversationKey("discord", GUILD, TEXT, "r5")


def conversation(*, threads: bool = False, home: str = "7", **changes: Any) -> ConversationKey:
    """Where the answer to a mention goes."""
    asked = read(message(**CALL | changes), ME, home=home, in_thread_place=threads)
    assert asked
    return asked.conversation


@pytest.mark.parametrize("channel", [TEXT, NEWS, VOICE, STAGE, THREAD, POST, PRIVATE])
def test_a_mention_is_heard_everywhere(channel: str) -> None:
    """In channels of every kind, threads and posts."""
    assert trigger(message(channel_id=channel, **CALL), ME) is Trigger.MENTION


@pytest.mark.parametrize(
    "talk",
    [
        {"content": "just talking"},
        {"content": "<@1180000000000000003>, why?", "mentions": [GRACE]},
        {"content": "mail me@threadwise.example"},
        {"content": "<@&1180000000000000200> why?", "mention_roles": ["1180000000000000200"]},
        {"content": "@everyone why?", "mention_everyone": True},
        {"content": f"write `<@{BOT['id']}>`"},
        {"content": ""},
    ],
)
def test_talk_in_a_channel_is_not_for_the_bot(talk: dict[str, Any]) -> None:
    """Nor is a mention of others, a role or everyone, an e-mail, or code that shows a mention."""
    assert trigger(message(**talk), ME) is None


@pytest.mark.parametrize("name", ["message", "direct_message"])
@pytest.mark.parametrize(
    "other",
    [
        {"author": JUKEBOX},
        {"author": BOT},
        {"webhook_id": "1180000000000000160"},
        {"type": 6},
        {"type": 18},
        {"type": 21},
        {"type": 20, "author": JUKEBOX},
    ],
)
def test_only_people_are_heard(name: str, other: dict[str, Any]) -> None:
    """Bots, webhooks, pins, new threads, their starters and answers to commands are not."""
    assert trigger(message(name, **CALL | other), ME) is None


def test_a_direct_message_is_for_the_bot() -> None:
    """Whatever it says, and whoever it mentions."""
    assert trigger(message("direct_message"), ME) is Trigger.DIRECT
    assert trigger(message("direct_message", mentions=[GRACE]), ME) is Trigger.DIRECT


@pytest.mark.parametrize("thread", [THREAD, POST, PRIVATE, NEWS_THREAD])
def test_talk_in_a_thread_may_follow_up(thread: str) -> None:
    """It counts where the conversation exists."""
    assert trigger(message(channel_id=thread), ME) is Trigger.FOLLOW_UP


@pytest.mark.parametrize(
    "others",
    [
        {"mentions": [GRACE]},
        {"mentions": [JUKEBOX]},
        {"mention_roles": ["1180000000000000200"]},
        {"mention_everyone": True},
        {"content": ""},
    ],
)
def test_talk_with_others_in_a_thread_is_not_for_the_bot(others: dict[str, Any]) -> None:
    """Nor is what cannot be read because Discord hides it."""
    assert trigger(message(channel_id=THREAD, **others), ME) is None


def test_a_mention_among_others_is_for_the_bot() -> None:
    """In a thread too."""
    both = message(channel_id=THREAD, mentions=[GRACE, BOT])
    assert trigger(both, ME) is Trigger.MENTION


def test_a_reply_to_the_bot_is_for_it() -> None:
    """Also one that does not ping; unless Discord hides what it says, as it does then."""
    own = payload("reply")["referenced_message"] | {"author": BOT}
    assert trigger(message("reply", referenced_message=own), ME) is Trigger.MENTION
    assert trigger(message("reply", referenced_message=own, content=""), ME) is None
    pings = message("reply", referenced_message=own, mentions=[BOT], content="")
    assert trigger(pings, ME) is Trigger.MENTION


def test_a_reply_to_somebody_else_is_not_for_the_bot() -> None:
    """Nor one to a message that is gone."""
    assert trigger(message("reply"), ME) is None
    assert trigger(message("reply", referenced_message=None), ME) is None


def test_a_message_of_an_unknown_server_is_not_for_the_bot() -> None:
    """It is no direct message only because its server was not announced."""
    assert trigger(message(guild_id="1180000000000000999", **CALL), ME) is None


@pytest.mark.parametrize(
    ("channel", "thread"),
    [
        (TEXT, QUESTION),
        (NEWS, QUESTION),
        (VOICE, f"r{QUESTION}"),
        (STAGE, f"r{QUESTION}"),
    ],
)
def test_a_thread_is_made_where_threads_can_be(channel: str, thread: str) -> None:
    """It has its message's id; elsewhere a conversation of replies begins."""
    key = conversation(channel_id=channel, threads=True)
    assert key == ConversationKey("discord", GUILD, channel, thread)
    assert conversation(channel_id=channel).thread == f"r{QUESTION}"


@pytest.mark.parametrize(
    ("thread", "parent"),
    [
        (THREAD, TEXT),
        (PRIVATE, TEXT),
        (NEWS_THREAD, NEWS),
        (POST, "1180000000000000114"),
    ],
)
@pytest.mark.parametrize("threads", [True, False])
def test_a_thread_is_one_conversation(thread: str, parent: str, *, threads: bool) -> None:
    """Below its parent, however channels are answered."""
    key = conversation(channel_id=thread, threads=threads)
    assert key == ConversationKey("discord", GUILD, parent, thread)


def test_a_direct_conversation_counts_to_its_home() -> None:
    """It is one conversation of the server that admits it."""
    asked = read(message("direct_message"), ME, home="7", in_thread_place=True)
    assert asked
    assert asked.conversation == ConversationKey("discord", "7", DIRECT)
    assert place_of(asked.conversation) == Place(7, int(DIRECT), None, None, direct=True)


def test_a_place_is_read_from_its_key() -> None:
    """Threads and conversations of replies are told apart."""
    guild, text, question = int(GUILD), int(TEXT), int(QUESTION)
    begun, replies = conversation(threads=True), conversation()
    assert place_of(begun) == Place(guild, text, question, None, direct=False)
    assert place_of(replies) == Place(guild, text, None, question, direct=False)


def test_what_is_said_of_a_message() -> None:
    """Its id, its author as the server calls them, and Discord's time of it."""
    asked = read(message(**CALL), ME, home="7", in_thread_place=True)
    assert asked
    assert (asked.account, asked.id, asked.revision) == (ME.account, QUESTION, "")
    assert asked.author == Person(ADA["id"], "Countess")
    assert asked.at == (int(QUESTION) >> 22) + 1420070400000


def test_an_edit_is_a_later_revision() -> None:
    """The same message with Discord's time of its edit, in milliseconds."""
    edited = payload("message", edited_timestamp="2026-11-22T10:00:01.250000+00:00", **CALL)
    found = Listener().receive("MESSAGE_UPDATE", edited).message
    asked = read(found, ME, home="7", in_thread_place=True)
    assert asked
    assert (asked.id, asked.revision) == (QUESTION, "1795341601250")


def test_talk_is_not_read() -> None:
    """What is not for the bot becomes no message."""
    assert read(message(), ME, home="7", in_thread_place=True) is None


def test_only_a_reply_refers() -> None:
    """The id of the message replied to, though it is gone; none for a forwarded one."""
    assert reference(message("reply", referenced_message=None)) == "1311000000000000000"
    assert reference(message("forward")) == reference(message()) == ""


def test_a_reply_continues_a_known_conversation() -> None:
    """There its files were read; what a person said is quoted all the same, to point at it."""
    found = message("reply", mentions=[BOT])
    asked = read(found, ME, home="7", in_thread_place=True)
    assert asked
    again = continued(asked, found, ME, KNOWN)
    assert (again.conversation, again.attachments) == (KNOWN, ())
    assert (again.id, again.text, again.quoted) == (asked.id, asked.text, asked.quoted)


def test_the_bots_own_words_are_not_quoted_where_they_are_known() -> None:
    """The reply's own embeds are: nobody said them before."""
    own = payload("message", author=BOT, content="42", id="1311000000000000000")
    embeds = [{"type": "article", "title": "Flat Earth"}]
    found = message("reply", referenced_message=own, embeds=embeds)
    asked = read(found, ME, home="7", in_thread_place=True)
    assert asked
    assert continued(asked, found, ME, KNOWN).quoted == "Embedded in it: Flat Earth"


def test_an_edit_of_what_was_for_the_bot_is_read() -> None:
    """Whoever it mentions now; what nobody wrote is nothing."""
    edited = written(message(), ME, home="7")
    assert edited
    assert (edited.text, edited.trigger) == ("just talking", Trigger.FOLLOW_UP)
    assert (edited.conversation.channel, edited.id) == (TEXT, QUESTION)
    assert written(message(author=JUKEBOX), ME, home="7") is None
