"""What a message says to a model: its text, what it quotes, its files; and what a command asks."""

from typing import Any

import pytest

from adapters.discord.content import files, quotation
from adapters.discord.inbound import ABOUT, asked, read
from bot.messages import Attachment, ConversationKey, IncomingMessage, Person, Trigger
from tests.adapters.discord.events import (
    ADA,
    BOT,
    DIRECT,
    GRACE,
    GUILD,
    ME,
    TEXT,
    THREAD,
    interaction,
    message,
    payload,
)

CALL = f"<@{BOT['id']}>"


def heard(name: str = "message", /, **changes: Any) -> IncomingMessage:
    """What the bot reads in a message that mentions it."""
    found = message(name, **{"mentions": [BOT]} | changes)
    asked = read(found, ME, home="7", in_thread_place=False)
    assert asked
    return asked


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f"{CALL} why?", "why?"),
        (f" {CALL}, why?", "why?"),
        (f"{CALL} {CALL}: why?", "why?"),
        (f"why? {CALL} ", "why?"),
        (f"<@!{BOT['id']}>\nwhy?", "why?"),
        (f"Hey {CALL}, why?", "Hey @threadwise, why?"),
        (f"is {CALL} a bot?", "is @threadwise a bot?"),
        (f"{CALL}", ""),
        (f"`{CALL}`", f"`{CALL}`"),
    ],
)
def test_the_call_is_no_part_of_the_question(content: str, text: str) -> None:
    """At the start and the end it goes; elsewhere it is the bot's name; code is kept."""
    assert heard(content=content).text == text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("ask <@1180000000000000003>", "ask @Rear Admiral"),
        ("ask <@!1180000000000000002>", "ask @ada"),
        ("ask <@1180000000000000998>", "ask <@1180000000000000998>"),
        ("<@&1180000000000000200> in <#1180000000000000110>", "@Engineers in #general"),
        ("<#1180000000000000121>", "#How do I …?"),
        ("<#1180000000000000998>", "<#1180000000000000998>"),
        ("<:party:1180000000000000170><a:wave_2:1180000000000000171>", ":party::wave_2:"),
        ("</usage week:1180000000000000172>", "/usage week"),
        ("at <t:1795341600> or <t:1795341600:R>", "at {0} or {0}"),
        ("<t:99999999999999>", "<t:99999999999999>"),
        ("`<:a:1>` ``x ` <t:1>`` ```\n<@1180000000000000003>\n```", ...),
        ("tick ` <:a:1180000000000000170>", "tick ` :a:"),
    ],
)
def test_ids_are_read_as_names(content: str, text: object) -> None:
    """As the server calls them; what has no name, and all code, stays as it is."""
    admiral = GRACE | {"member": {"nick": "Rear Admiral", "roles": [], "flags": 0}}
    said = heard(content=content, mentions=[BOT, ADA, admiral]).text
    shown = text.format("2026-11-22T10:00:00+00:00") if isinstance(text, str) else content
    assert said == shown


def test_names_in_a_direct_message_are_those_of_the_mentioned() -> None:
    """There is no server to ask."""
    content = f"<@{GRACE['id']}> <@&1180000000000000200>"
    said = heard("direct_message", content=content, mentions=[GRACE]).text
    assert said == "@grace.h <@&1180000000000000200>"


def test_stickers_are_named() -> None:
    """A model reads what people see."""
    sticker = {"id": "1180000000000000140", "name": "Wave", "format_type": 1}
    assert heard(content=f"{CALL} hi", sticker_items=[sticker]).text == "hi\n[sticker: Wave]"


def test_what_is_replied_to_is_quoted() -> None:
    """With its author, its files' names and its embeds; its files are read too."""
    said = heard("reply")
    assert said.text == "look at that"
    assert said.quoted == (
        "In reply to Grace: Is @Ada right?\n[file: proof.pdf]\n"
        "Embedded in it: Notes\non the engine\nYear: 1843"
    )
    assert said.attachments == (Attachment(f"{said.id}/0", "proof.pdf"),)


