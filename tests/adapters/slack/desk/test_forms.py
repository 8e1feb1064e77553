"""What Slack draws, and what comes back from it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import forms
from adapters.slack.dialect import mrkdwn
from bot.commands.change import DEFAULT
from bot.split import joined

OPTIONS = {"direct": ("auto", "sessions", "flat"), "guests": ("refused", "allowed")}
Settings = dict[str, str]
WRITTEN = st.dictionaries(
    st.sampled_from(["model", "persona", "quoted"]), st.text(max_size=3000), min_size=3
)
CHOSEN = st.fixed_dictionaries({name: st.sampled_from(some) for name, some in OPTIONS.items()})
BOTH = st.builds(lambda a, b: a | b, WRITTEN, CHOSEN)


def filled(shown: forms.View, values: Settings) -> forms.View:
    """The view as Slack sends it back, with these values in its fields."""
    state = {
        block["block_id"]: {block["block_id"]: _given(block, values)} for block in _inputs(shown)
    }
    return shown | {"state": {"values": state}}


def _inputs(view: forms.View) -> list[Any]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def _given(block: forms.View, values: Settings) -> forms.View:
    value = values[block["block_id"]]
    if block["element"]["type"] == "static_select":
        return {"type": "static_select", "selected_option": {"value": value}}
    return {"type": "plain_text_input", "value": value or None}


@given(BOTH, BOTH)
def test_what_was_changed_is_what_differs(now: Settings, then: Settings) -> None:
    """Not what stands as it was; empty is the default, and blanks around do not count."""
    view = filled(forms.settings(now, OPTIONS, "D1"), then)
    differs = {name for name in now if now[name].strip() != then[name].strip()}
    assert forms.changed(view) == {name: then[name].strip() or DEFAULT for name in differs}


@given(BOTH)
def test_a_form_stays_within_what_slack_draws(now: Settings) -> None:
    """https://docs.slack.dev/reference/views/modal-views and its elements say how much that is."""
    view = forms.settings(now, OPTIONS, "D1")
    assert len(view["title"]["text"]) <= 24
    assert len(view["private_metadata"]) <= 3000
    for block in _inputs(view):
        assert len(block["element"].get("initial_value", "")) <= 3000
        chosen = block["element"].get("initial_option")
        assert chosen is None or chosen in block["element"]["options"]


def test_what_does_not_fit_is_left_out() -> None:
    """The field says so, and left empty it changes nothing."""
    view = forms.settings({"persona": "x" * 3001}, {}, "D1")
    (block,) = _inputs(view)
    assert "too long for this field" in block["hint"]["text"]
    assert forms.changed(filled(view, {"persona": ""})) == {}


@given(st.text(max_size=9000))
def test_home_holds_a_text_of_any_length(text: str) -> None:
    """No section is longer than Slack draws, and nothing of the text is lost."""
    blocks = forms.home(text, "nothing", "D1", admin=False)["blocks"]
    parts = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    assert max(map(len, parts)) <= 3000
    assert joined(parts[:-1]) == mrkdwn(text)
