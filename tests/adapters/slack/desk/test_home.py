"""The Home tab, and the form for the workspace's settings behind it."""

from typing import Any

import pytest

from adapters.slack.callers import NOT_HERE
from adapters.slack.forms import SETTINGS
from bot.settings import names
from tests.adapters.slack.desk.office import Office
from tests.platforms.slack import DOWN, View
from tests.platforms.slack.deliveries import ACTION


async def home(office: Office, user: str) -> View:
    """What somebody sees who opens the app."""
    office.there.open_home(user)
    await office.there.until(lambda: office.there.home(user))
    found = office.there.home(user)
    assert found
    return found


def texts(view: View) -> str:
    """All that can be read in it."""
    return "\n".join(block["text"]["text"] for block in view.body["blocks"] if "text" in block)


async def form(office: Office, user: str = "root") -> View:
    """The form that an admin opens from Home."""
    office.there.press_view(await home(office, user), SETTINGS, user=user)
    return await office.modal(user)


def values(view: View, **changes: Any) -> dict[str, Any]:
    """The fields as they stand in a form, but for some."""
    shown = {block["block_id"]: block["element"] for block in view.body["blocks"]}
    kept = {name: _kept(element) for name, element in shown.items()}
    chosen = {
        name: {"selected_option": {"value": new}} if "options" in shown[name] else {"value": new}
        for name, new in changes.items()
    }
    return kept | chosen


def _kept(element: dict[str, Any]) -> dict[str, Any]:
    if "options" in element:
        return {"selected_option": element["initial_option"]}
    return {"value": element.get("initial_value")}


async def sent(office: Office, view: View, **changes: Any) -> Any:
    """What the form is to show when it was sent with these changes; None: it is closed."""
    given = office.there.submit(view, values(view, **changes))
    await office.there.until(lambda: given.acked)
    return given.reply


@pytest.fixture
async def office(office: Office) -> Office:
    """An admin is there."""
    office.there.add_user("root", admin=True)
    return office


async def test_home_says_what_holds_and_since_where(office: Office) -> None:
    """Each setting of Slack with its origin, and what the person used."""
    await office.set("model", "gpt-6-terra")
    shown = texts(await home(office, "ann"))
    assert "- `model`: `gpt-6-terra` (set for the whole workspace)" in shown
    assert all(f"`{name}`" in shown for name in names("slack"))
    assert "- You, today: nothing" in shown
    assert "- You, 30 days: nothing" in shown


async def test_home_escapes_what_people_set(office: Office) -> None:
    """A persona calls nobody, and shows as it was written."""
    await office.set("persona", "a < b & <!channel>")
    shown = texts(await home(office, "ann"))
    assert "“a &lt; b &amp; &lt;!" in shown
    assert "<!channel>" not in shown


async def test_only_admins_have_the_button(office: Office) -> None:
    """It is not drawn for anybody else."""
    assert SETTINGS in str((await home(office, "root")).body)
    assert SETTINGS not in str((await home(office, "ann")).body)


async def test_a_home_that_fails_is_drawn_the_next_time(office: Office) -> None:
    """Slack's trouble is no reason to have the event again."""
    office.there.fault("views.publish", DOWN)
    office.there.open_home("ann")
    await office.there.until(lambda: office.there.made("views.publish"))
    assert "`model`" in texts(await home(office, "ann"))
    assert len(office.there.made("views.publish")) == 2


async def test_the_form_has_every_setting_as_it_is(office: Office) -> None:
    """Choices are chosen from, the rest is written; a persona that is too long is left out."""
    await office.set("streaming", "off")
    await office.set("persona", "x" * 3001)
    view = await form(office)
    shown = {name: _kept(block) for name, block in _elements(view).items()}
    assert set(shown) == {*names("slack")} - {"paused"}
    assert shown["model"] == {"value": "gpt-6-luna"}
    assert shown["streaming"]["selected_option"]["value"] == "off"
    assert shown["persona"] == {"value": None}


def _elements(view: View) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block["element"] for block in view.body["blocks"]}


