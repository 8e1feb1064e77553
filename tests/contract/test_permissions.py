"""Who may do what, where there are more people than one."""

import asyncio

import pytest

from bot.commands.table import COMMANDS
from tests.contract.driver import Can, FullTalk, says
from tests.contract.test_commands import begin
from tests.platforms.model_server import Reply

REFUSED = "Only admins can do that"
pytestmark = pytest.mark.needs(Can.CROWD)


async def test_nobody_but_admins_changes_anything(talk: FullTalk) -> None:
    """Every command that changes is refused in a sentence, and all settings stay."""
    await begin(talk)
    before = await talk.command("settings")
    for row in (row for row in COMMANDS if row.admin):
        told = await talk.command(row.name, "history_turns 3" * bool(row.argument), admin=False)
        assert REFUSED in told
    assert await talk.command("settings") == before


async def test_everybody_may_look(talk: FullTalk) -> None:
    """What holds is shown to who is no admin too."""
    await begin(talk)
    for row in (row for row in COMMANDS if not row.only_changes):
        assert REFUSED not in await talk.command(row.name, admin=False)


@pytest.mark.needs(Can.PRESS)
async def test_only_the_asker_stops_an_answer(talk: FullTalk) -> None:
    """Somebody else is told so in a sentence, and the answer is finished."""
    hold = asyncio.Event()
    talk.model.script(Reply("one two three", hold=hold))
    await talk.ask("Why?")
    await talk.until(lambda: talk.said() == "one")
    assert "Only who asked" in await talk.press("Stop", "bob")
    hold.set()
    await says(talk, "one two three")


async def test_the_model_pings_nobody(talk: FullTalk) -> None:
    """Whatever it writes, nobody is notified but, at most, who asked."""
    text = f"{talk.mentions()} come and see"
    talk.model.script(Reply(text, delay=0.02))
    await talk.ask("Why?")
    await talk.until(lambda: "come and see" in talk.said() and not talk.writing())
    assert set(talk.pinged()) <= {"ann"}
