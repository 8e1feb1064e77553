"""How commands and presses are answered: within Discord's three seconds, whatever happens.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import discord
import structlog
from discord import ui

from adapters.discord.messenger import LIMIT
from adapters.discord.rest import translated
from bot.commands.base import Reply
from bot.errors import MessengerError, StoreUnavailable, ThreadwiseError
from bot.split import split
from bot.words import sentence

_log = structlog.stdlib.get_logger(__name__)
PATIENCE = 2.0
"""Seconds to wait for a store before something is said: the third is Discord's way back."""


class Declined(ThreadwiseError):
    """What was asked is not done; its text is the sentence for who asked."""


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Do it while there is time for an answer.

    Raises:
        StoreUnavailable: it took longer; whatever was begun may still happen.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError as error:
        raise StoreUnavailable(f"no answer within {PATIENCE} s") from error


async def answer(interaction: discord.Interaction, work: Coroutine[Any, Any, Reply]) -> None:
    """Say what the work comes to, or why it failed.

    What takes long is said to its giver alone: who sees it must be told to Discord beforehand.
    """
    async with asyncio.TaskGroup() as group:
        running = group.create_task(_tried(work))
        await asyncio.wait([running], timeout=PATIENCE)
        if not running.done():
            await acknowledge(interaction, thinking=True, private=True)
    reply = running.result()
    await say(interaction, reply.text, private=reply.private)


async def answer_alone(
    interaction: discord.Interaction, work: Callable[[], Awaitable[Reply]]
) -> None:
    """Say to its giver alone what the work comes to; of several processes, one does it."""
    if await acknowledge(interaction, thinking=True, private=True):
        reply = await _tried(work())
        await say(interaction, reply.text)


async def _tried(work: Awaitable[Reply]) -> Reply:
    try:
        return await work
    except ThreadwiseError as error:
        return Reply(_explained(error))


async def explain(interaction: discord.Interaction, error: Exception) -> None:
    """Say why it was not done: one sentence, with a reference to the log's line."""
    await say(interaction, _explained(error))


def _explained(error: Exception) -> str:
    reference = secrets.token_hex(3)
    match error:
        case Declined():
            return str(error)
        case ThreadwiseError():
            cause = type(error).__name__
            _log.warning("not done", reference=reference, cause=cause, error=str(error))
            return sentence(error, reference)
    _log.error("not done", reference=reference, exc_info=error)
    return sentence(ThreadwiseError(), reference)


async def say(interaction: discord.Interaction, text: str, *, private: bool = True) -> None:
    """Say it, in as many messages as it needs; what cannot be said is in the log."""
    try:
        for part in split(text, LIMIT):
            async with translated():
                await _send(interaction, part, private=private)
    except MessengerError as error:
        _log.info("not said", error=str(error))


async def _send(interaction: discord.Interaction, text: str, *, private: bool) -> None:
    send = (
        interaction.followup.send
        if interaction.response.is_done()
        else interaction.response.send_message
    )
    nobody = discord.AllowedMentions.none()
    await send(text, ephemeral=private, suppress_embeds=True, allowed_mentions=nobody)


async def acknowledge(
    interaction: discord.Interaction, *, thinking: bool = False, private: bool = False
) -> bool:
    """Tell Discord that it arrived; False: too late, or another process of ours did.

    Args:
        interaction: a command, or a press.
        thinking: people see that an answer is on its way; else they see nothing.
        private: only who asked sees that, and the answer.
    """
    try:
        async with translated():
            await interaction.response.defer(thinking=thinking, ephemeral=private)
    except MessengerError as error:
        _log.info("not acknowledged", error=str(error))
        return False
    return True


async def show(interaction: discord.Interaction, form: ui.Modal) -> None:
    """Show a form; what cannot be shown is in the log."""
    try:
        async with translated():
            await interaction.response.send_modal(form)
    except MessengerError as error:
        _log.info("not shown", error=str(error))
