"""What a typed line is."""

import pytest

from adapters.console.inbound import (
    Command,
    Leave,
    Question,
    account_of,
    message,
    place_of,
    read,
)
from bot.messages import Trigger


@pytest.mark.parametrize("line", ["quit", " EXIT\n", "Bye\r\n", None])
def test_farewells_and_the_end_of_the_input_leave(line: str | None) -> None:
    """Alone in a line, in any case."""
    assert read(line) == Leave()


@pytest.mark.parametrize("line", ["", "\n", " \t \r\n"])
def test_blank_lines_are_nothing(line: str) -> None:
    """White space is neither a question nor a command."""
    assert read(line) is None


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/help\n", Command("help")),
        ("/Model gpt-6-luna\n", Command("model", "gpt-6-luna")),
        ("stop\n", Command("stop")),
    ],
)
def test_commands_begin_with_a_slash(line: str, command: Command) -> None:
    """So does everything that looks like one; the word stop needs none."""
    assert read(line) == command


@pytest.mark.parametrize("line", ["bye bye", "why quit?", "/etc/hosts is what?", "stop it"])
def test_everything_else_is_a_question(line: str) -> None:
    """A farewell or a slash somewhere does not make it less of one."""
    assert read(f"  {line}\n") == Question(line)


def test_a_question_belongs_to_its_conversation_alone() -> None:
    """Each name has a conversation, and an account that is that conversation."""
    asked = message(place_of("notes"), "hi", "q1", 7)
    account = account_of(place_of("notes"))
    assert (asked.account, asked.conversation) == (account.name, account.conversation)
    assert (asked.id, asked.text, asked.at, asked.trigger) == ("q1", "hi", 7, Trigger.DIRECT)
    assert account != account_of(place_of("other"))
