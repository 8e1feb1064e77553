"""Somebody asks in the real terminal, whose process is hit, and starts it again."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from bot.messages import ConversationKey, State, Turn
from tests.chaos.blows import Barrier
from tests.chaos.world import PATIENCE, World

ROOT = Path(__file__).parents[2]
PLACE = ConversationKey("console", "local", "story")
QUESTION = "Why does the rain in this town never end, and what has the mayor to do with it?"
ANSWER = f"answer to: {QUESTION} [2 messages]"


async def play(made: World, barrier: Barrier) -> list[str]:
    """What is not as it must be at the end.

    Raises:
        TimeoutError: a chat did not end.
    """
    victim = await _chat(made, proxied=True)
    async with asyncio.TaskGroup() as group:
        said = group.create_task(_heard(victim, f"{QUESTION}\n"))
        if await barrier.hit(victim.wait()):
            victim.kill()
    before = await made.inbox.turns(PLACE)
    later = await _heard(await _chat(made, proxied=False), "")
    return [
        *_faults(made, await made.inbox.turns(PLACE), said.result() if before else later),
        *made.left(),
    ]


def _faults(made: World, turns: tuple[Turn, ...], shown: str) -> list[str]:
    """``shown``: the output of the run that kept the turn."""
    told = [(turn.ending.state, turn.ending.text) for turn in turns]
    if not told and not made.server.ask("KEYS", "*:seen:*"):
        return []  # it was never accepted: whoever asked sees that
    if told != [(State.ANSWERED, ANSWER)]:
        return [f"the history holds {told}"]
    return [] if ANSWER in shown else [f"the terminal shows {shown!r}"]


async def _chat(made: World, *, proxied: bool) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "chat", "--conversation", PLACE.channel),
        cwd=made.server.home,
        env=made.environment(proxied=proxied) | {"PYTHONPATH": str(ROOT)},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )


async def _heard(chat: Process, typed: str) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            output, _ = await chat.communicate(typed.encode())
    finally:
        if chat.returncode is None:
            chat.kill()
            await chat.wait()
    return output.decode()
