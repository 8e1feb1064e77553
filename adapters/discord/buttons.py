"""Buttons under answers. All they know stands in their id, so they outlive every process."""

import re
from typing import Any, Protocol, Self, cast

import discord
from discord import ui

from bot.messages import Offer, PartKey

STOP = "stop"
_FACES = {
    STOP: ("Stop", discord.ButtonStyle.secondary),
    Offer.CONTINUE: ("Continue", discord.ButtonStyle.primary),
    Offer.RETRY: ("Retry", discord.ButtonStyle.primary),
}
_ID = re.compile(r"tw:(?P<what>stop|continue|retry):(?P<asker>\d*):(?P<mark>[i\d]+\.\d+)")


class Pressed(Protocol):
    """Does what a button is for."""

    async def pressed(self, interaction: discord.Interaction, what: str, asker: str) -> None:
        """Somebody pressed one, under an answer to ``asker``."""
        ...


class AnswerButton(ui.DynamicItem[ui.Button[ui.View]], template=_ID):
    """Stop, Continue or Retry; who may press it, and the part that it stands under, in its id."""

    def __init__(self, what: str, asker: str, mark: str) -> None:
        label, style = _FACES[what]
        custom_id = f"tw:{what}:{asker}:{mark}"
        super().__init__(ui.Button(label=label, style=style, custom_id=custom_id))
        self._what, self._asker = what, asker

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,  # noqa: ARG003 - the library's signature
        item: ui.Item[Any],  # noqa: ARG003 - likewise
        match: re.Match[str],
        /,
    ) -> Self:
        """What was pressed, from its id alone."""
        return cls(match["what"], match["asker"], match["mark"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand it on to the client that heard of it."""
        client = cast("Pressed", interaction.client)
        await client.pressed(interaction, self._what, self._asker)


def mark_of(key: PartKey) -> str:
    """Names a part in the id of its button."""
    return f"{key.question}.{key.number}"


def button(what: str, key: PartKey) -> ui.View | None:
    """A row with this button; none for an answer that offers nothing.

    It is closed to begin with: an open one is kept by the library for every message.
    """
    if what not in _FACES:
        return None
    view = ui.View(timeout=None)
    view.add_item(AnswerButton(what, key.asker, mark_of(key)))
    view.stop()
    return view


def stands_under(message: discord.Message, key: PartKey) -> bool:
    """Whether the message has the Stop button of this part."""
    wanted = f"tw:{STOP}:{key.asker}:{mark_of(key)}"
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return any(
        isinstance(item, discord.Button) and item.custom_id == wanted
        for row in rows
        for item in row.children
    )
