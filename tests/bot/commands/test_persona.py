"""``persona``."""

from bot.messages import Scope
from tests.bot.commands.fakes import Desk, FakeSettings

NEAR = Scope("discord", "guild", "general")


async def test_it_shows_the_whole_persona() -> None:
    """Without a text it says all that the bot was told, and where that comes from."""
    long = "You are a pirate.\n" * 200
    desk = Desk(store=FakeSettings({NEAR: {"persona": long}}))
    assert await desk.say("persona") == f"Persona: “{long.strip()}” (set here)."


async def test_it_sets_the_persona_of_this_place() -> None:
    """The whole text is kept; the confirmation quotes its beginning in one line."""
    desk = Desk()
    text = "You are\na pirate. " + "Arr! " * 50
    said = await desk.say(f"persona {text}")
    assert said.startswith("Persona: “Be brief.” → “You are a pirate. Arr! ")
    assert said.endswith("…” (set here).")
    assert len(said) < 300
    assert desk.store.records == {NEAR: {"persona": text.strip()}}


async def test_default_removes_it() -> None:
    """The installation's persona holds again."""
    desk = Desk(store=FakeSettings({NEAR: {"persona": "x"}}))
    said = await desk.say("persona default")
    assert said == "Persona: “x” → “Be brief.” (the default of this installation)."


async def test_what_was_not_set_is_not_said_to_change() -> None:
    """Removing nothing names what holds, without an arrow."""
    said = await Desk().say("persona default")
    assert said == "Persona: “Be brief.” (the default of this installation)."


async def test_a_persona_may_not_be_longer_than_4000_characters() -> None:
    """It is refused with the number of its characters, and nothing is changed."""
    desk = Desk()
    assert "4,001" in await desk.say("persona " + "x" * 4_001)
    assert desk.store.records == {}
