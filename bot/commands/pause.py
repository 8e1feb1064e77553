"""``pause`` and ``resume``: the whole workspace, at once."""

from dataclasses import replace

from bot.commands.base import Command, Invocation, Reply, Services


async def _pause(services: Services, invocation: Invocation) -> Reply:
    await _set(services, invocation, str(True))
    return Reply(
        "Paused: no new question is answered in this workspace until an admin says"
        f" `{invocation.prefix}resume`.",
        private=False,
    )


async def _resume(services: Services, invocation: Invocation) -> Reply:
    await _set(services, invocation, None)
    return Reply("Not paused: questions are answered in this workspace.", private=False)


async def _set(services: Services, invocation: Invocation, value: str | None) -> None:
    await services.store.store(replace(invocation, wide=True).scope, "paused", value)


PAUSE = Command("pause", "Answer nobody in this workspace", _pause, admin=True)
RESUME = Command("resume", "Answer in this workspace again", _resume, admin=True)
