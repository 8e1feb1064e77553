"""Forms with one field, for texts of many lines."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import ui

from adapters.discord.replies import explain

LONGEST = 4000
"""Characters of a field; also what Discord sends at the most."""
_SECONDS = 3600.0
"""A form that nobody sends is forgotten: Discord does not say when one is closed."""


class Form(ui.Modal):
    """Brings what was written to ``sent``; a form does not outlive the process that showed it."""

    def __init__(
        self,
        title: str,
        field: ui.TextInput[Any],
        sent: Callable[[discord.Interaction, str], Awaitable[None]],
    ) -> None:
        super().__init__(title=title, timeout=_SECONDS)
        self._field, self._sent = field, sent
        self.add_item(ui.Label(text=title, component=field))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Bring it."""
        await self._sent(interaction, self._field.value)

    async def on_error(  # type: ignore[override]  # the library's own form does the same
        self, interaction: discord.Interaction, error: Exception, /
    ) -> None:
        """Say it in one sentence."""
        await explain(interaction, error)


def paragraph(value: str = "", *, required: bool) -> ui.TextInput[Any]:
    """A field of several lines with this in it; what does not fit whole is left out."""
    return ui.TextInput(
        style=discord.TextStyle.paragraph,
        custom_id="text",
        default=value if len(value) <= LONGEST else "",
        required=required,
        max_length=LONGEST,
    )
