"""What a Slack event says: a message for the bot and its place, or nothing. Pure.

An event is the inner one of what Slack delivers. A message of a history is read the same way, with
its ``channel`` added. All that builds Slack's conversation keys, or takes them apart, is here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from adapters.slack.content import (
    Json,
    called,
    file_name,
    files,
    handed_on,
    ids,
    looking_at,
    text_of,
    with_names,
)
from bot.messages import Attachment, ConversationKey, IncomingMessage, Person, Trigger

PLATFORM = "slack"
_OF_PEOPLE = {None, "file_share", "thread_broadcast", "me_message"}
"""Subtypes of what people write: https://docs.slack.dev/reference/events/message."""
_SYSTEM = {"USLACK", "USLACKBOT"}
_LOOKING = "The person is looking at the channel"
_LOOKING_SOMEWHERE = re.compile(rf"\A{_LOOKING} <#\w+>\.\s*")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as Slack knows it."""

    account: str
    """``slack:<app id>:<team id>``."""
    team: str
    enterprise: str
    """The org that the team belongs to, or ""."""
    user: str
    """The bot as one who is mentioned and writes: ``U…``."""
    bot: str
    """The bot as one who edits: ``B…``."""
    app: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation stands."""

    team: str
    channel: str
    thread: str
    """The ``ts`` of the thread's first message, or "" of a flat direct conversation."""
    direct: bool


def place_of(conversation: ConversationKey) -> Place:
    """The place that this key names."""
    channel = conversation.channel
    return Place(conversation.workspace, channel, conversation.thread, _is_direct(channel))


def _is_direct(channel: str) -> bool:
    """By its id: not every event names the kind of its channel."""
    return channel.startswith("D")


def trigger(event: Json, me: Me) -> Trigger | None:
    """Why this message is for the bot; None: it is not.

    Slack tells a mention twice, as ``app_mention`` and as ``message``; so the content counts, and
    not which of the two it is. https://docs.slack.dev/reference/events/app_mention
    """
    if not _of_a_person(event, me):
        return None
    if _is_direct(event["channel"]):
        return Trigger.DIRECT
    calls = called(event)
    if me.user in calls:
        return Trigger.MENTION
    return Trigger.FOLLOW_UP if _root(event) != event["ts"] and not calls else None


def _of_a_person(event: Json, me: Me) -> bool:
    """Not of a bot, Slack itself or the system."""
    user = event.get("user")
    typed = event["type"] in {"message", "app_mention"} and event.get("subtype") in _OF_PEOPLE
    others = not event.get("bot_id") and user not in {None, me.user, *_SYSTEM}
    return typed and others and not event.get("hidden")


def _root(event: Json) -> str:
    return str(event.get("thread_ts") or event["ts"])


def read(event: Json, me: Me, *, sessions: bool) -> IncomingMessage | None:
    """The message for the bot, None if it is not for it. Names are missing: see ``named``.

    Args:
        event: a message; of a direct one, ``app_context`` says what its author looks at.
        me: the bot.
        sessions: each direct message outside a thread begins a conversation of its own.
    """
    why = trigger(event, me)
    return _incoming(event, me, why, sessions=sessions) if why else None


def written(event: Json, me: Me, *, sessions: bool) -> IncomingMessage | None:
    """What a person wrote, whoever it is for: the new words of what may be known already."""
    known = _of_a_person(event, me)
    return _incoming(event, me, Trigger.FOLLOW_UP, sessions=sessions) if known else None


def _incoming(event: Json, me: Me, why: Trigger, *, sessions: bool) -> IncomingMessage:
    own = {me.user: me.name}
    thread = _thread(event, sessions=sessions)
    return IncomingMessage(
        account=me.account,
        conversation=ConversationKey(PLATFORM, me.team, event["channel"], thread),
        id=event["ts"],
        author=Person(event["user"], event["user"]),
        text=with_names(text_of(event, me.user), own),
        at=milliseconds(event["ts"]),
        trigger=why,
        revision=event.get("edited", {}).get("ts", ""),
        quoted=with_names(_quoted(event, me), own),
        attachments=attachments(event["ts"], event),
    )


