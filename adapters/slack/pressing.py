"""What can be done to an answer by what stands under it."""

from typing import Any

from adapters.slack import blocks
from adapters.slack.asking import Asking
from adapters.slack.callers import Callers, user_of
from adapters.slack.content import Json
from adapters.slack.homes import Member
from adapters.slack.replies import Declined
from adapters.slack.ways import Ways
from bot.messages import ConversationKey
from bot.outcomes import Cancelled, Changed
from bot.words import STOPPING

NOT_YOURS = "Only who asked, or an admin, can do that."
ONLY_NEWEST = "Only the newest answer can be redone."
_THUMBS = {blocks.GOOD: 1, blocks.BAD: -1}


class Pressing:
    """Stops, goes on and redoes, for who asked and for admins; takes thumbs of who may ask."""

    def __init__(self, ways: Ways, callers: Callers, asking: Asking) -> None:
        self._ways, self._callers, self._asking = ways, callers, asking

    async def pressed(self, body: Json) -> None:
        """Somebody pressed something under an answer.

        Raises:
            Declined: they may not, or nothing is known of that answer.
            ThreadwiseError: nobody knows whether it was done.
        """
        part, (action,) = body["container"]["message_ts"], body["actions"]
        where = await self._callers.conversation(body["channel"]["id"], part)
        caller = await self._callers.admitted(user_of(body), where)
        if not _may(caller, action):
            raise Declined(NOT_YOURS)
        await self._do(caller, where, part, action)

    async def _do(
        self, caller: Member, where: ConversationKey, part: str, action: dict[str, Any]
    ) -> None:
        match action["action_id"]:
            case blocks.STOP:
                await self._stop(where, part)
            case blocks.CONTINUE:
                await self._asking.go_on(caller, where, action["action_ts"])
            case blocks.RETRY:
                await self._redo(where, part)
            case blocks.FEEDBACK:
                thumb = _THUMBS[action["value"]]
                await self._ways.conversations.rate(where, part, caller.id, thumb)

    async def _stop(self, where: ConversationKey, part: str) -> None:
        met = await self._ways.conversations.cancel(self._callers.account, where, part, "user")
        if met is Cancelled.IDLE:
            raise Declined(STOPPING[met])

    async def _redo(self, where: ConversationKey, part: str) -> None:
        met = await self._ways.conversations.redo(self._callers.account, where, part)
        if met is Changed.UNKNOWN:
            raise Declined(ONLY_NEWEST)


def _may(caller: Member, action: dict[str, Any]) -> bool:
    """Whether it is everybody's, or theirs; the value of a button is who asked."""
    everybodys = action["action_id"] == blocks.FEEDBACK
    return everybodys or caller.admin or action.get("value") == caller.id
