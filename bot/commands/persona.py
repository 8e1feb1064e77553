"""``persona``: the system prompt here."""

from bot.commands.base import Argument, Command, Invocation, Reply, Services
from bot.commands.change import DEFAULT, change, shown
from bot.settings import PARSERS

_EXCERPT = 120


async def _run(services: Services, invocation: Invocation) -> Reply:
    wish = invocation.argument.strip()
    if not wish:
        here = invocation.conversation
        return Reply(shown("persona", _quote, here, await services.reader.effective(here)))
    if wish.lower() == DEFAULT:
        return await change(services, invocation, "persona", None, _excerpt)
    try:
        persona = str(PARSERS["persona"](wish))
    except ValueError as error:
        return Reply(str(error))
    return await change(services, invocation, "persona", persona, _excerpt)


def _quote(persona: str) -> str:
    return f"“{persona}”" if persona else "none"


def _excerpt(persona: str) -> str:
    line = " ".join(persona.split())
    return _quote(line if len(line) <= _EXCERPT else f"{line[:_EXCERPT]}…")


COMMAND = Command(
    name="persona",
    summary="Show what the bot was told to be here, or tell it something else",
    run=_run,
    argument=Argument("text", f"instructions in up to 4,000 characters, or `{DEFAULT}`"),
    admin=True,
)