async def test_what_was_changed_holds_for_the_workspace(office: Office) -> None:
    """Only that is stored, and Home shows it at once."""
    view = await form(office)
    assert await sent(office, view, model="gpt-6-terra", guests="allowed", quoted="5") is None
    await office.there.until(lambda: "gpt-6-terra" in texts(_home(office)))
    (workspace, *nearer) = await office.store.load(office.key())
    assert workspace == {"model": "gpt-6-terra", "guests": "allowed", "quoted": "5"}
    assert not any(nearer)


def _home(office: Office) -> View:
    found = office.there.home("root")
    assert found
    return found


async def test_a_field_that_is_emptied_is_the_default(office: Office) -> None:
    """As is the choice of that name: the installation's value holds again."""
    await office.set("persona", "A pirate.")
    await office.set("direct", "flat")
    view = await form(office)
    assert await sent(office, view, persona="", direct="default") is None
    assert (await office.store.load(office.key()))[0] == {}


async def test_a_long_persona_that_is_left_alone_stays(office: Office) -> None:
    """It does not fit into the field, and an empty field is not its end."""
    await office.set("persona", "x" * 3001)
    assert await sent(office, await form(office), quoted="5") is None
    assert await office.stored("persona") == ["x" * 3001, None, None]


async def test_what_cannot_be_is_said_at_its_field(office: Office) -> None:
    """The core's sentence; nothing is stored, not even what is right."""
    reply = await sent(office, await form(office), quoted="many", history_turns="5")
    assert reply == {
        "response_action": "errors",
        "errors": {"quoted": "The number of earlier messages is a whole number from 0 to 100."},
    }
    assert (await office.store.load(office.key()))[0] == {}


async def test_a_model_that_nobody_offers_is_said_at_its_field(office: Office) -> None:
    """What only the core can know is said there as well, before anything else is stored."""
    reply = await sent(office, await form(office), model="gpt-6-tera", quoted="5")
    assert "the closest are `gpt-6-terra`" in reply["errors"]["model"]
    assert (await office.store.load(office.key()))[0] == {}


async def test_who_is_no_admin_any_more_changes_nothing(office: Office) -> None:
    """A form of somebody else's that is sent in one's own name is refused by the core."""
    view = await form(office)
    reply = await _claimed(office, view, office.there.person("ann").id, office.me.team)
    assert reply["errors"]["quoted"].startswith("Only admins can do that")
    assert (await office.store.load(office.key()))[0] == {}


async def test_strangers_change_nothing(office: Office) -> None:
    """Though they are admins at home, and whatever the payload says."""
    eve = office.there.add_user("eve", team="T0OTHER", admin=True)
    view = await form(office)
    for team in (eve.team, office.me.team):
        reply = await _claimed(office, view, eve.id, team)
        assert reply["errors"] == {"model": NOT_HERE}
    assert (await office.store.load(office.key()))[0] == {}


async def _claimed(office: Office, view: View, user: str, team: str) -> Any:
    """What somebody is answered who sends a change by the form of an admin."""
    assert await sent(office, view, quoted="many")  # refused, so that it stays open
    first = office.there.deliveries.every[-1].payload
    state = {"values": first["view"]["state"]["values"] | {"quoted": {"quoted": {"value": "5"}}}}
    claims = {"user": {"id": user, "team_id": team}, "view": first["view"] | {"state": state}}
    given = office.there.deliveries.send(ACTION, first | claims)
    await office.there.until(lambda: given.acked)
    return given.reply


async def test_a_forged_press_opens_nothing(office: Office) -> None:
    """Somebody without the button is told so directly, and sees no form."""
    await form(office)
    await home(office, "ann")
    pressed = next(d for d in office.there.deliveries.every if "actions" in d.payload)
    ann = {"id": office.there.person("ann").id, "team_id": office.me.team}
    view = pressed.payload["view"] | {"private_metadata": office.there.direct("ann").id}
    office.there.deliveries.send(ACTION, pressed.payload | {"user": ann, "view": view})
    await office.there.until(lambda: office.there.posts)
    assert office.there.posts[-1].shown.startswith("Only admins can do that")
    assert office.there.modal("ann") is None
