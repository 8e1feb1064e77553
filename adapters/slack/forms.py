"""What Slack draws for us, as data: modals and the Home tab, and what comes back from them.

https://docs.slack.dev/surfaces/modals and https://docs.slack.dev/surfaces/app-home
"""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.dialect import mrkdwn
from adapters.slack.replies import Answer
from bot.commands.change import DEFAULT, label
from bot.split import split

ASK, SETTINGS = "tw:ask", "tw:settings"
"""What a modal is for, in its ``callback_id``; the second is also the button that opens it."""
QUESTION = "question"
_LONGEST = 3000
"""Characters of a field and of a section:
https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
"""
View = dict[str, Any]


def asking(about: str) -> View:
    """A form for a question; ``about`` comes back with it."""
    block = _input(QUESTION, "Your question", _text("", lines=True), "Empty: what is it about?")
    return _modal(ASK, "Ask about this", "Ask", about, [block])


def settings(now: Mapping[str, str], options: Mapping[str, Sequence[str]], channel: str) -> View:
    """A form for settings with their present values; ``channel`` comes back with it.

    A value that is too long for a field is left out; whoever leaves that field alone keeps it.
    """
    fields = [_setting(name, value, options.get(name, ())) for name, value in now.items()]
    return _modal(SETTINGS, "Workspace settings", "Save", channel, fields)


def _setting(name: str, value: str, options: Sequence[str]) -> View:
    choice = _select(value, (*options, DEFAULT)) if options else None
    field = choice or _text(value, lines=name == "persona")
    return _input(name, label(name), field, _hint(value, options))


def _hint(value: str, options: Sequence[str]) -> str:
    if len(value) > _LONGEST:
        return "What is set is too long for this field; left empty, it stays."
    return f"{DEFAULT if options else 'Empty'}: what this installation says"


def home(settings_text: str, usage: str, channel: str, *, admin: bool) -> View:
    """The Home tab; ``channel`` comes back with its button, which only admins see."""
    blocks = [
        _header("What holds in direct messages with me"),
        *_sections(settings_text),
        _header("What was used"),
        *_sections(usage),
    ]
    button = {
        "type": "button",
        "action_id": SETTINGS,
        "text": _plain("Workspace settings"),
    }
    rows = [{"type": "actions", "elements": [button]}] if admin else []
    return {"type": "home", "private_metadata": channel, "blocks": [*blocks, *rows]}


def note(view: View, sentence: str) -> Answer:
    """Acknowledges a modal by showing nothing but a sentence in it."""
    title = view["title"]["text"]
    shown = {"type": "modal", "title": _plain(title), "blocks": _sections(sentence)}
    return {"response_action": "update", "view": shown}


def wrong(errors: Mapping[str, str]) -> Answer:
    """Acknowledges a modal by showing sentences at its fields."""
    return {"response_action": "errors", "errors": dict(errors)}


def first(view: View) -> str:
    """The name of a modal's first field."""
    return str(view["blocks"][0]["block_id"])


def values(view: View) -> dict[str, str]:
    """What stands in the fields of a modal that was sent, by their names."""
    given = view["state"]["values"]
    return {name: _value(field[name]) for name, field in given.items()}


def changed(view: View) -> dict[str, str]:
    """What was changed in it; a field that was emptied is ``default``."""
    shown = {block["block_id"]: _shown(block["element"]) for block in view["blocks"]}
    return {name: value or DEFAULT for name, value in values(view).items() if value != shown[name]}


def _value(field: View) -> str:
    chosen = field.get("selected_option")
    return str(chosen["value"] if chosen else field.get("value") or "").strip()


def _shown(element: View) -> str:
    """What was in a field when it was shown."""
    chosen = element.get("initial_option")
    return str(chosen["value"] if chosen else element.get("initial_value") or "").strip()


def _modal(kind: str, title: str, submit: str, kept: str, blocks: Sequence[View]) -> View:
    return {
        "type": "modal",
        "callback_id": kind,
        "private_metadata": kept,
        "title": _plain(title),
        "submit": _plain(submit),
        "blocks": list(blocks),
    }


def _input(name: str, title: str, element: View, hint: str) -> View:
    return {
        "type": "input",
        "block_id": name,
        "label": _plain(title),
        "hint": _plain(hint),
        "optional": True,
        "element": element | {"action_id": name},
    }


def _text(value: str, *, lines: bool) -> View:
    element = {"type": "plain_text_input", "multiline": lines, "max_length": _LONGEST}
    return element | ({"initial_value": value} if 0 < len(value) <= _LONGEST else {})


def _select(value: str, options: Sequence[str]) -> View:
    every = {one: {"text": _plain(one), "value": one} for one in options}
    element = {"type": "static_select", "options": [*every.values()]}
    return element | {"initial_option": every[value]}


def _plain(text: str) -> View:
    return {"type": "plain_text", "text": text}


def _header(text: str) -> View:
    return {"type": "header", "text": _plain(text)}


def _sections(text: str) -> list[View]:
    """A text; nothing but messages takes Markdown."""
    parts = split(mrkdwn(text), _LONGEST)
    return [{"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in parts]
