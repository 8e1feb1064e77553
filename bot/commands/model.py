"""``model``: which model answers here."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from bot.commands.base import CHOICES, Argument, Command, Invocation, Reply, Services
from bot.commands.change import DEFAULT, change, code, shown
from bot.errors import ModelError
from bot.settings import PARSERS

_LISTED = 20
_UNREAD = "The provider's list of models could not be read"


async def run(services: Services, invocation: Invocation) -> Reply:
    """Show the model and what else there is, or choose the argument if somebody offers it."""
    wish = invocation.argument.strip()
    if not wish:
        return await _show(services, invocation)
    if wish.lower() == DEFAULT:
        return await change(services, invocation, "model", None)
    return await _choose(services, invocation, wish)


async def _show(services: Services, invocation: Invocation) -> Reply:
    here = invocation.conversation
    settings = await services.reader.effective(here)
    offered = await _patiently(services, services.models.offered(settings.model))
    models = _listing(offered) if offered else f"{_UNREAD} now."
    return Reply(f"{shown('model', code(settings.model), here, settings)}\n\n{models}")


async def _choose(services: Services, invocation: Invocation, wish: str) -> Reply:
    try:
        model = str(PARSERS["model"](wish))
    except ValueError as error:
        return Reply(str(error))
    offered = await _patiently(services, services.models.offered(model))
    if offered and model not in offered:
        return Reply(_unknown(model, offered))
    reply = await change(services, invocation, "model", model)
    note = "" if offered else f"\n\n{_UNREAD}, so the name is not checked."
    return replace(reply, text=reply.text + note)


async def _choices(services: Services, invocation: Invocation, typed: str) -> Sequence[str]:
    listed = await _patiently(services, _listed(services, invocation))
    return [name for name in listed if typed.lower() in name.lower()][:CHOICES]


async def _listed(services: Services, invocation: Invocation) -> Sequence[str]:
    now = await services.reader.effective(invocation.conversation)
    return await services.listed.get(now.model)


async def _patiently(services: Services, offered: Awaitable[Sequence[str]]) -> Sequence[str]:
    """Empty where the list cannot be read, or not in time."""
    try:
        async with asyncio.timeout(services.patience):
            return await offered
    except (ModelError, TimeoutError):
        return ()


def _unknown(model: str, offered: Sequence[str]) -> str:
    close = get_close_matches(model, offered, cutoff=0.4)
    hint = f"the closest are {_codes(close)}" if close else "`model` lists what there is"
    return f"No provider offers {code(model)}: {hint}. Nothing was changed."


def _listing(offered: Sequence[str]) -> str:
    more = len(offered) - _LISTED
    return f"Offered: {_codes(offered[:_LISTED])}{f' and {more:,} more' if more > 0 else ''}."


def _codes(names: Sequence[str]) -> str:
    return ", ".join(code(name) for name in names)


COMMAND = Command(
    name="model",
    summary="Show which model answers here, or choose another",
    run=run,
    argument=Argument("name", f"the model's name, or `{DEFAULT}`", choices=_choices),
    admin=True,
)
