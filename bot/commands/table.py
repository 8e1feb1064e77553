"""The one table of commands: every platform registers, parses and lists them from here."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from bot.commands import model, pause, persona, settings, talk, usage
from bot.commands.base import Command, Invocation, Reply, Services


async def _help(_: Services, invocation: Invocation) -> Reply:
    return Reply("\n".join(_line(command, invocation.prefix) for command in COMMANDS))


def _line(command: Command, prefix: str) -> str:
    argument = f"; {command.argument.name}: {command.argument.help}" if command.argument else ""
    return f"- `{prefix}{command}`: {command.summary}{argument}{_who(command)}"


def _who(command: Command) -> str:
    if not command.admin:
        return ""
    return " (admins only)" if command.only_changes else " (only admins change it)"


COMMANDS = (
    Command("help", "List what you can tell me to do", _help),
    model.COMMAND,
    persona.COMMAND,
    settings.COMMAND,
    talk.RESET,
    talk.STOP,
    usage.COMMAND,
    pause.PAUSE,
    pause.RESUME,
)
"""In the order in which people read them."""

_BY_NAME = {command.name: command for command in COMMANDS}


class Commands:
    """Runs the commands of the table."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, name: str, invocation: Invocation) -> Reply:
        """Do what was asked; an unknown name and a lack of rights are answered, not raised.

        Raises:
            StoreError: the store did not do it.
        """
        command = _BY_NAME.get(name)
        if command is None:
            return Reply(_unknown(name, invocation.prefix))
        if not invocation.is_admin and _changes(command, invocation):
            return Reply(_refused(command, invocation.prefix))
        return await command.run(self._services, invocation)

    async def choices(self, name: str, invocation: Invocation, typed: str) -> Sequence[str]:
        """What may be meant by the beginning of an argument, CHOICES values at most.

        Raises:
            StoreError: the store did not answer.
        """
        argument = _BY_NAME[name].argument
        if argument is None or argument.choices is None:
            return ()
        return await argument.choices(self._services, invocation, typed)

    async def current(self, name: str, invocation: Invocation) -> str:
        """The whole value that holds here of the setting that this command changes.

        Raises:
            StoreError: the store did not answer.
        """
        now = await self._services.reader.effective(invocation.conversation)
        return str(getattr(now, name))


def _changes(command: Command, invocation: Invocation) -> bool:
    return command.only_changes or (command.admin and bool(invocation.argument.strip()))


def _refused(command: Command, prefix: str) -> str:
    look = "" if command.only_changes else f" `{prefix}{command.name}` alone shows what holds."
    return f"Only admins can do that; please ask one.{look}"


def parse(text: str, prefix: str) -> tuple[str, str] | None:
    """A command's name and argument, or None where the text is no command.

    A command is the prefix and one word of letters; whether that is in the table, ``run`` says.
    """
    pattern = rf"{re.escape(prefix)}([a-z]+)(?:\s+(.*))?"
    match = re.fullmatch(pattern, text.strip(), re.DOTALL | re.IGNORECASE)
    return (match[1].lower(), match[2] or "") if match else None


def _unknown(name: str, prefix: str) -> str:
    close = get_close_matches(name, _BY_NAME, n=1)
    hint = f"did you mean `{prefix}{close[0]}`?" if close else f"see `{prefix}help`."
    return f"There is no command `{prefix}{name}`; {hint}"
