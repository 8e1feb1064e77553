"""The way in: a message is in the store before its platform hears that it arrived."""

import re
from dataclasses import dataclass, replace

from bot import words
from bot.messages import ConversationKey, IncomingMessage
from bot.outcomes import STOP, Accepted, Changed
from bot.ports import Clock, Inbox, Observer
from bot.visible import clean


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken in."""

    age: float = 900
    """Seconds; what is older when it is first seen was missed, and is not answered any more."""
    length: int = 100_000
    """Characters of one message."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message, and the sentence to say at once, if any."""

    outcome: Accepted
    sentence: str = ""

    @property
    def kept(self) -> bool:
        """It will be answered."""
        return self.outcome in {Accepted.ACCEPTED, Accepted.QUEUED}


class Door:
    """Takes messages in; the caller acknowledges to its platform only after it returned."""

    def __init__(
        self, inbox: Inbox, observer: Observer, clock: Clock, limits: Limits | None = None
    ) -> None:
        self._inbox = inbox
        self._observer = observer
        self._clock = clock
        self._limits = limits or Limits()

    async def accept(self, message: IncomingMessage, refusal: str = "") -> Receipt:
        """Keep the message until it is answered; with a ``refusal``, have that said instead.

        Raises:
            StoreError: nobody knows whether it is kept: do not acknowledge it.
        """
        message = replace(message, text=clean(message.text), quoted=clean(message.quoted))
        stop = _STOP.fullmatch(message.text) is not None
        refusal = refusal or self._refusal(message) or (STOP if stop else "")
        outcome = await self._inbox.accept(message, refusal)
        self._observer.count(outcome)
        return Receipt(
            outcome, refusal if outcome is Accepted.REFUSED else words.MET.get(outcome, "")
        )

    async def edit(self, message: IncomingMessage, *, addressed: bool) -> Receipt | None:
        """A message was changed; where it is known, its answer changes with it.

        Args:
            message: as it is now; of its conversation only the channel needs to be right.
            addressed: it would be a question if it were new.

        Raises:
            StoreError: nobody knows whether it was changed.
        """
        where = await self._inbox.find(message.conversation, message.id)
        if where is None:
            return await self.accept(message) if addressed else None
        new = replace(message, conversation=where, text=clean(message.text))
        await self._inbox.change(message.account, where, message.id, message.revision, new)
        return None

    async def delete(self, account: str, channel: ConversationKey, message: str) -> None:
        """A message was deleted: a question leaves the history, an answer that runs is stopped.

        Raises:
            StoreError: nobody knows whether it was.
        """
        where = await self._inbox.find(channel, message)
        if where is None:
            return
        met = await self._inbox.change(account, where, message, "", None)
        if met is Changed.UNKNOWN:
            await self._inbox.cancel(account, where, message, "user")

    async def leave(self, account: str, conversation: ConversationKey) -> None:
        """The place of a conversation was deleted: nothing runs there any more, nothing is known.

        Raises:
            StoreError: nobody knows whether it was.
        """
        for message in await self._inbox.waiting(conversation):
            await self._inbox.change(account, conversation, message, "", None)
        await self._inbox.forget(conversation)

    def _refusal(self, message: IncomingMessage) -> str:
        if not (message.text.strip() or message.quoted or message.attachments):
            return words.EMPTY
        if len(message.text) > self._limits.length:
            return words.too_long(len(message.text), self._limits.length)
        if self._clock.now() - message.at > self._limits.age * 1000:
            return words.AWAY
        return ""


_STOP = re.compile(r"\s*stop[.!]*\s*", re.IGNORECASE)
