"""``pause`` and ``resume``."""

import pytest

from bot.messages import ConversationKey, Scope
from tests.bot.commands.fakes import HERE, THREAD, Desk, FakeSettings

WIDE = Scope("discord", "guild")


@pytest.mark.parametrize("place", [HERE, THREAD])
async def test_a_pause_is_set_for_the_workspace(place: ConversationKey) -> None:
    """Wherever it is said, it holds everywhere; said again, it says and changes the same."""
    desk = Desk()
    said = await desk.say("pause", place)
    assert said.startswith("Paused: no new question is answered in this workspace")
    assert "`/resume`" in said
    assert await desk.say("pause", place) == said
    assert desk.store.records == {WIDE: {"paused": "True"}}
    assert "- `paused`: yes (set for the whole workspace)" in await desk.say("settings", place)


async def test_resume_ends_it() -> None:
    """Nothing is left of a pause; where there was none, the same is said."""
    desk = Desk(store=FakeSettings({WIDE: {"paused": "True"}}))
    said = await desk.say("resume", THREAD)
    assert said == "Not paused: questions are answered in this workspace."
    assert await desk.say("resume", THREAD) == said
    assert desk.store.records == {WIDE: {}}
    assert "- `paused`: no (the default of this installation)" in await desk.say("settings")
