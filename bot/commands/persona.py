"""``persona``: the system prompt here."""

from bot.commands.base import Argument, Command, Invocation, Reply, Services
from bot.commands.change import DEFAULT, choose, quote, shown


async def run(services: Services, invocation: Invocation) -> Reply:
    """Show the whole persona, or set it to the argument."""
    if invocation.argument.strip():
        return await choose(services, invocation, "persona")
    here = invocation.conversation
    now = await services.reader.effective(here)
    return Reply(shown("persona", quote(now.persona), here, now))


COMMAND = Command(
    name="persona",
    summary="Show what the bot was told to be here, or tell it something else",
    run=run,
    argument=Argument(
        "text", f"instructions in up to 4,000 characters, or `{DEFAULT}`", long=True
    ),
    admin=True,
)
