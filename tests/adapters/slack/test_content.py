"""What a message says to a model: its text with names, its tables, what it shares, its files."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.content import attributed, files, ids, plain, with_names
from adapters.slack.inbound import named, nameless, read
from bot.messages import Attachment, IncomingMessage, Person
from tests.adapters.slack.events import (
    ADA,
    ASKED,
    CALL,
    CHANNEL,
    GRACE,
    ME,
    direct,
    file,
    message,
    piece,
    rich_text,
    section,
    share,
)

NAMES = {ADA: "Ada", GRACE: "Grace", CHANNEL: "general"}
PIECES = ("<", ">", "&", "&lt;", "amp;", "@", "#", "!", "|", "a", "é", " ", "\n", "U1")


def heard(event: dict[str, Any]) -> IncomingMessage:
    """What the bot reads in a message that is for it."""
    found = read(event, ME, sessions=True)
    assert found
    return found


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (f"{CALL} why?", "why?"),
        (f" {CALL}, why?", "why?"),
        (f"{CALL} {CALL}: why?", "why?"),
        (f"why? {CALL} ", "why?"),
        (f"<@{ME.user}|wise>\nwhy?", "why?"),
        (f"Hey {CALL}, why?", "Hey @threadwise, why?"),
        (CALL, ""),
        (f"{CALL} `&lt;@{GRACE}`", f"`<@{GRACE}`"),
    ],
)
def test_the_call_is_no_part_of_the_question(said: str, text: str) -> None:
    """At the start and the end it goes; elsewhere it is the bot's name."""
    assert heard(message(said)).text == text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt; &amp;amp; &quot; &eacute;", "&lt; &amp; &quot; &eacute;"),
        (f"<@{ADA}> <@W1>", f"<@{ADA}> <@W1>"),
        (f"<@{ADA}|ada> in <#C1|general>, <#C2>, <#C3|>", "@ada in #general, <#C2>, <#C3>"),
        ("<!here> <!channel|@channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@ops> <!subteam^S2>", "@ops <!subteam^S2>"),
        ("<!date^1795341600^{date}^https://e.org|Nov 22 &amp; on>", "Nov 22 & on"),
        ("<https://e.org/?a=1&amp;b=2>", "https://e.org/?a=1&b=2"),
        ("<https://e.org|a &lt; b>", "[a < b](https://e.org)"),
        ("<http://e.org|e.org> <https://e.org|https://e.org>", "e.org https://e.org"),
        ("<mailto:a@e.org|a@e.org> <mailto:a@e.org> <tel:+49|+49>", "a@e.org a@e.org +49"),
        ("```a &lt;b&gt;\n```", "```a <b>\n```"),
    ],
)
def test_markup_becomes_text(said: str, text: str) -> None:
    """Each thing once, so that what people typed stays what they typed; ids wait for names."""
    assert plain(said) == text


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_what_people_type_arrives(typed: str) -> None:
    """Slack escapes three characters, whatever stands around them."""
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain(escaped) == typed


def test_names_come_later() -> None:
    """A text says whose are missing; what has no name stays."""
    said = f"<@{ADA}> and <@U0LEFT> in <#{CHANNEL}>, not <!subteam^S1> or <@NULL>"
    assert ids(said) == [ADA, "U0LEFT", CHANNEL]
    assert with_names(said, NAMES) == said.replace(f"<@{ADA}>", "@Ada").replace(
        f"<#{CHANNEL}>", "#general"
    )


def test_a_message_is_given_its_names() -> None:
    """Its author's, those in its text, and those in what it shares."""
    sent = share(f"see <#{CHANNEL}>, <@{ADA}>")
    said = heard(message(f"{CALL} ask <@{GRACE}>", attachments=[sent]))
    assert nameless(said) == [ADA, GRACE, CHANNEL]
    known = named(said, NAMES)
    assert (known.author, known.text) == (Person(ADA, "Ada"), "ask @Grace")
    assert known.quoted == "Shared message of @Grace: see #general, @Ada"
    assert named(known, {}) == known


TABLE = {
    "type": "table",
    "rows": [
        [
            {"type": "rich_text", "elements": [section(piece("Who | "), {"type": "text"})]},
            {"type": "raw_text", "text": "What\nelse"},
            {"type": "raw_text", "text": "Units"},
        ],
        [
            {"type": "rich_text", "elements": [section({"type": "user", "user_id": ADA})]},
            None,
            {"type": "raw_number", "value": 3},
        ],
        [{"type": "raw_text", "text": "b"}],
    ],
}
MARKDOWN_TABLE = (
    f"| Who \\| | What else | Units |\n| --- | --- | --- |\n| <@{ADA}> |  | 3 |\n| b |  |  |"
)


def test_a_pasted_table_is_part_of_the_question() -> None:
    """Slack attaches it, or has it among the blocks."""
    pasted = {"id": 1, "fallback": "[no preview available]", "blocks": [TABLE]}
    attached = heard(message(f"{CALL} sum?", attachments=[pasted]))
    assert attached.text == f"sum?\n\n{MARKDOWN_TABLE}"
    assert heard(message(f"{CALL} sum?", blocks=[*rich_text("sum?"), TABLE])) == attached


def test_an_empty_table_is_nothing() -> None:
    """A model is spared its frame."""
    assert heard(message(CALL, blocks=[{"type": "table", "rows": []}])).text == ""