def _thread(event: Json, *, sessions: bool) -> str:
    root = _root(event)
    flat = _is_direct(event["channel"]) and not sessions and root == event["ts"]
    return "" if flat else root


def _quoted(event: Json, me: Me) -> str:
    channel = looking_at(event)
    looking = f"{_LOOKING} <#{channel}>." if channel else ""
    return "\n\n".join(filter(None, (looking, handed_on(event, me.user))))


def attachments(id_: str, message: Json) -> tuple[Attachment, ...]:
    """The files of a message, as those of the question with this id."""
    found = enumerate(files(message))
    return tuple(Attachment(f"{id_}/{n}", file_name(file)) for n, file in found)


def nameless(incoming: IncomingMessage) -> list[str]:
    """The ids of its author, and of the people and channels that it speaks of, each once."""
    found = [incoming.author.id, *ids(incoming.text), *ids(incoming.quoted)]
    return list(dict.fromkeys(found))


def named(incoming: IncomingMessage, names: Mapping[str, str]) -> IncomingMessage:
    """The same with these names, by id: the author's, and those in its texts.

    A channel that its author looks at is left out where its name is not known.
    """
    author, quoted = incoming.author, with_names(incoming.quoted, names)
    return replace(
        incoming,
        author=Person(author.id, names.get(author.id, author.name)),
        text=with_names(incoming.text, names),
        quoted=_LOOKING_SOMEWHERE.sub("", quoted),
    )


def edited(event: Json) -> dict[str, object] | None:
    """A message as it now is, as if it was just written; None: no person changed its text.

    Slack says ``message_changed`` of much more: previews of links, counts of replies, pins, and
    each edit of the bot's own. https://docs.slack.dev/reference/events/message/message_changed
    """
    if event.get("subtype") != "message_changed":
        return None
    now, before = event["message"], event.get("previous_message", {})
    by_person = "edited" in now and not now.get("bot_id")
    if not by_person or deleted(event) or now.get("text") == before.get("text"):
        return None
    return {**now, "channel": event["channel"]}


def deleted(event: Json) -> tuple[str, str] | None:
    """The channel and the ``ts`` of a message that was deleted; None: none was.

    Where one has replies, something that says so is left in its place.
    https://docs.slack.dev/reference/events/message/message_deleted
    """
    match event:
        case {"subtype": "message_deleted", "channel": str(channel), "deleted_ts": str(ts)}:
            return channel, ts
        case {
            "subtype": "message_changed",
            "channel": str(channel),
            "message": {"subtype": "tombstone", "ts": str(ts)},
        }:
            return channel, ts
    return None


def settled(incoming: IncomingMessage) -> ConversationKey:
    """Where settings hold for it: for what begins a conversation, the channel, else the thread."""
    here = incoming.conversation
    return replace(here, thread="") if here.thread == incoming.id else here


def for_us(body: Json, me: Me) -> bool:
    """Whether it happened where our token is good: in its workspace, or its organisation.

    An app that was given to several has the same secret in all. Of an event, Slack says to whom it
    is shown; of all else, and of what nobody sees any more, where it happened.
    https://docs.slack.dev/enterprise/developing-for-enterprise-orgs
    """
    shown_to = body.get("authorizations") or [_origin(body)]
    teams = {one.get("team_id") for one in shown_to}
    orgs = {one.get("enterprise_id") for one in shown_to}
    return me.team in teams or (bool(me.enterprise) and me.enterprise in orgs)


def _origin(body: Json) -> Json:
    """Commands and events say it in two fields, presses and forms in two objects."""
    team, org = body.get("team") or {}, body.get("enterprise") or {}
    return {
        "team_id": body.get("team_id") or team.get("id"),
        "enterprise_id": body.get("enterprise_id") or org.get("id") or team.get("enterprise_id"),
    }


def milliseconds(ts: str) -> int:
    """When that was, since 1970; the id of a message is its time in seconds."""
    return round(float(ts) * 1000)
