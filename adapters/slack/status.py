"""Says beside the answer that it is on its way, and takes that off again.

An agent session shows it in direct messages, with Slack's own stop button; a line of text does in
other threads; and 👀 on the question where Slack takes neither.
https://docs.slack.dev/reference/methods/agents.sessions.setStatus and
https://docs.slack.dev/reference/methods/assistant.threads.setStatus
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.bounded import Bounded
from adapters.slack.inbound import place_of
from adapters.slack.modes import REACTIONS, SESSIONS, STATUS, Features
from adapters.slack.rest import Refused, translated
from bot.errors import MessengerError, PlatformBusy, PlatformUnavailable
from bot.messages import ConversationKey, PartKey
from bot.outcomes import Call
from bot.ports import Clock, Pacer

_log = structlog.stdlib.get_logger(__name__)
WAITING, DECLINED = "eyes", "hourglass_flowing_sand"
_LINE = "is thinking…"
_LASTS = 90.0
"""Seconds until the line is said again: Slack takes it off after two minutes."""
_PAUSE = 1.0
_SOON, _PATIENCE = 1.0, 4.0
"""Seconds for all that is taken off when an answer begins, and when it ends: nobody waits longer
for the answer to be settled. A sign that then is left goes by itself, but for 👀."""


@dataclass(slots=True)
class _Sign:
    """What is shown of one answer, or may be."""

    key: PartKey | None = None
    """None: it was not begun here."""
    before: bool = True
    """An earlier attempt, perhaps elsewhere, may have left a line, or 👀 on its question."""
    session: bool = False
    line: bool = False
    again: float = 0.0
    """When the line is to be said again."""
    waits: bool = False
    """People were told once before, or would have been."""
    eyes: set[str] = field(default_factory=set)
    """Messages with 👀 that are to be taken off."""

    def begin(self, key: PartKey, waited: Collection[str]) -> None:
        """Of what an answer before this one left here, only that is kept which may be shown."""
        self.key, self.again, self.waits = key, 0.0, False
        self.eyes |= set(waited)


class Status:
    """One line for each thread; nothing here ever fails an answer."""

    def __init__(self, client: AsyncWebClient, features: Features, clock: Clock) -> None:
        self._client, self._features, self._clock = client, features, clock
        self._signs = Bounded[ConversationKey, _Sign]()

    async def begin(self, key: PartKey, waited: Collection[str], pacer: Pacer) -> None:
        """Who waited sees that it is their turn; a session begins to work, if a place is spare."""
        where = key.conversation
        sign = self._signs.setdefault(where, _Sign(before=False))
        sign.begin(key, waited)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SOON):
                for question in waited:
                    await pacer.admit(where, Call.OTHER, int)
                    await self._take_off(where, question, sign)
        if self._in_session(where) and await pacer.spare(where):
            await self._work(key, sign)

    async def typing(self, conversation: ConversationKey) -> None:
        """Say it, where nothing does; 👀 only for what takes long, since few may be taken off."""
        sign = self._signs.get(conversation)
        if sign is None or sign.key is None or sign.session:
            return
        if self._in_session(conversation):
            await self._work(sign.key, sign)
        elif self._has_line(conversation):
            await self._again(conversation, sign)
        elif sign.waits and sign.key.question not in sign.eyes:
            sign.eyes.add(sign.key.question)
            with self._optional(REACTIONS):
                await self._see(conversation, sign.key.question, seen=True)
        sign.waits = True

    async def _work(self, key: PartKey, sign: _Sign) -> None:
        sign.session = True
        with self._optional(SESSIONS):
            await self._session(key, "processing")
        sign.session = self._features.has(SESSIONS)

    async def _again(self, conversation: ConversationKey, sign: _Sign) -> None:
        now = self._clock.monotonic()
        if now >= sign.again:
            sign.line, sign.again = True, now + _LASTS
            with self._optional(STATUS):
                await self._say(conversation, _LINE)

    def found(self, conversation: ConversationKey) -> None:
        """A part is looked for: if nothing was begun here, then somewhere else."""
        self._sign(conversation)

    def replied(self, conversation: ConversationKey) -> None:
        """A post takes the line off by itself."""
        self._sign(conversation).line = False

    def streaming(self, conversation: ConversationKey, *, now: bool) -> None:
        """A stream sets its thread's session to work when it starts, and frees it at its stop."""
        self._sign(conversation).session = now
        self._sign(conversation).line = False

    async def end(self, key: PartKey, pacer: Pacer) -> None:
        """Take off what is left; of an answer that was not begun here, whatever may be."""
        sign = self._sign(key.conversation)
        del self._signs[key.conversation]
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._clear(key, sign, pacer)
        except TimeoutError:
            _log.info("signs left", conversation=str(key.conversation))

    async def _clear(self, key: PartKey, sign: _Sign, pacer: Pacer) -> None:
        """Each of these calls may be the first to tell this process what the workspace lacks."""
        where = key.conversation
        if sign.session and self._features.has(SESSIONS):
            await self._surely(SESSIONS, where, pacer, lambda: self._session(key, "active"))
        before = sign.before and not self._in_session(where)
        if (sign.line or before) and self._has_line(where):
            await self._surely(STATUS, where, pacer, lambda: self._say(where, ""))
        if before and not self._has_line(where):
            sign.eyes.add(key.question)
        for question in sign.eyes:
            off = partial(self._see, where, question, seen=False)
            await self._surely(REACTIONS, where, pacer, off)

    async def decline(self, key: PartKey) -> None:
        """A sign instead of the sentence that was said a short while ago."""
        with self._optional(REACTIONS):
            async with translated():
                await self._client.reactions_add(
                    channel=key.conversation.channel, timestamp=key.question, name=DECLINED
                )

    def _sign(self, conversation: ConversationKey) -> _Sign:
        """Of an answer that was not begun here, a session may be left at work."""
        place = place_of(conversation)
        return self._signs.setdefault(
            conversation, _Sign(session=place.direct and bool(place.thread))
        )

    def _in_session(self, conversation: ConversationKey) -> bool:
        place = place_of(conversation)
        return place.direct and bool(place.thread) and self._features.has(SESSIONS)

    def _has_line(self, conversation: ConversationKey) -> bool:
        return bool(place_of(conversation).thread) and self._features.has(STATUS)

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

    async def _take_off(self, where: ConversationKey, question: str, sign: _Sign) -> None:
        with self._optional(REACTIONS):
            await self._see(where, question, seen=False)
            sign.eyes.discard(question)

    async def _surely(
        self,
        feature: str,
        where: ConversationKey,
        pacer: Pacer,
        call: Callable[[], Awaitable[None]],
    ) -> None:
        """What is left would stand for an hour, or for ever: try it again, if that is soon."""
        with self._optional(feature):
            await pacer.admit(where, Call.OTHER, int)
            try:
                await call()
            except (PlatformBusy, PlatformUnavailable) as error:
                wait = getattr(error, "retry_after", _PAUSE)
                if wait > _PATIENCE:
                    raise
                await self._clock.sleep(wait)
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
