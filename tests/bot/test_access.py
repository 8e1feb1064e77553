"""Who may ask here."""

import pytest

from bot.access import Access
from bot.messages import Scope
from bot.settings import SettingsReader, Source
from bot.words import PAUSED
from tests.bot.commands.fakes import ANN, DEFAULTS, HERE, THREAD, FakeSettings, SetClock

WIDE = Scope("discord", "guild")


class Hall:
    """Access over a store in memory, with a clock of its own."""

    def __init__(self, records: dict[Scope, dict[str, str]] | None = None) -> None:
        self.store = FakeSettings(records or {})
        self.clock = SetClock()
        self.access = Access(SettingsReader(self.store, DEFAULTS, {}), self.clock)

    async def refused(self) -> str:
        """What Ann hears when she asks in a thread."""
        return await self.access.refusal(THREAD, ANN)


@pytest.fixture
def hall() -> Hall:
    """Nothing is set."""
    return Hall()


async def test_a_paused_workspace_refuses() -> None:
    """Wherever somebody asks in it, one sentence says so."""
    hall = Hall({WIDE: {"paused": "True"}})
    assert await hall.refused() == PAUSED
    assert await hall.access.refusal(HERE, ANN) == PAUSED


async def test_another_workspace_goes_on() -> None:
    """A pause is of one workspace."""
    assert not await Hall({Scope("discord", "other"): {"paused": "True"}}).refused()


async def test_messages_in_a_row_wait_for_no_store(hall: Hall) -> None:
    """After the first message the settings are remembered."""
    for _ in range(3):
        assert await hall.refused() == ""
    assert hall.store.loads == 1


async def test_a_pause_is_seen_within_two_seconds(hall: Hall) -> None:
    """What was remembered before it counts no longer than that."""
    await hall.refused()
    await hall.store.store(WIDE, "paused", "True")
    hall.clock.seconds = 2
    assert await hall.refused() == PAUSED


async def test_nobody_is_refused_after_the_end_of_a_pause(hall: Hall) -> None:
    """A refusal is looked at once more before it is said."""
    await hall.store.store(WIDE, "paused", "True")
    assert await hall.refused() == PAUSED
    await hall.store.store(WIDE, "paused", None)
    assert await hall.refused() == ""


async def test_settings_are_those_of_the_place(hall: Hall) -> None:
    """A thread's own settings are told there alone, with where they come from."""
    await hall.store.store(Scope("discord", "guild", "general", "t1"), "place", "reply")
    there, here = await hall.access.settings(THREAD), await hall.access.settings(HERE)
    assert (there.place, there.source("place")) == ("reply", Source.THREAD)
    assert here.place == "auto"
