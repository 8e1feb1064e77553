"""Who gives a command or presses something, with which rights, and what it is about."""

from adapters.slack.content import Json
from adapters.slack.homes import Homes, Member, unwelcome
from adapters.slack.inbound import PLATFORM, for_us
from adapters.slack.replies import Declined
from adapters.slack.rest import translated
from adapters.slack.ways import Ways
from bot.commands.base import Invocation
from bot.messages import ConversationKey

NOT_HERE = "I do this for members of the workspace only that I was installed in."
NO_ANSWER = "I find no answer to you in this channel; write `!{name}` in its thread instead."
UNKNOWN = "I know nothing about this message any more; ask anew."
_LOOK_BACK = 100
"""Messages of a channel among which an answer is looked for: one request."""
_MOST = 20
"""How many of somebody's own among them are asked about in the store."""


class Callers:
    """Finds out what commands and presses are about."""

    def __init__(self, ways: Ways, homes: Homes) -> None:
        self._ways, self._homes, self._me = ways, homes, homes.me
        self.account = self._me.account

    async def of(self, body: Json) -> Member:
        """Who sent this, with the rights that the workspace says they have.

        Raises:
            Declined: it comes from another workspace.
            MessengerError: Slack does not say who somebody is.
        """
        if not for_us(body, self._me):
            raise Declined(NOT_HERE)
        return await self.known(user_of(body))

    async def known(self, user: str) -> Member:
        """Somebody of this workspace.

        Raises:
            Declined: they are of another one.
            MessengerError: Slack does not say who somebody is.
        """
        member = await self._homes.people.of(user)
        if member.stranger:
            raise Declined(NOT_HERE)
        return member

    async def admitted(self, user: str, where: ConversationKey) -> Member:
        """Somebody who may ask there, also of another organisation.

        Raises:
            Declined: they may not.
            MessengerError: Slack does not say who somebody is.
            StoreError: the settings are out of reach.
        """
        member = await self._homes.people.of(user)
        if refusal := await unwelcome(member, where, self._ways.access):
            raise Declined(refusal)
        return member

    def channel(self, channel: str) -> ConversationKey:
        """A channel, outside of its threads."""
        return ConversationKey(PLATFORM, self._me.team, channel)

    def invocation(self, where: ConversationKey, caller: Member, argument: str = "") -> Invocation:
        """A command of the core's table, given behind the slash command."""
        return Invocation(
            conversation=where,
            account=self._me.account,
            person=caller.person,
            argument=argument,
            is_admin=caller.admin,
            prefix=f"{self._ways.command} ",
        )

    async def conversation(self, channel: str, message: str) -> ConversationKey:
        """The conversation of a question, or of an answer.

        Raises:
            Declined: it is none of these.
            StoreUnavailable: no answer from the store.
        """
        found = await self._ways.conversations.find(self.channel(channel), message)
        if found is None:
            raise Declined(UNKNOWN)
        return found

    async def current(self, here: ConversationKey, person: str, name: str) -> ConversationKey:
        """What somebody means who speaks of "this conversation" outside of threads.

        In a channel there are many: it is that of a question of theirs which is being answered,
        else of their newest one.

        Raises:
            Declined: there is none; so they are told to write ``!name`` in a thread.
            MessengerError: Slack does not show the channel.
        """
        conversations = self._ways.conversations
        if (await conversations.known([here]))[0]:
            return here
        asked = await self._asked(here, person)
        found = [where for ts in asked if (where := await conversations.find(here, ts))]
        if not found:
            raise Declined(NO_ANSWER.format(name=name))
        running = [where for where in found if await conversations.waiting(where)]
        return (running or found)[0]

    async def _asked(self, here: ConversationKey, person: str) -> list[str]:
        """The newest messages of somebody outside of threads."""
        async with translated():
            page = await self._homes.client.conversations_history(
                channel=here.channel, limit=_LOOK_BACK
            )
        return [said["ts"] for said in page["messages"] if said.get("user") == person][:_MOST]


def user_of(body: Json) -> str:
    """The id of who sent this."""
    return str(body["user_id"] if "user_id" in body else body["user"]["id"])
