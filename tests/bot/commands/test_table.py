"""The table of commands, whatever they do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.base import Argument, Command
from bot.commands.table import COMMANDS, parse
from bot.messages import Scope
from tests.bot.commands.fakes import Desk, FakeSettings

NEAR = Scope("discord", "guild", "general")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("/help", ("help", "")),
        ("  /Model  gpt-6-terra \n", ("model", "gpt-6-terra")),
        ("/persona You are\na pirate.", ("persona", "You are\na pirate.")),
        ("/modle x", ("modle", "x")),
        ("help", None),
        ("/usr/bin/env does what?", None),
        ("/ model", None),
        ("/", None),
        ("what is /help", None),
    ],
)
def test_a_command_is_the_prefix_and_one_word(text: str, parsed: tuple[str, str] | None) -> None:
    """Only such a text is a command; a path, or a slash further on, belongs to a question."""
    assert parse(text, "/") == parsed


@given(
    st.sampled_from(["/", "!", "@bot ", ".*"]),
    st.sampled_from([command.name for command in COMMANDS]),
    st.text().map(str.strip),
)
def test_name_and_argument_come_back(prefix: str, name: str, argument: str) -> None:
    """Whatever the argument says, it arrives as it was typed."""
    assert parse(f"{prefix}{name} {argument}", prefix) == (name, argument)


async def test_help_lists_every_command() -> None:
    """Each has a line with its name as it is typed here, and what it takes."""
    lines = (await Desk().say("help")).splitlines()
    assert [line.split("`")[1] for line in lines] == [f"/{command}" for command in COMMANDS]
    assert lines[1].endswith("; name: the model's name, or `default` (only admins change it)")
    assert lines[-1].endswith("Answer in this workspace again (admins only)")
    assert "admins" not in lines[0]


async def test_an_unknown_command_names_the_closest() -> None:
    """A typing error costs nothing but a hint, and nonsense is sent to the help."""
    assert "`/model`" in await Desk().say("modle")
    assert "`/help`" in await Desk().say("xyzzy")


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.admin], ids=str)
@pytest.mark.parametrize("argument", [" x", " place thread", " default"])
async def test_only_admins_change_anything(command: Command, argument: str) -> None:
    """Anyone else reads a refusal, and nothing is changed."""
    desk = Desk(is_admin=False)
    assert "Only admins" in await desk.say(f"{command.name}{argument}")
    assert desk.store.records == {}


@pytest.mark.parametrize("name", ["pause", "resume"])
async def test_what_only_changes_is_for_admins(name: str) -> None:
    """A command that shows nothing is refused to anyone else, whatever stands behind it."""
    desk = Desk(is_admin=False)
    assert await desk.say(name) == "Only admins can do that; please ask one."
    assert desk.store.records == {}


@pytest.mark.parametrize(
    "name", ["help", "reset", "stop", "usage", "model", "persona", "settings  "]
)
async def test_all_else_is_for_everyone(name: str) -> None:
    """Who is no admin may talk, stop, and see what holds; a blank argument is none."""
    assert "Only admins" not in await Desk(is_admin=False).say(name)


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_every_platform_can_show_the_table(command: Command) -> None:
    """Names are short words in lower case, and texts have 100 characters at most.

    Source: https://docs.discord.com/developers/interactions/application-commands
    """
    argument = command.argument or Argument("x", "y")
    for name in (command.name, argument.name):
        assert re.fullmatch("[a-z]{1,32}", name)
    assert max(len(command.summary), len(argument.help)) <= 100


async def test_a_form_begins_with_the_present_value() -> None:
    """The whole text is told as it holds here, however long it is."""
    long = "You are a pirate.\n" * 200
    desk = Desk(store=FakeSettings({NEAR: {"persona": long}}))
    assert await desk.commands.current("persona", desk.invocation()) == long.strip()
    assert await Desk().commands.current("persona", desk.invocation()) == "Be brief."


@pytest.mark.parametrize("name", ["help", "persona"])
async def test_what_cannot_be_completed_has_no_choices(name: str) -> None:
    """A command without an argument, or with free text, offers nothing."""
    assert await Desk().choices(name, "a") == []
