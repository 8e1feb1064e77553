"""``settings``."""

import pytest

from bot.messages import Scope
from bot.settings import names
from tests.bot.commands.fakes import THREAD, Desk, FakeSettings

WIDE = Scope("discord", "guild")
NEAR = Scope("discord", "guild", "general")
NEAREST = Scope("discord", "guild", "general", "t1")


async def test_it_shows_every_setting_and_where_it_was_set() -> None:
    """One line for each, with the scope that decides; a long persona is cut."""
    records = {WIDE: {"place": "reply"}, NEAR: {"quoted": "5"}, NEAREST: {"persona": "Arr! " * 99}}
    lines = (await Desk(store=FakeSettings(records)).say("settings", THREAD)).splitlines()
    assert [line.split("`")[1] for line in lines] == names("discord")
    assert "- `model`: `gpt-6-luna` (the default of this installation)" in lines
    assert "- `place`: `reply` (set for the whole workspace)" in lines
    assert "- `quoted`: `5` (set for the whole channel)" in lines
    assert lines[1].startswith("- `persona`: “Arr! Arr!")
    assert lines[1].endswith("…” (set here)")


async def test_a_setting_that_cannot_be_read_is_reported() -> None:
    """What is stored but does not count stands beside what holds."""
    said = await Desk(store=FakeSettings({WIDE: {"place": "moon"}})).say("settings")
    line = "- `place`: `auto` (the default of this installation). What is stored for the workspace"
    assert line in said


async def test_it_changes_one_setting_of_this_place() -> None:
    """Old and new value are confirmed; ``default`` takes it back."""
    desk = Desk()
    assert await desk.say("settings Place thread") == "Place: `auto` → `thread` (set here)."
    said = await desk.say("settings history_turns 5", THREAD)
    assert said == "History turns: `20` → `5` (set here)."
    assert desk.store.records == {NEAR: {"place": "thread"}, NEAREST: {"history_turns": "5"}}
    said = await desk.say("settings place default")
    assert said == "Place: `thread` → `auto` (the default of this installation)."


async def test_it_changes_a_setting_of_the_whole_workspace() -> None:
    """The word before the name chooses the scope, for every setting."""
    desk = Desk()
    said = await desk.say("settings workspace place thread", THREAD)
    assert said == "Place: `auto` → `thread` (set for the whole workspace)."
    await desk.say("settings workspace persona You are\na pirate.", THREAD)
    await desk.say("settings Workspace model gpt-6-terra", THREAD)
    wide = {"place": "thread", "persona": "You are\na pirate.", "model": "gpt-6-terra"}
    assert desk.store.records == {WIDE: wide}


async def test_a_workspace_setting_that_does_not_hold_here_says_so() -> None:
    """What is set nearer wins, so whoever changes the wider one is not told that it did."""
    desk = Desk(store=FakeSettings({NEAR: {"place": "reply"}}))
    said = await desk.say("settings workspace place thread")
    assert said == "Place: `reply` (set here).\n\nWhat is set nearer holds on here."
    assert desk.store.records[WIDE] == {"place": "thread"}


async def test_more_than_the_installation_allows_is_said() -> None:
    """Whoever passes a ceiling reads what holds instead."""
    said = await Desk().say("settings history_turns 900")
    assert said == "History turns: `20` (set here).\n\nThis installation allows no more."


async def test_a_model_and_a_persona_are_set_as_by_their_commands() -> None:
    """The same checks and the same words, and without a value the same view."""
    desk = Desk()
    assert "the closest" in await desk.say("settings model gpt-6-lunar")
    assert await desk.say("settings persona") == await desk.say("persona")
    assert await desk.say("settings model") == await desk.say("model")
    assert desk.store.records == {}


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("plcae thread", "There is no setting `plcae`; did you mean `place`?"),
        ("xyzzy", "There is no setting `xyzzy`; `/settings` lists all."),
        ("place thraed", "`place` is auto, thread or reply; did you mean thread?"),
        ("place", "`place` is auto, thread or reply."),
        ("quoted 101", "The number of earlier messages is a whole number from 0 to 100."),
        ("paused yes", "`/pause` and `/resume` change that."),
        ("workspace paused True", "`/pause` and `/resume` change that."),
    ],
)
async def test_what_cannot_be_set_is_answered(argument: str, said: str) -> None:
    """One sentence with what was meant, or what there is; and nothing is changed."""
    desk = Desk()
    assert await desk.say(f"settings {argument}") == said
    assert desk.store.records == {}


async def test_names_and_places_are_completed() -> None:
    """What holds the typed text is offered; nothing typed offers every name."""
    desk = Desk()
    assert await desk.choices("settings", "Pla") == [
        "place",
        "place auto",
        "place thread",
        "place reply",
    ]
    assert await desk.choices("settings", "reply") == ["place reply"]
    assert {*names("discord")} <= {*await desk.choices("settings", "")}
