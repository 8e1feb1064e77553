"""Who gives a command, with which rights, and what it is about."""

import discord

from adapters.discord.buttons import STOP
from adapters.discord.homes import Homes
from adapters.discord.inbound import Me
from adapters.discord.replies import Declined
from adapters.discord.rest import translated
from adapters.discord.ways import Ways
from bot.commands.base import Invocation
from bot.messages import ConversationKey, Person, Turn
from bot.outcomes import Call

NOT_HERE = "I answer only on the servers that were chosen for me, and there your own messages too."
NO_ANSWER = "I find no answer to you in this channel; give the command where the answer stands."
UNKNOWN = "I know nothing about this message any more; ask anew."
UNFINISHED = "I remember no finished answer here."
_LOOK_BACK = 100
"""Messages of a channel among which an answer is looked for: one request."""


class Callers:
    """Finds out what commands and presses are about."""

    def __init__(self, client: discord.Client, ways: Ways, homes: Homes, me: Me) -> None:
        self._client, self._ways, self._homes, self._me = client, ways, homes, me

    async def place(self, interaction: discord.Interaction) -> ConversationKey:
        """Where settings hold for it: its thread, channel or direct conversation.

        Raises:
            Declined: nobody is served there.
            MessengerError: Discord does not say who somebody is.
        """
        guild = interaction.guild_id
        if guild is None:
            home = await self._homes.of_person(interaction.user.id)
        else:
            home = str(guild) if self._homes.serves(guild) else None
        if home is None:
            raise Declined(NOT_HERE)
        return _place(interaction, home)

    async def invocation(self, interaction: discord.Interaction, argument: str = "") -> Invocation:
        """A command of the core's table, given here.

        Raises:
            Declined, MessengerError: see ``place``.
        """
        return Invocation(
            conversation=await self.place(interaction),
            account=self._me.account,
            person=Person(str(interaction.user.id), interaction.user.display_name),
            argument=argument,
            is_admin=is_admin(interaction),
        )

    async def conversation(
        self, interaction: discord.Interaction, message: discord.Message
    ) -> ConversationKey:
        """The conversation of a question, or of an answer.

        Raises:
            Declined: nobody is served there, or it is none of these.
            StoreUnavailable: no answer from the store.
        """
        here = await self.place(interaction)
        found = await self._ways.conversations.find(here, str(message.id))
        if found is None:
            raise Declined(UNKNOWN)
        return found

    async def turn(
        self, interaction: discord.Interaction, message: discord.Message
    ) -> tuple[ConversationKey, Turn]:
        """The finished turn of a question, or of an answer.

        Raises:
            Declined: there is none that is remembered.
            StoreUnavailable: no answer from the store.
        """
        where = await self.conversation(interaction, message)
        for turn in await self._ways.conversations.turns(where):
            if str(message.id) in (*turn.ids, *turn.parts):
                return where, turn
        raise Declined(UNFINISHED)

    async def current(
        self, interaction: discord.Interaction, here: ConversationKey
    ) -> ConversationKey:
        """What somebody means who speaks of "this conversation".

        In a channel there are many: it is that of the answer which is being written to this
        person, else of the newest one.

        Raises:
            Declined: there is none.
            MessengerError: Discord does not show the channel.
        """
        if here.thread or interaction.guild_id is None:
            return here
        channel = self._client.get_partial_messageable(
            int(here.channel), guild_id=interaction.guild_id
        )
        await self._ways.pacer.admit(here, Call.OTHER, int)
        async with translated():
            seen = [message async for message in channel.history(limit=_LOOK_BACK)]
        theirs = [one for one in seen if answers(one, self._me, interaction.user.id)]
        if not theirs:
            raise Declined(NO_ANSWER)
        running = (one for one in theirs if runs(one, interaction.user.id))
        return await self.conversation(interaction, next(running, theirs[0]))


def _place(interaction: discord.Interaction, home: str) -> ConversationKey:
    channel = interaction.channel
    if isinstance(channel, discord.Thread):
        return ConversationKey("discord", home, str(channel.parent_id), str(channel.id))
    return ConversationKey("discord", home, str(interaction.channel_id))


def is_admin(interaction: discord.Interaction) -> bool:
    """Whether Discord says that they may manage the server; nobody may in direct messages."""
    rights = interaction.permissions
    return rights.manage_guild or rights.administrator


def may(interaction: discord.Interaction, *askers: str) -> bool:
    """Whether somebody may do something to the answer of these people."""
    return str(interaction.user.id) in askers or is_admin(interaction)


def answers(message: discord.Message, me: Me, person: int) -> bool:
    """Whether this is an answer to somebody: as a reply, to a command, or still being written."""
    if message.author.id != me.id:
        return False
    asked = message.reference.resolved if message.reference else None
    given = message.interaction_metadata
    return (
        runs(message, person)
        or (isinstance(asked, discord.Message) and asked.author.id == person)
        or (given is not None and given.user.id == person)
    )


def runs(message: discord.Message, person: int) -> bool:
    """Whether this answer is being written to somebody."""
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    ids = [getattr(item, "custom_id", None) or "" for row in rows for item in row.children]
    return any(one.startswith(f"tw:{STOP}:{person}:") for one in ids)
