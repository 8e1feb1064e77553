"""What can be done to an answer: by its buttons, and by the Apps menu of its messages."""

import discord

from adapters.discord.asking import Asking
from adapters.discord.buttons import STOP
from adapters.discord.callers import Callers, may
from adapters.discord.inbound import Me
from adapters.discord.replies import Declined, acknowledge, explain
from adapters.discord.ways import Ways
from bot.commands.base import Reply
from bot.errors import ThreadwiseError
from bot.messages import ConversationKey, Offer, Turn
from bot.outcomes import Cancelled, Changed
from bot.words import STOPPING

NOT_YOURS = "Only who asked, or an admin, can do that."
ONLY_NEWEST = "Only the newest answer can be redone."
REDONE = "It is answered once more."
FORGOTTEN = "Forgotten: I do not remember this question and its answer any more."


class Pressing:
    """Stops, goes on, redoes and forgets, for who asked and for admins."""

    def __init__(self, ways: Ways, callers: Callers, asking: Asking, me: Me) -> None:
        self._ways, self._callers, self._asking, self._me = ways, callers, asking, me

    async def pressed(self, interaction: discord.Interaction, what: str, asker: str) -> None:
        """Somebody pressed the button under an answer to ``asker``; always answered."""
        message = interaction.message
        assert message is not None, "Discord sends it with every press"  # noqa: S101
        try:
            if not may(interaction, asker):
                raise Declined(NOT_YOURS)
            await self._do(interaction, what, message)
        except ThreadwiseError as error:
            await explain(interaction, error)

    async def _do(
        self, interaction: discord.Interaction, what: str, message: discord.Message
    ) -> None:
        if what == Offer.CONTINUE:
            await self._asking.go_on(interaction, message)
        elif await acknowledge(interaction):
            where = await self._callers.conversation(interaction, message)
            do = self._stop if what == STOP else self._redo
            await do(where, message)

    async def _stop(self, where: ConversationKey, message: discord.Message) -> None:
        cancel = self._ways.conversations.cancel
        met = await cancel(self._me.account, where, str(message.id), "user")
        if met is Cancelled.IDLE:
            raise Declined(STOPPING[met])

    async def _redo(self, where: ConversationKey, message: discord.Message) -> None:
        met = await self._ways.conversations.redo(self._me.account, where, str(message.id))
        if met is Changed.UNKNOWN:
            raise Declined(ONLY_NEWEST)

    async def retry(self, interaction: discord.Interaction, message: discord.Message) -> Reply:
        """Redo the answer that this message is, or asked for.

        Raises:
            Declined: it is not theirs, or not the newest.
            ThreadwiseError: it was not done.
        """
        where, _ = await self._own(interaction, message)
        await self._redo(where, message)
        return Reply(REDONE)

    async def forget(self, interaction: discord.Interaction, message: discord.Message) -> Reply:
        """Take the turn of this message out of the history; what stands in the channel stays.

        Raises:
            Declined: it is not theirs, or nothing is known of it.
            ThreadwiseError: it was not done.
        """
        where, turn = await self._own(interaction, message)
        await self._ways.conversations.change(self._me.account, where, turn.ids[0], "", None)
        return Reply(FORGOTTEN)

    async def _own(
        self, interaction: discord.Interaction, message: discord.Message
    ) -> tuple[ConversationKey, Turn]:
        where, turn = await self._callers.turn(interaction, message)
        if not may(interaction, *(question.author.id for question in turn.questions)):
            raise Declined(NOT_YOURS)
        return where, turn
