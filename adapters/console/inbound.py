"""What a typed line is: a question, a command, a wish to leave, or nothing. Pure."""

from dataclasses import dataclass

from bot.commands.table import parse
from bot.messages import Account, ConversationKey, IncomingMessage, Person, Trigger

PREFIX = "/"
YOU = Person("you", "You")
"""Whoever sits at the terminal."""

_FAREWELLS = {"quit", "exit", "bye"}


@dataclass(frozen=True, slots=True)
class Question:
    """A line for the model."""

    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A line for the bot itself."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """The end of the chat."""


def read(line: str | None) -> Question | Command | Leave | None:
    """What a line says; a blank one nothing. None, the end of the input, is a wish to leave."""
    if line is None:
        return Leave()
    text = line.strip()
    if text.lower() in _FAREWELLS:
        return Leave()
    if text.lower() == "stop":
        return Command("stop")
    command = parse(text, PREFIX)
    if command:
        return Command(*command)
    return Question(text) if text else None


def place_of(name: str) -> ConversationKey:
    """The conversation of this name."""
    return ConversationKey("console", "local", name)


def account_of(place: ConversationKey) -> Account:
    """In the terminal each conversation has an account of its own."""
    return Account(f"console:{place.channel}", place)


def message(place: ConversationKey, text: str, id_: str, at: int) -> IncomingMessage:
    """The question as the core takes it in; ``at`` in milliseconds since 1970."""
    return IncomingMessage(account_of(place).name, place, id_, YOU, text, at, Trigger.DIRECT)
