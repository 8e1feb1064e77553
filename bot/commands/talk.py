"""``reset`` and ``stop``: the running conversation."""

from bot.commands.base import Command, Invocation, Reply, Services
from bot.words import STOPPING


async def _reset(services: Services, invocation: Invocation) -> Reply:
    await services.inbox.reset(invocation.conversation)
    return Reply("Forgotten: the next question starts a new conversation.", private=False)


async def _stop(services: Services, invocation: Invocation) -> Reply:
    place = invocation.conversation
    outcome = await services.inbox.cancel(invocation.account, place, message="", why="user")
    return Reply(STOPPING[outcome])


RESET = Command("reset", "Forget this conversation and start anew", _reset)
STOP = Command("stop", "Stop the answer that is being written", _stop)
