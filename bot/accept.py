"""The way in: a message is in the store before its platform hears that it arrived."""

import re
from dataclasses import dataclass, replace

from bot import words
from bot.messages import IncomingMessage
from bot.outcomes import Accepted
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
        message = replace(message, text=clean(message.text))
        stop = _STOP.fullmatch(message.text) is not None
        refusal = refusal or ("stop" if stop else self._refusal(message))
        outcome = await self._inbox.accept(message, refusal)
        self._observer.count(outcome)
        if outcome is Accepted.FULL:
            return Receipt(outcome, words.INBOX_FULL)
        if outcome is not Accepted.REFUSED:
            return Receipt(outcome)
        return Receipt(outcome, await self._stop(message) if stop else refusal)

    async def _stop(self, message: IncomingMessage) -> str:
        """Once for each such message: a later answer must not be stopped by its echo."""
        met = await self._inbox.cancel(message.account, message.conversation, "", "user")
        return words.STOPPING[met]

    def _refusal(self, message: IncomingMessage) -> str:
        if not message.text.strip():
            return words.EMPTY
        if len(message.text) > self._limits.length:
            return words.too_long(len(message.text), self._limits.length)
        if self._clock.now() - message.at > self._limits.age * 1000:
            return words.AWAY
        return ""


_STOP = re.compile(r"\s*stop[.!]*\s*", re.IGNORECASE)
