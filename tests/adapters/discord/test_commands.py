"""The core's table as slash commands: who may do what, where it holds, and how it is said."""

from adapters.discord.callers import NO_ANSWER
from bot.commands.table import COMMANDS
from tests.adapters.discord.giving import heard, replies, seen
from tests.journeys.discord_town import DiscordTown
from tests.platforms.discord import MANAGE_SERVER
from tests.platforms.discord.model import EPHEMERAL, NO_EMBEDS, Json

ADMINS_ONLY = "Only admins can do that"
Given = tuple[str, Json, str]
"""A command, its options, and what is said."""


FOR_ALL: tuple[Given, ...] = (
    ("help", {}, "List what you can tell me to do"),
    ("model", {}, "Model: `gpt-6-luna`"),
    ("model", {"name": "gpt-6-luna"}, ADMINS_ONLY),
    ("persona", {}, "Persona: “You are a helpful assistant.”"),
    ("persona", {"text": "a pirate"}, ADMINS_ONLY),
    ("settings", {}, "`history_turns`: `20`"),
    ("settings", {"change": "quoted 3"}, ADMINS_ONLY),
    ("usage", {}, "You, today: nothing"),
    ("reset", {}, NO_ANSWER),
    ("stop", {}, NO_ANSWER),
    ("pause", {}, ADMINS_ONLY),
    ("resume", {}, ADMINS_ONLY),
)
FOR_ADMINS: tuple[Given, ...] = (
    ("model", {"name": "gpt-6-luna"}, "Model: `gpt-6-luna` (set here)"),
    ("persona", {"text": "a pirate"}, "“a pirate” (set here)"),
    ("settings", {"change": "quoted 3"}, "Quoted: `20` → `3` (set here)"),
    ("pause", {}, "Paused"),
    ("resume", {}, "Not paused"),
)


def test_every_row_is_given_here() -> None:
    """The two lists leave no command of the table out."""
    assert {name for name, _, _ in FOR_ALL} == {row.name for row in COMMANDS}
    assert {name for name, _, _ in FOR_ADMINS} == {row.name for row in COMMANDS if row.admin}


async def test_everybody_sees_and_nobody_changes(town: DiscordTown) -> None:
    """Without Manage Server, every command shows, to its giver alone, and none changes."""
    async with town.bot():
        for command, given, expected in FOR_ALL:
            assert expected in await heard(town.there, town.there.slash(command, given))


async def test_admins_change_and_everybody_sees_that(town: DiscordTown) -> None:
    """With Manage Server every command changes what it is for, before everybody's eyes."""
    async with town.bot():
        for command, given, expected in FOR_ADMINS:
            asked = town.there.slash(command, given, permissions=MANAGE_SERVER)
            text, private = await seen(town.there, asked)
            assert expected in text
            assert not private


async def test_nobody_is_an_admin_in_direct_messages(town: DiscordTown) -> None:
    """A DM belongs to a guild's budget, so its settings are not the person's to change."""
    there = town.there
    room = there.direct("ann", "hello").channel
    async with town.bot():
        changing = there.slash("model", {"name": "x"}, channel=room, permissions=MANAGE_SERVER)
        showing = there.slash("model", channel=room)
        stopping = there.slash("stop", channel=room)
        assert ADMINS_ONLY in await heard(there, changing)
        assert "Model: `gpt-6-luna`" in await heard(there, showing)
        assert "Nothing runs here." in await heard(there, stopping)


async def test_a_setting_holds_where_it_was_given(town: DiscordTown) -> None:
    """In a thread it is the thread's; outside, the channel's, which threads inherit."""
    there = town.there
    thread = there.make_thread("general", "ann", "inside")
    async with town.bot():
        change = {"change": "quoted 3"}
        await seen(there, there.slash("settings", change, permissions=MANAGE_SERVER))
        inside = await heard(there, there.slash("settings", channel=thread.id))
        change = {"change": "quoted 5"}
        await seen(
            there, there.slash("settings", change, channel=thread.id, permissions=MANAGE_SERVER)
        )
        outside = await heard(there, there.slash("settings"))
    assert "`quoted`: `3` (set for the whole channel)" in inside
    assert "`quoted`: `3` (set here)" in outside


async def test_long_replies_go_on_in_more_messages(town: DiscordTown) -> None:
    """A persona of 4,000 characters is shown whole, and all of it to its reader alone."""
    there, persona = town.there, "word " * 799 + "x"
    async with town.bot():
        given = {"text": persona}
        await seen(there, there.slash("persona", given, permissions=MANAGE_SERVER))
        asked = there.slash("persona", user="ben")
        await there.until(
            lambda: " ".join(one.content for one in replies(asked)).count("word") == 799
        )
    assert len(replies(asked)) == 3
    assert all(one.flags & EPHEMERAL for one in replies(asked))


async def test_commands_ping_nobody_and_unfold_nothing(town: DiscordTown) -> None:
    """What an admin wrote into a setting mentions nobody, and its links stay links."""
    there = town.there
    text = f"<@{there.person('ben').id}> @everyone https://example.org/"
    async with town.bot():
        asked = there.slash("persona", {"text": text}, permissions=MANAGE_SERVER)
        await seen(there, asked)
    (said,) = replies(asked)
    assert "https://example.org/" in said.content
    assert (said.mentions, said.everyone, said.flags & NO_EMBEDS) == ([], False, NO_EMBEDS)
