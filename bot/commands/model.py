"""``model``: which model answers here."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from bot.commands.base import Argument, Command, Invocation, Reply, Services
from bot.commands.change import DEFAULT, change, shown
from bot.errors import ModelError
from bot.settings import PARSERS

_LISTED = 20
_UNREAD = "The provider's list of models could not be read"


async def _run(services: Services, invocation: Invocation) -> Reply:
    wish = invocation.argument.strip()
    if not wish:
        return await _show(services, invocation)
    if wish.lower() == DEFAULT:
        return await change(services, invocation, "model", None, _code)
    return await _choose(services, invocation, wish)


async def _show(services: Services, invocation: Invocation) -> Reply:
    here = invocation.conversation
    settings = await services.reader.effective(here)
    offered = await _offered(services, settings.model)
    models = _listing(offered) if offered else f"{_UNREAD} now."
    return Reply(f"{shown('model', _code, here, settings)}\n\n{models}")


async def _choose(services: Services, invocation: Invocation, wish: str) -> Reply:
    try:
        model = str(PARSERS["model"](wish))
    except ValueError as error:
        return Reply(str(error))
    offered = await _offered(services, model)
    if offered and model not in offered:
        return Reply(_unknown(model, offered))
    reply = await change(services, invocation, "model", model, _code)
    note = "" if offered else f"\n\n{_UNREAD}, so the name is not checked."
    return replace(reply, text=reply.text + note)


async def _offered(services: Services, model: str) -> Sequence[str]:
    """Empty where the list cannot be read, or not in time."""
    try:
        async with asyncio.timeout(services.patience):
            return await services.models.offered(model)
    except (ModelError, TimeoutError):
        return ()


def _unknown(model: str, offered: Sequence[str]) -> str:
    close = get_close_matches(model, offered, cutoff=0.4)
    hint = f"the closest are {_codes(close)}" if close else "`model` lists what there is"
    return f"No provider offers {_code(model)}: {hint}. Nothing was changed."


def _listing(offered: Sequence[str]) -> str:
    more = len(offered) - _LISTED
    return f"Offered: {_codes(offered[:_LISTED])}{f' and {more:,} more' if more > 0 else ''}."


def _codes(names: Sequence[str]) -> str:
    return ", ".join(_code(name) for name in names)


def _code(name: str) -> str:
    return f"`{name}`"


COMMAND = Command(
    name="model",
    summary="Show which model answers here, or choose another",
    run=_run,
    argument=Argument("name", f"the model's name, or `{DEFAULT}`"),
    admin=True,
)
