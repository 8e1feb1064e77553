"""The table of commands, whatever they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.table import COMMANDS, parse
from tests.bot.commands.fakes import Desk


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
    assert lines[1].endswith("; name: the model's name, or `default` (admins only)")


async def test_an_unknown_command_names_the_closest() -> None:
    """A typing error costs nothing but a hint, and nonsense is sent to the help."""
    assert "`/model`" in await Desk().say("modle")
    assert "`/help`" in await Desk().say("xyzzy")


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.admin], ids=str)
async def test_admin_commands_are_for_admins(command: object) -> None:
    """Anyone else reads a refusal, and nothing is changed."""
    name = str(command).split()[0]
    desk = Desk(is_admin=False)
    assert "Only admins" in await desk.say(f"{name} x")
    assert desk.store.records == {}


@pytest.mark.parametrize("name", ["help", "reset", "stop", "usage"])
async def test_all_else_is_for_everyone(name: str) -> None:
    """Who is no admin may get help, start anew, stop an answer and see the usage."""
    assert "Only admins" not in await Desk(is_admin=False).say(name)
