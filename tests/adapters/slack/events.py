"""Slack's events as Slack's documentation and recordings show them; all content is invented."""

from typing import Any

from adapters.slack.inbound import Me

ME = Me("slack:A0WISE:T0WISE", "T0WISE", "", "U0WISE", "B0WISE", "A0WISE", "threadwise")
CALL = f"<@{ME.user}>"
ADA, GRACE = "U0ADA", "U0GRACE"
CHANNEL, GROUP, DIRECT = "C0GENERAL", "G0MPIM", "D0ADA"
ASKED, ROOT = "1795341600.240809", "1795341500.000100"


def message(text: str = "just talking", **changes: Any) -> dict[str, Any]:
    """What somebody wrote in a channel."""
    event = {"type": "message", "channel_type": "channel", "channel": CHANNEL, "user": ADA}
    stamps = {"team": ME.team, "ts": ASKED, "event_ts": ASKED, "client_msg_id": "8f1c2d3e"}
    return event | stamps | {"text": text, "blocks": rich_text(text)} | changes


def twin(event: dict[str, Any]) -> dict[str, Any]:
    """The same message as the other event that tells of a mention."""
    rest = {key: value for key, value in event.items() if key not in {"channel_type", "subtype"}}
    return rest | {"type": "app_mention"}


def direct(text: str = "why?", **changes: Any) -> dict[str, Any]:
    """What somebody wrote to the bot."""
    return message(text, **{"channel": DIRECT, "channel_type": "im"} | changes)


def reply(text: str = "and then?", **changes: Any) -> dict[str, Any]:
    """What somebody wrote in a thread."""
    return message(text, **{"thread_ts": ROOT, "parent_user_id": GRACE} | changes)


def changed(before: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What Slack says when anything about a message is different."""
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": "1795341700.1"}
    return event | {
        "channel": before["channel"],
        "message": inner(before) | changes,
        "previous_message": inner(before),
    }


def inner(event: dict[str, Any]) -> dict[str, Any]:
    """A message inside of an event or a history, which name its channel elsewhere."""
    outside = {"channel", "channel_type", "event_ts"}
    return {key: value for key, value in event.items() if key not in outside}


def removed(before: dict[str, Any]) -> dict[str, Any]:
    """What Slack says when a message was deleted."""
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": "1795341700.1"}
    stamps = {"channel": before["channel"], "deleted_ts": before["ts"]}
    return event | stamps | {"previous_message": inner(before)}


def rich_text(*texts: str) -> list[dict[str, Any]]:
    """What Slack's editor adds to a text, as far as it is text."""
    return [{"type": "rich_text", "block_id": "b1", "elements": [section(*map(piece, texts))]}]


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    """A run of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def piece(text: str) -> dict[str, Any]:
    """Text without marks."""
    return {"type": "text", "text": text}


def share(text: str = "ship it", **changes: Any) -> dict[str, Any]:
    """A message that is handed on, as Slack attaches it."""
    told = {"author_id": GRACE, "author_name": "Grace", "ts": ROOT, "channel_id": CHANNEL}
    return told | {"id": 1, "is_share": True, "is_msg_unfurl": True, "text": text} | changes


def file(number: int, **changes: Any) -> dict[str, Any]:
    """A file, as Slack describes it."""
    place = f"https://files.slack.example/F{number}/{number}.txt"
    return {"id": f"F{number}", "name": f"{number}.txt", "url_private": place} | changes