@pytest.mark.parametrize(
    ("elements", "text"),
    [
        ([piece("a "), {"type": "emoji", "name": "tea"}], "a :tea:"),
        ([{"type": "link", "url": "https://e.org", "text": "e"}], "[e](https://e.org)"),
        ([{"type": "link", "url": "https://e.org"}], "https://e.org"),
        ([{"type": "channel", "channel_id": "C1"}], "<#C1>"),
        ([{"type": "usergroup", "usergroup_id": "S1"}], "<!subteam^S1>"),
        ([{"type": "broadcast", "range": "here"}], "@here"),
        ([{"type": "date", "timestamp": 1, "fallback": "today"}], "today"),
        ([{"type": "something new"}], ""),
    ],
)
def test_a_cell_is_rich_text(elements: list[dict[str, Any]], text: str) -> None:
    """It is read as the rest of the message is; what nobody knows yet is left out."""
    cell = {"type": "rich_text", "elements": [section(*elements), section(piece("z"))]}
    table = {"type": "table", "rows": [[cell]]}
    first = heard(direct("t", blocks=[table])).text.splitlines()[2]
    assert first == f"| {f'{text} z'.strip()} |"


def test_a_shared_message_is_quoted() -> None:
    """With its author and the names of its files, which are the question's; not as its words."""
    inside = {"message_blocks": [{"message": {"blocks": [TABLE]}}], "blocks": [TABLE]}
    sent = share("1 &lt; 2", files=[file(7)], **inside)
    said = heard(message(f"{CALL} true?", attachments=[sent]))
    assert said.text == "true?"
    assert said.quoted == f"Shared message of <@{GRACE}>: 1 < 2\n{MARKDOWN_TABLE}\n[file: 7.txt]"
    assert said.attachments == (Attachment(f"{ASKED}/0", "7.txt"),)


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ({"author_id": ME.user}, "yourself"),
        ({"author_id": None, "author_name": "Jira"}, "Jira"),
        ({"author_id": None, "author_name": None}, "an app"),
    ],
)
def test_a_shared_message_may_be_of_no_person(author: dict[str, Any], name: str) -> None:
    """The bot knows its own words; an app has a name only."""
    said = heard(message(CALL, attachments=[share(**author)]))
    assert said.quoted == f"Shared message of {name}: ship it"


@pytest.mark.parametrize(
    "preview",
    [
        {"from_url": "https://e.org", "title": "Flat Earth", "text": "it is", "blocks": [TABLE]},
        {"is_app_unfurl": True, "text": "it is", "blocks": [TABLE]},
        {"text": "it is", "fallback": "it is"},
    ],
)
def test_previews_are_nobodys_words(preview: dict[str, Any]) -> None:
    """A link that unfolds adds nothing to the question."""
    said = heard(message(f"{CALL} true?", attachments=[preview]))
    assert (said.text, said.quoted) == ("true?", "")


@pytest.mark.parametrize(
    "entity",
    [
        {"type": "slack#/types/channel_id", "value": CHANNEL, "team_id": ME.team},
        {
            "type": "slack#/types/message_context",
            "value": {"message_ts": ASKED, "channel_id": CHANNEL},
        },
    ],
)
def test_what_the_person_looks_at_is_context(entity: dict[str, Any]) -> None:
    """By its name; where that is not known, nothing is said of it."""
    said = heard(direct(app_context={"entities": [entity]}, attachments=[share()]))
    shared = f"Shared message of <@{GRACE}>: ship it"
    assert nameless(said) == [ADA, CHANNEL, GRACE]
    assert named(said, {CHANNEL: "general"}).quoted == (
        f"The person is looking at the channel #general.\n\n{shared}"
    )
    assert named(said, {}).quoted == shared


@pytest.mark.parametrize(
    "context", [{}, {"entities": []}, {"entities": [{"type": "slack#/types/other", "value": "X"}]}]
)
def test_no_channel_is_looked_at(context: dict[str, Any]) -> None:
    """The context may be empty, or of something else."""
    assert heard(direct(app_context=context)).quoted == ""


def test_files_are_numbered_in_order() -> None:
    """Its own before those of what it shares, ten at most; an unseen one goes by its id."""
    own = [{"id": "F0", "mode": "file_access"}, *(file(n) for n in range(1, 9))]
    event = message(CALL, files=own, attachments=[share(files=[file(9), file(10)])])
    names = ["F0", *(f"{n}.txt" for n in range(1, 10))]
    assert heard(event).attachments == tuple(
        Attachment(f"{ASKED}/{n}", name) for n, name in enumerate(names)
    )
    assert [found["id"] for found in files(event)] == [f"F{n}" for n in range(10)]


def test_an_earlier_message_is_told_with_its_author() -> None:
    """Its text, tables, files and what it shares; one that says nothing is left out."""
    event = message("see &amp; say", files=[file(1)], attachments=[share(), {"blocks": [TABLE]}])
    assert attributed("From", event, ME.user) == (
        f"From <@{ADA}>: see & say\n{MARKDOWN_TABLE}\n[file: 1.txt]\n"
        f"Shared message of <@{GRACE}>: ship it"
    )
    assert attributed("From", message("", user=ME.user), ME.user) == ""
    app = {"type": "message", "bot_id": "B1", "username": "Jira", "text": "done"}
    assert attributed("From", app, ME.user) == "From Jira: done"
