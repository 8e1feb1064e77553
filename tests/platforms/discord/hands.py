"""What people press, choose and fill in."""

import secrets
from typing import Any

from tests.platforms.discord import payloads
from tests.platforms.discord.model import Interaction, Json, Message, parts
from tests.platforms.discord.people import People

COMMAND, PRESS, COMPLETE, SUBMIT = 2, 3, 4, 5
"""Types of interactions."""

MESSAGE_MENU = 3
GROUPS = frozenset({1, 2})
"""Types of options that hold options: subcommands and their groups."""


class Hands(People):
    """Every call answers with the interaction; the bot's ``answer`` comes later.

    ``permissions`` are those that Discord says the person has: ``model.MANAGE_SERVER`` …
    """

    def slash(
        self,
        command: str,
        options: Json | None = None,
        *,
        user: str = "ann",
        channel: str = "general",
        permissions: int = 0,
    ) -> Interaction:
        """Somebody gives a command that the bot registered: ``"ask"``, ``"model set"``."""
        data = self._command(command, options or {}, "")
        return self._interact(COMMAND, user, channel, data, permissions=permissions)

    def autocomplete(
        self,
        command: str,
        focused: str,
        options: Json,
        *,
        user: str = "ann",
        channel: str = "general",
    ) -> Interaction:
        """Somebody types into the option ``focused``; ``options``: what stands in each by now."""
        return self._interact(COMPLETE, user, channel, self._command(command, options, focused))

    def menu(
        self, command: str, message: str | Message, *, user: str = "ann", permissions: int = 0
    ) -> Interaction:
        """Somebody chooses a command from the Apps menu of a message."""
        target = self.find(message)
        made = self._registered(command, MESSAGE_MENU)
        shown = {"messages": {target.id: self.look(target, readable=True)}}
        data = {"id": made["id"], "name": command, "type": MESSAGE_MENU}
        data |= {"target_id": target.id, "resolved": shown}
        return self._interact(COMMAND, user, target.channel, data, permissions=permissions)

    def press(
        self,
        message: str | Message,
        custom_id: str,
        *,
        user: str = "ann",
        values: list[str] | None = None,
        permissions: int = 0,
    ) -> Interaction:
        """Somebody presses a button, or chooses ``values`` from a list.

        Raises:
            LookupError: there is no such thing on the message now.
        """
        said = self.find(message)
        item = said.buttons[custom_id]
        data: Json = {"component_type": item["type"], "custom_id": custom_id}
        data |= {"values": values} if values is not None else {}
        return self._interact(PRESS, user, said.channel, data, said, permissions)

    def submit(self, form: Interaction, values: dict[str, str]) -> Interaction:
        """Who was shown a form sends it; what is not in ``values`` stays as it was."""
        shown = (form.answer or {})["data"]
        data = {"custom_id": shown["custom_id"], "components": _filled(shown, values)}
        user, channel = form.user.id, form.channel
        return self._interact(SUBMIT, user, channel, data, form.message, form.permissions)

    def _command(self, command: str, options: Json, focused: str) -> Json:
        name, *path = command.split()
        made = self._registered(name, 1)
        given = _options(made.get("options", []), path, options, focused)
        return {"id": made["id"], "name": name, "type": 1, "options": given}

    def _registered(self, name: str, type_: int) -> Json:
        every = [made for some in self.commands.values() for made in some]
        for made in every:
            if (made["name"], made["type"]) == (name, type_):
                return made
        raise LookupError(f"the bot registered no command {name}")

    def _interact(
        self,
        type_: int,
        user: str,
        channel: str,
        data: Json,
        message: Message | None = None,
        permissions: int = 0,
    ) -> Interaction:
        place, who = self.channel(channel), self.person(user)
        made = Interaction(self.ids(), secrets.token_hex(16), type_, who, place.id, data)
        made.permissions, made.message = permissions, message
        self.interactions[made.id] = made
        about = payloads.interaction(made, place, self.bot)
        if message:
            about["message"] = self.look(message, readable=True)
        self.sessions.dispatch("INTERACTION_CREATE", about, place.guild)
        self.touch()
        return made


def _options(known: list[Json], path: list[str], given: Json, focused: str) -> list[Json]:
    """Options as they are sent; the types are those that were registered."""
    types = {option["name"]: option for option in known}
    if path:
        inner = types[path[0]]
        below = _options(inner.get("options", []), path[1:], given, focused)
        return [{"name": path[0], "type": inner["type"], "options": below}]
    return [_option(types[name], value, focused) for name, value in given.items()]


def _option(known: Json, value: Any, focused: str) -> Json:
    made = {"name": known["name"], "type": known["type"], "value": value}
    return made | ({"focused": True} if known["name"] == focused else {})


def _filled(shown: Json, values: dict[str, str]) -> list[Json]:
    """The components of a form with what was typed."""
    unknown = values.keys() - {item.get("custom_id") for item in parts(shown["components"])}
    if unknown:
        raise LookupError(f"the form has no {unknown}")
    return [_typed(item, values) for item in shown["components"]]


def _typed(item: Json, values: dict[str, str]) -> Json:
    made: Json = {"type": item["type"], "id": item.get("id", 0)}
    if "component" in item:
        return made | {"component": _typed(item["component"], values)}
    if "components" in item:
        return made | {"components": [_typed(inner, values) for inner in item["components"]]}
    value = values.get(item["custom_id"], item.get("value", ""))
    return made | {"custom_id": item["custom_id"], "value": value}