def test_the_bot_knows_its_own_words() -> None:
    """What it said itself is quoted as such."""
    own = payload("message", author=BOT, content="42", id="1311000000000000000")
    assert quotation(message("reply", referenced_message=own), ME.id) == "In reply to yourself: 42"


def test_what_cannot_be_read_is_not_quoted() -> None:
    """A message that is gone, or whose content Discord hides."""
    hidden = payload("message", content="", id="1311000000000000000")
    assert heard("reply", referenced_message=None).quoted == ""
    assert heard("reply", referenced_message=hidden).quoted == ""


def test_a_forwarded_message_is_quoted() -> None:
    """Its text, sticker, embed and file are the question's."""
    said = heard("forward", mentions=[])
    assert said.text == ""
    assert (
        said.quoted
        == "Forwarded message: ship it in <#1180000000000000110>\n[sticker: Wave]\nPlan"
    )
    assert said.attachments == (Attachment(f"{said.id}/0", "chart.png"),)


def test_embeds_are_not_the_authors_words() -> None:
    """The preview of a link that somebody sent is quoted beside their text."""
    said = heard(content=f"{CALL} true?", embeds=[{"type": "article", "title": "Flat Earth"}])
    assert (said.text, said.quoted) == ("true?", "Embedded in it: Flat Earth")


def test_files_are_numbered_in_order() -> None:
    """Its own before those of the message replied to, ten at most."""
    own = [attachment(n) for n in range(9)]
    there = payload("reply")["referenced_message"] | {
        "attachments": [attachment(9), attachment(10)]
    }
    changes = {"attachments": own, "referenced_message": there, "mentions": [BOT]}
    said = heard("reply", **changes)
    assert said.attachments == tuple(Attachment(f"{said.id}/{n}", f"{n}.txt") for n in range(10))
    assert [file.filename for file in files(message("reply", **changes))] == [
        attachment.name for attachment in said.attachments
    ]


def attachment(number: int) -> dict[str, Any]:
    """A file as Discord describes it."""
    address = f"https://cdn.example/{number}.txt"
    named = {"id": str(number), "filename": f"{number}.txt", "size": 1}
    return named | {"url": address, "proxy_url": address}


def test_a_command_asks_in_its_own_words() -> None:
    """In a channel it begins a conversation of its own."""
    said = asked(interaction(), ME, " why? ", home="7")
    assert said.conversation == ConversationKey("discord", GUILD, TEXT, f"r{said.id[1:]}")
    assert (said.text, said.trigger, said.quoted) == ("why?", Trigger.COMMAND, "")
    assert (said.author, said.account) == (Person(ADA["id"], "Countess"), ME.account)
    assert said.at == (int(said.id[1:]) >> 22) + 1420070400000


def test_a_command_in_a_thread_belongs_to_it() -> None:
    """So does one in a direct message."""
    thread = payload("guild_create")["threads"][0]
    inside = asked(interaction(channel_id=THREAD, channel=thread), ME, "why?", home="7")
    assert inside.conversation == ConversationKey("discord", GUILD, TEXT, THREAD)
    channel = {"id": DIRECT, "type": 1, "recipients": [ADA]}
    alone = interaction(channel_id=DIRECT, channel=channel, user=ADA, guild_id=None)
    said = asked(alone, ME, "why?", home="7")
    assert said.conversation == ConversationKey("discord", "7", DIRECT)


@pytest.mark.parametrize(("typed", "text"), [("", ABOUT), ("Translate it.", "Translate it.")])
def test_a_command_may_be_about_a_message(typed: str, text: str) -> None:
    """The message is quoted with its author, and its files are read."""
    target = message(content="1 + 1 = 3", attachments=[attachment(0)])
    said = asked(interaction(), ME, typed, home="7", about=target)
    assert said.text == text
    assert said.quoted == "Message of Countess: 1 + 1 = 3\n[file: 0.txt]"
    assert said.attachments == (Attachment(f"{said.id}/0", "0.txt"),)
