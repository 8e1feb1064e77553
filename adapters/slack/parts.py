"""One message of an answer on Slack that is edited: everybody sees it grow."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.blocks import body, fitting, mark, preview
from adapters.slack.homes import People
from adapters.slack.inbound import Me
from adapters.slack.modes import Features, Modes
from adapters.slack.rest import TOO_LONG, Busy, Refused, translated
from adapters.slack.status import Status
from bot.errors import PartExpired, PartFull, PartGone
from bot.messages import Offer, PartKey
from bot.ports import Clock

T = TypeVar("T")
_SAFE = 3900
"""Bytes that Slack takes everywhere, also as the plain text of an edit."""
_BAD_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_many"}
_CONFLICT = "streaming_state_conflict"


@dataclass(frozen=True, slots=True)
class Tools:
    """What messages are written with."""

    client: AsyncWebClient
    me: Me
    modes: Modes
    features: Features
    people: People
    clock: Clock
    status: Status
    busy: Busy
    """Is told by a 429 of the lane that it is for: ``update``, ``append``, ``start``, ``stop``,
    ``post:<channel>``."""
    age: float = 270.0
    """Seconds after which a stream is stopped, and the answer goes on in the next part."""


class SlackPart:
    """Keeps the promises of ``bot.ports.Part``."""

    def __init__(
        self, tools: Tools, key: PartKey, ts: str, text: str, *, streaming: bool = False
    ) -> None:
        """``streaming``: it may be a stream, and takes edits only when that is stopped."""
        self.text = text
        self.settled = False
        self._tools, self._key, self._ts = tools, key, ts
        self._streaming = streaming
        self._stands: tuple[str, Offer | None] | None = None
        """What it was last made, where that is certain."""

    @property
    def id(self) -> str:
        """The message's ``ts``."""
        return self._ts

    async def show(self, text: str) -> None:
        """Make this its text, with a Stop button."""
        await self._say(text, None)

    async def close(self, text: str, offer: Offer) -> None:
        """Make this its last text, with the buttons of this offer.

        Of a text with too many bytes, what is best stands; PartFull says how much.
        """
        await self._say(text, offer)

    async def delete(self) -> None:
        """Take it off the channel; it may be gone already."""
        with suppress(PartGone):
            await self._leave()
            await self._unless_streaming(self._delete)

    def posted(self, text: str, last: Offer | None) -> None:
        """This stands for certain."""
        self.text, self._stands = text, (text, last)
        self.settled = True

    async def _say(self, text: str, last: Offer | None) -> None:
        standing = await sized(
            text, lambda cut: self._put(cut, last if cut == text else Offer.UNRATED)
        )
        if standing != text:
            raise PartFull(len(standing))

    async def _put(self, text: str, last: Offer | None) -> str:
        if self._stands == (text, last):
            return text
        self._stands = None
        await self._leave()
        try:
            await self._unless_streaming(lambda: self._update(text, last))
        except PartExpired as old:
            raise PartExpired(_common(self.text, text)) from old
        self.posted(text, last)
        return text

    async def _update(self, text: str, last: Offer | None) -> None:
        await with_blocks(self._edit, text, body(text, self._key, last))

    async def _edit(self, **said: Any) -> None:
        tools, channel = self._tools, self._key.conversation.channel
        async with translated("update", tools.busy):
            await tools.client.chat_update(
                channel=channel, ts=self._ts, metadata=mark(self._key), **said
            )

    async def _delete(self) -> None:
        async with translated():
            await self._tools.client.chat_delete(
                channel=self._key.conversation.channel, ts=self._ts
            )

    async def _unless_streaming(self, change: Callable[[], Awaitable[None]]) -> None:
        """A stream takes no edits before it was stopped."""
        try:
            await change()
        except Refused as refused:
            if refused.code != _CONFLICT:
                raise
            self._streaming = True
            await self._leave()
            await change()

    async def _leave(self) -> None:
        """Stop the stream, which may have ended by itself."""
        if self._streaming:
            with suppress(Refused):
                await self._stop()
            self._streaming = False

    async def _stop(self, **rest: Any) -> None:
        tools, where = self._tools, self._key.conversation
        async with translated("stop", tools.busy):
            await tools.client.chat_stopStream(
                channel=where.channel,
                ts=self._ts,
                metadata=mark(self._key),
                session_status="active",
                **rest,
            )
        self._streaming = False
        tools.status.streaming(where, now=False)


def ended(cut: str, text: str, last: Offer | None) -> Offer | None:
    """What stands under a part that holds only the beginning of its text."""
    return last if cut == text or last is None else Offer.UNRATED


async def sized(text: str, say: Callable[[str], Awaitable[T]]) -> T:
    """Say as much of it as Slack takes."""
    try:
        return await say(fitting(text))
    except Refused as refused:
        if refused.code not in TOO_LONG:
            raise
    return await say(fitting(text, _SAFE))


async def with_blocks(
    say: Callable[..., Awaitable[T]], text: str, blocks: list[dict[str, Any]]
) -> T:
    """Say it; the text alone, where Slack does not take these blocks."""
    try:
        return await say(text=preview(text), blocks=blocks)
    except Refused as refused:
        if refused.code not in _BAD_BLOCKS:
            raise
    return await say(markdown_text=text)


def _common(first: str, second: str) -> int:
    """Characters that both begin with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(first), len(second)))
