"""What an answer is made of on Slack: its text, what can be pressed under it, and its mark.

All that a button knows stands in its id and value, so it outlives every process.
https://docs.slack.dev/reference/block-kit/blocks
"""

from typing import Any

from adapters.slack.dialect import mrkdwn
from bot.messages import Offer, PartKey
from bot.split import START, next_seam, render

Json = dict[str, Any]

STOP, CONTINUE, RETRY, FEEDBACK = "tw:stop", "tw:continue", "tw:retry", "tw:feedback"
"""Action ids; the value of a button is its asker's id, that of feedback GOOD or BAD."""
GOOD, BAD = "1", "-1"
PART, NOTE = "threadwise_part", "threadwise_note"
"""Types of metadata: on a part of an answer, and on whatever else is said in a conversation."""
LIMIT = 9000
"""Bytes of a part's text. Streams take about 10,600, https://github.com/openclaw/openclaw/issues/143882;
blocks 13,200 characters together, https://github.com/slackapi/bolt-js/issues/2509."""
_PREVIEW = 150
"""Characters that a notification shows."""
_FACES = {STOP: "Stop", CONTINUE: "Continue", RETRY: "Retry"}


def preview(text: str) -> str:
    """The beginning of a text, for notifications and screen readers."""
    return mrkdwn(text[:_PREVIEW])


def body(text: str, key: PartKey, last: Offer | None) -> list[Json]:
    """A text with what can be pressed under it; ``last`` None: it still grows."""
    return [{"type": "markdown", "text": text}, *under(key, last)]


def under(key: PartKey, last: Offer | None) -> list[Json]:
    """Stop under what grows; the offer and the feedback buttons under what is finished."""
    if last is None:
        return [_button(STOP, key)]
    if last is Offer.UNRATED:
        return []
    offered = [_button(f"tw:{last}", key)] if last else []
    return offered if last is Offer.RETRY else [*offered, _feedback()]


def _button(what: str, key: PartKey) -> Json:
    label = {"type": "plain_text", "text": _FACES[what]}
    button = {"type": "button", "text": label, "action_id": what}
    if key.asker:
        button["value"] = key.asker
    return {"type": "actions", "elements": [button]}


def _feedback() -> Json:
    """https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element."""
    buttons = {
        "positive_button": _thumb("Good answer", GOOD),
        "negative_button": _thumb("Bad answer", BAD),
    }
    element = {"type": "feedback_buttons", "action_id": FEEDBACK, **buttons}
    return {"type": "context_actions", "elements": [element]}


def _thumb(label: str, value: str) -> Json:
    return {"text": {"type": "plain_text", "text": label}, "value": value}


def mark(key: PartKey) -> Json:
    """The metadata by which a part is found again."""
    return {
        "event_type": PART,
        "event_payload": {"question": key.question, "number": key.number},
    }


def note() -> Json:
    """The metadata of what is said beside answers, so that it is not taken for a part."""
    return {"event_type": NOTE, "event_payload": {}}


def text_of(message: Json) -> str:
    """The words of a part that was read back: Slack may have turned Markdown into rich text.

    They stand in its text where it has no blocks, or only what can be pressed: so a stream.
    """
    read = [block for block in message.get("blocks", ()) if "actions" not in block["type"]]
    return "\n".join(_words(block) for block in read) or str(message["text"])


def _words(block: Json) -> str:
    own = block.get("text") or block.get("url") or ""
    between = "\n" if block["type"] in {"rich_text", "rich_text_list"} else ""
    return own + between.join(_words(inner) for inner in block.get("elements", ()))


def fitting(text: str, most: int = LIMIT) -> str:
    """As much of a text as a part of so many bytes holds, cut where a seam is best."""
    if len(text.encode()) <= most:
        return text
    characters = len(text.encode()[:most].decode(errors="ignore"))
    return render(text, START, next_seam(text, START, characters))
