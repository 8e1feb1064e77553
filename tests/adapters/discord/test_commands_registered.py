"""Which commands Discord is told of, and when."""

from structlog.testing import capture_logs

from bot.commands.table import COMMANDS
from tests.adapters.discord.giving import heard
from tests.journeys.discord_town import DiscordTown
from tests.platforms.discord import DOWN
from tests.platforms.discord.model import MANAGE_SERVER, Json


def registered(town: DiscordTown) -> dict[str, Json]:
    """What is registered everywhere, by name."""
    return {made["name"]: made for made in town.there.commands[""]}


async def test_the_whole_table_is_registered(town: DiscordTown) -> None:
    """Every row is a command; only what nobody but admins can use is hidden from others."""
    async with town.bot():
        found = registered(town)
    rows = {row.name for row in COMMANDS}
    assert found.keys() == rows | {"ask", "Ask about this", "Retry", "Forget"}
    hidden = {name for name, made in found.items() if made["default_member_permissions"]}
    assert hidden == {"pause", "resume"}
    assert found["pause"]["default_member_permissions"] == MANAGE_SERVER


async def test_commands_are_for_guilds_and_direct_messages(town: DiscordTown) -> None:
    """They are installed with the bot, and offered where it can answer."""
    async with town.bot():
        found = registered(town).values()
    assert {(*made["contexts"],) for made in found} == {(0, 1)}
    assert {(*made["integration_types"],) for made in found} == {(0,)}


async def test_nothing_is_registered_twice(town: DiscordTown) -> None:
    """A start finds what the one before registered, and a new connection is no start."""
    async with town.bot():
        assert town.there.command_puts == 1
        await town.there.gateway.invalidate()
        await town.there.until(lambda: len(town.there.sessions.alive) == 1)
    async with town.bot():
        assert town.there.command_puts == 1


async def test_what_changed_is_registered_anew(town: DiscordTown) -> None:
    """Another version registered other commands: the fingerprint is not ours."""
    async with town.bot() as core:
        key = core.keys.account(f"discord:{town.there.bot.id}", "commands")
        await core.client.set(key, "of another version")
    async with town.bot():
        assert town.there.command_puts == 2


async def test_an_outage_at_registration_stops_nothing(town: DiscordTown) -> None:
    """The log says what to do, the bot answers, and the next start registers."""
    there = town.there
    there.fault("put_commands", DOWN)
    with capture_logs() as lines:
        async with town.bot():
            there.say("general", "ann", f"{there.mention} why?")
            await there.until(lambda: town.ended)
    (line,) = [line for line in lines if line["event"] == "not registered"]
    assert "restart" in line["do"]
    async with town.bot():
        assert await heard(there, there.slash("help"))
