"""What a Slack message says to a model: its text, what it hands on, its files. Pure.

A message is what an event or a history holds. ``bot`` is the bot's own user id. Slack names people
and channels by their ids only, so texts come with ``<@U…>`` and ``<#C…>`` in them: ``ids`` says
which, and ``with_names`` puts the names in, once somebody has looked them up.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

_FILES = 10
"""Files of one question."""
_MARKUP = re.compile(
    r"<(?P<kind>[@#!]?)(?P<what>[^<>|]+)(?:\|(?P<label>[^<>]*))?>|&(?P<entity>lt|gt|amp);"
)
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}
_CALL = re.compile(r"<[@!](?!date\^)([^<>|^]+)")
_ID = re.compile(r"<(@(?=[UW])|#(?=[CGD]))([A-Z0-9]+)>")
_SCHEME = re.compile(r"\A(?:https?://|mailto:|tel:)")
_LEAVES = {
    "text": "{text}",
    "raw_text": "{text}",
    "raw_number": "{value}",
    "user": "<@{user_id}>",
    "usergroup": "<!subteam^{usergroup_id}>",
    "channel": "<#{channel_id}>",
    "broadcast": "@{range}",
    "emoji": ":{name}:",
    "date": "{fallback}",
}
_CALLED = {"user": "user_id", "usergroup": "usergroup_id", "broadcast": "range"}


def text_of(message: Json, bot: str) -> str:
    """What its author wrote, without the mention that only calls the bot, and pasted tables."""
    said = _uncalled(message.get("text") or "", bot)
    return "\n\n".join(filter(None, (plain(said).strip(), *_pasted(message))))


def _uncalled(text: str, bot: str) -> str:
    """Without the calls that it begins or ends with."""
    call = rf"<@{bot}(?:\|[^<>]*)?>"
    begun = re.sub(rf"\A(?:\s*{call}[,:]?)+", "", text)
    return re.sub(rf"(?:{call}\s*)+", _unless_last, begun)


def _unless_last(run: re.Match[str]) -> str:
    """A pattern that asks for the end itself would look for it from each call anew."""
    return "" if run.end() == len(run.string) else run[0]


def called(message: Json) -> set[str]:
    """Whom it calls: ids of people, and a word for each group, ``here`` and the like."""
    written = _CALL.findall(message.get("text") or "")
    drawn = (node for node in _nodes(message.get("blocks")) if node.get("type") in _CALLED)
    return {*written, *(node[_CALLED[node["type"]]] for node in drawn)}


def handed_on(message: Json, bot: str) -> str:
    """The messages that its author shared; previews of links are nobody's words.

    Slack attaches both. https://docs.slack.dev/messaging/unfurling-links-in-messages
    """
    return "\n\n".join(filter(None, (_share(sent, bot) for sent in _shared(message))))


def attributed(label: str, message: Json, bot: str) -> str:
    """All that a message says, behind a label with its author; "" if it says nothing."""
    names = (f"[file: {file_name(file)}]" for file in message.get("files", ()))
    text = plain(message.get("text") or "")
    said = (text, *_pasted(message), *names, handed_on(message, bot))
    return _labelled(f"{label} {_author(message, bot)}", said)


def files(message: Json) -> list[Json]:
    """The files of a question, in the order of its attachments' numbers: its own come first."""
    shared = (file for sent in _shared(message) for file in sent.get("files", ()))
    return [*message.get("files", ()), *shared][:_FILES]


def file_name(file: Json) -> str:
    """How people call it; of a file that Slack says nothing else about, its id."""
    return str(file.get("name") or file["id"])


def looking_at(message: Json) -> str:
    """The channel that its author looks at while writing directly to the bot, or "".

    https://docs.slack.dev/reference/events/app_context_changed
    """
    for entity in message.get("app_context", {}).get("entities", ()):
        match entity:
            case {"value": {"channel_id": str(channel)}}:
                return channel
            case {"type": "slack#/types/channel_id", "value": str(channel)}:
                return channel
    return ""


