"""Questions that come as commands: kept first, then Discord shows that an answer is coming."""

from collections.abc import Awaitable
from dataclasses import replace

import discord
import structlog

from adapters.discord import inbound
from adapters.discord.callers import Callers
from adapters.discord.inbound import Me
from adapters.discord.replies import acknowledge, explain, in_time, say
from adapters.discord.ways import Ways
from bot.accept import Receipt
from bot.errors import StoreFull, StoreUnavailable
from bot.messages import IncomingMessage

_log = structlog.stdlib.get_logger(__name__)
GO_ON = "Go on."
_PAUSE = 1.0
"""Seconds between two tries of a store that is away."""


class Asking:
    """Takes questions in; the answer is shown by the token of their interaction."""

    def __init__(self, ways: Ways, callers: Callers, me: Me) -> None:
        self._ways, self._callers, self._me = ways, callers, me

    async def ask(
        self, interaction: discord.Interaction, text: str, about: discord.Message | None = None
    ) -> None:
        """Somebody asks, perhaps about a message.

        Raises:
            Declined: they are not served.
            ThreadwiseError: that is not known in time.
        """

        async def asked() -> IncomingMessage:
            home = (await self._callers.place(interaction)).workspace
            return inbound.asked(interaction, self._me, text, home=home, about=about)

        await self._take(interaction, asked())

    async def go_on(self, interaction: discord.Interaction, answer: discord.Message) -> None:
        """Somebody wants more of an answer that was cut.

        Raises:
            Declined: nobody knows that answer.
            ThreadwiseError: that is not known in time.
        """

        async def asked() -> IncomingMessage:
            where = await self._callers.conversation(interaction, answer)
            question = inbound.asked(interaction, self._me, GO_ON, home=where.workspace)
            return replace(question, conversation=where)

        await self._take(interaction, asked())

    async def _take(
        self, interaction: discord.Interaction, asked: Awaitable[IncomingMessage]
    ) -> None:
        """Keep a question, and only then say that it is being answered; or why it is not.

        If Discord does not take that, the answer comes as a message of its own.
        """
        question = None
        try:
            async with in_time():
                question = await asked
                receipt = await self._accept(question, interaction.token)
        except StoreUnavailable as error:
            await explain(interaction, error)
            if question:
                await self._withdraw(question)
            return
        if receipt.kept:
            await acknowledge(interaction, thinking=True)
        elif receipt.sentence:
            await say(interaction, receipt.sentence)

    async def _accept(self, question: IncomingMessage, token: str) -> Receipt:
        where = question.conversation
        await self._ways.tokens.keep(where, question.id, token)
        refusal = await self._ways.access.refusal(where, question.author)
        return await self._ways.door.accept(question, refusal)

    async def _withdraw(self, question: IncomingMessage) -> None:
        """Take back what was refused, since it may have been kept all the same.

        In whatever order the two reach the store: as soon as it did this, the question is not
        answered any more, and an answer that began is stopped, which it says. If this process
        dies before, it may be answered.
        """
        where = question.conversation
        while True:
            try:
                await self._ways.conversations.change(
                    question.account, where, question.id, "", None
                )
            except (StoreUnavailable, StoreFull) as error:
                _log.warning("not withdrawn yet", error=str(error))
                await self._ways.clock.sleep(_PAUSE)
            else:
                return
