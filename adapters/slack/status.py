"""Says beside the answer that it is on its way, and takes that off again.

An agent session shows it in direct messages, with Slack's own stop button; a line of text does in
other threads; and 👀 on the question where Slack takes neither.
https://docs.slack.dev/reference/methods/agents.sessions.setStatus and
https://docs.slack.dev/reference/methods/assistant.threads.setStatus
"""

from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.inbound import place_of
from adapters.slack.modes import REACTIONS, SESSIONS, STATUS, Features
from adapters.slack.rest import Refused, translated
from bot.errors import MessengerError, PlatformBusy, PlatformUnavailable
from bot.messages import ConversationKey, PartKey
from bot.ports import Clock

_log = structlog.stdlib.get_logger(__name__)
WAITING, DECLINED = "eyes", "hourglass_flowing_sand"
_LINE = "is thinking…"
_LASTS = 90.0
"""Seconds until the line is said again: Slack takes it off after two minutes."""
_PAUSE = 1.0


@dataclass(slots=True)
class _Sign:
    """What is shown of one answer."""

    question: str = ""
    """"": it was not begun here."""
    session: bool = False
    line: bool = False
    again: float = 0.0
    """When the line is to be said again."""
    waits: bool = False
    """People were told once before, or would have been."""
    eyes: set[str] = field(default_factory=set)
    """Messages with 👀 that are to be taken off."""


class Status:
    """One line for each thread; nothing here ever fails an answer."""

    def __init__(self, client: AsyncWebClient, features: Features, clock: Clock) -> None:
        self._client, self._features, self._clock = client, features, clock
        self._signs: dict[ConversationKey, _Sign] = {}

    async def begin(self, key: PartKey, waited: Collection[str]) -> None:
        """A session begins to work; who waited sees that it is their turn."""
        place, sign = place_of(key.conversation), self._sign(key.conversation)
        sign.question, sign.eyes = key.question, sign.eyes | set(waited)
        sign.session = place.direct and bool(place.thread) and self._features.has(SESSIONS)
        if sign.session:
            with self._optional(SESSIONS):
                await self._session(key, "processing")
            sign.session = self._features.has(SESSIONS)
        for question in waited:
            with self._optional(REACTIONS):
                await self._see(key.conversation, question, seen=False)
                sign.eyes.discard(question)

    async def typing(self, conversation: ConversationKey) -> None:
        """Say it, where nothing does; 👀 only for what takes long, since few may be taken off."""
        sign = self._sign(conversation)
        if sign.session:
            return
        if place_of(conversation).thread and self._features.has(STATUS):
            await self._again(conversation, sign)
        elif sign.waits and sign.question not in {"", *sign.eyes}:
            sign.eyes.add(sign.question)
            with self._optional(REACTIONS):
                await self._see(conversation, sign.question, seen=True)
        sign.waits = True

    async def _again(self, conversation: ConversationKey, sign: _Sign) -> None:
        now = self._clock.monotonic()
        if now >= sign.again:
            sign.line, sign.again = True, now + _LASTS
            with self._optional(STATUS):
                await self._say(conversation, _LINE)

    def replied(self, conversation: ConversationKey) -> None:
        """A post takes the line off by itself."""
        self._sign(conversation).line = False

    def streaming(self, conversation: ConversationKey, *, now: bool) -> None:
        """A stream sets its thread's session to work when it starts, and frees it at its stop."""
        self._sign(conversation).session = now
        self._sign(conversation).line = False

    async def end(self, key: PartKey) -> None:
        """Take off what is left; of an answer that another process began, whatever may be."""
        sign = self._sign(key.conversation)
        del self._signs[key.conversation]
        if sign.session and place_of(key.conversation).thread and self._features.has(SESSIONS):
            with self._optional(SESSIONS):
                await self._surely(lambda: self._session(key, "active"))
        if sign.line and self._features.has(STATUS):
            with self._optional(STATUS):
                await self._surely(lambda: self._say(key.conversation, ""))
        for question in sign.eyes:
            with self._optional(REACTIONS):
                await self._surely(partial(self._see, key.conversation, question, seen=False))

    async def decline(self, key: PartKey) -> None:
        """A sign instead of the sentence that was said a short while ago."""
        with self._optional(REACTIONS):
            async with translated():
                await self._client.reactions_add(
                    channel=key.conversation.channel, timestamp=key.question, name=DECLINED
                )

    def _sign(self, conversation: ConversationKey) -> _Sign:
        """Of an answer that was not begun here, a session may be left at work."""
        direct = place_of(conversation).direct
        return self._signs.setdefault(conversation, _Sign(session=direct))

    async def _session(self, key: PartKey, status: str) -> None:
        place = place_of(key.conversation)
        async with translated():
            await self._client.agents_sessions_setStatus(
                channel_id=place.channel,
                thread_ts=place.thread,
                status=status,
                title=key.title or None,
                initiator_user_id=key.asker or None,
            )

    async def _say(self, conversation: ConversationKey, line: str) -> None:
        place = place_of(conversation)
        async with translated():
            await self._client.assistant_threads_setStatus(
                channel_id=place.channel, thread_ts=place.thread, status=line
            )

    async def _see(self, conversation: ConversationKey, question: str, *, seen: bool) -> None:
        change = self._client.reactions_add if seen else self._client.reactions_remove
        async with translated():
            await change(channel=conversation.channel, timestamp=question, name=WAITING)

    async def _surely(self, call: Callable[[], Awaitable[None]]) -> None:
        """What is left over would stand for an hour, or for ever: it is tried a second time."""
        try:
            await call()
        except PlatformBusy as busy:
            await self._clock.sleep(busy.retry_after)
        except PlatformUnavailable:
            await self._clock.sleep(_PAUSE)
        else:
            return
        await call()

    @contextmanager
    def _optional(self, feature: str) -> Iterator[None]:
        """What an answer does without; the log says why."""
        try:
            yield
        except Refused as refused:
            if not self._features.heard(feature, refused):
                _log.info("no sign", feature=feature, error=refused.code)
        except MessengerError as error:
            _log.info("no sign", feature=feature, error=str(error))