def ids(text: str) -> list[str]:
    """The people and channels in a text that wait for their names, in its order."""
    return [id_ for _, id_ in _ID.findall(text)]


def with_names(text: str, names: Mapping[str, str]) -> str:
    """The text with the names that are known, by id; others stay as they are."""
    return _ID.sub(
        lambda found: found[1] + names[found[2]] if found[2] in names else found[0], text
    )


def plain(text: str) -> str:
    """Slack's own rendering of a message as Markdown that a model reads; ids stay.

    https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
    """
    return _MARKUP.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    if found["entity"]:
        return _ENTITIES[found["entity"]]
    what, label = found["what"], plain(found["label"] or "")
    match found["kind"]:
        case "":
            return _link(plain(what), label)
        case "!":
            return label or (found[0] if "^" in what else f"@{what}")
    return f"{found['kind']}{label}" if label else f"<{found['kind']}{what}>"


def _link(address: str, label: str) -> str:
    bare = _SCHEME.sub("", address)
    if not label:
        return bare if address.startswith("mailto:") else address
    return label if label in {address, bare} else f"[{label}]({address})"


def _author(message: Json, bot: str) -> str:
    user = message.get("user") or message.get("author_id")
    name = message.get("author_name") or message.get("username") or "an app"
    return "yourself" if user == bot else f"<@{user}>" if user else name


def _shared(message: Json) -> list[Json]:
    """The messages in it that somebody shared, as Slack attaches them."""
    attached = message.get("attachments", ())
    return [one for one in attached if one.get("is_share") or one.get("is_msg_unfurl")]


def _share(sent: Json, bot: str) -> str:
    tables = _tables(sent.get("message_blocks"))
    names = (f"[file: {file_name(file)}]" for file in sent.get("files", ()))
    said = (plain(sent.get("text") or ""), *tables, *names)
    return _labelled(f"Shared message of {_author(sent, bot)}", said)


def _labelled(label: str, said: Iterable[str]) -> str:
    text = "\n".join(filter(None, said))
    return f"{label}: {text}" if text else ""


def _pasted(message: Json) -> list[str]:
    """Its author's tables: in the message, or attached without being of a link or a message.

    https://github.com/vercel/chat/issues/803
    """
    foreign = {"from_url", "is_app_unfurl", "is_share", "is_msg_unfurl"}
    attached = (one for one in message.get("attachments", ()) if foreign.isdisjoint(one))
    return _tables([message.get("blocks"), *(one.get("blocks") for one in attached)])


def _tables(blocks: object) -> list[str]:
    return [_table(node["rows"]) for node in _nodes(blocks) if node.get("type") == "table"]


def _nodes(inside: object) -> Iterator[Json]:
    """All objects of some blocks, however deep."""
    if isinstance(inside, Mapping):
        yield inside
        inside = list(inside.values())
    if isinstance(inside, list):
        for one in inside:
            yield from _nodes(one)


def _table(rows: Sequence[Sequence[Json | None]]) -> str:
    """As Markdown. https://docs.slack.dev/reference/block-kit/blocks/table-block."""
    width = max(map(len, rows), default=0)
    cells = [[*map(_cell, row), *[""] * (width - len(row))] for row in rows]
    lines = [*cells[:1], ["---"] * width, *cells[1:]] if width else []
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cell: Json | None) -> str:
    return " ".join(_flat(cell).split()).replace("|", r"\|") if cell else ""


def _flat(node: Json) -> str:
    """A piece of rich text as plain Markdown."""
    kind = node["type"]
    if "elements" in node:
        return ("" if kind == "rich_text_section" else " ").join(map(_flat, node["elements"]))
    if kind == "link":
        return _link(node["url"], node.get("text", ""))
    return _LEAVES.get(kind, "").format_map(defaultdict(str, node))
