"""One message of an answer on Slack that grows natively: text is added, and none taken back.

A stream lives about five minutes, however busy it is, and then takes edits:
https://github.com/slackapi/python-slack-sdk/issues/1859
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.slack.blocks import fitting, under
from adapters.slack.modes import STREAMS
from adapters.slack.parts import SlackPart, Tools
from adapters.slack.rest import TOO_LONG, Refused, translated
from bot.errors import PartExpired, PartFull, PlatformUnavailable
from bot.messages import Offer, PartKey
from bot.split import START, render

_BY_USER = "stopped_by_user"
_ENDED = {"message_not_in_streaming_state", _BY_USER}
_CLOSING = re.compile(r"(?:\n[ \t]*(?:`{3,}|~{3,})[ \t]*)?\s*\Z")


def growing(text: str) -> str:
    """What of a text that grows is there to stay: not a fence closed only for the time being."""
    return _CLOSING.sub("", text, count=1)


def _neat(text: str, least: int) -> str:
    """The text up to its last word that is whole, if that is more than ``least``."""
    end = max(text.rfind(" "), text.rfind("\n")) + 1
    return text[:end] if end > least else text


class StreamPart(SlackPart):
    """A native stream, as long as Slack lets it grow; then it is edited like any other part.

    Only what Slack acknowledged counts as accepted. When nobody knows whether a text was added,
    the stream is stopped and the whole text put in its place: it stands there once.
    """

    def __init__(self, tools: Tools, key: PartKey, ts: str, text: str) -> None:
        """``text``: what it was started for; ``growing(text)`` stands."""
        super().__init__(tools, key, ts, text, streaming=True)
        self._accepted = growing(text)
        self._until = tools.clock.monotonic() + tools.age
        self._sure, self._hushed = True, False

    async def show(self, text: str) -> None:
        """Add what is new; nothing, if that would take something back or a person stopped it."""
        if self._hushed:
            return
        if not (self._streaming and self._sure):
            self._tools.modes.fall_back(self._key)
            await super().show(text)
        elif fitting(text) != text:
            await self.close(text, Offer.UNRATED)
        elif self._tools.clock.monotonic() > self._until:
            await self._retire(growing(text))
        elif growing(text).startswith(self._accepted):
            await self._grow(text)

    async def close(self, text: str, offer: Offer) -> None:
        """Stop it with the rest of the text; where that cannot be, put the text by an edit."""
        standing = fitting(text)
        if self._streaming and self._sure and standing.startswith(self._accepted):
            await self._finish(standing, offer if standing == text else Offer.UNRATED)
        await super().close(text, offer)

    async def _retire(self, text: str) -> None:
        """It is old: stop it where a word ends, as far as possible."""
        standing = render(_neat(text, len(self._accepted)), START, None)
        await self.close(standing, Offer.UNRATED)
        raise PartExpired(len(standing))

    async def _grow(self, text: str) -> None:
        new = growing(text)
        if new == self._accepted:
            return
        try:
            await self._append(new[len(self._accepted) :])
        except Refused as refused:
            await self._go_on(refused, text)
        else:
            self._accepted, self.text = new, text

    async def _append(self, new: str) -> None:
        tools, channel = self._tools, self._key.conversation.channel
        with self._doubted():
            async with translated("append", tools.busy):
                await tools.client.chat_appendStream(
                    channel=channel, ts=self._ts, markdown_text=new
                )

    async def _go_on(self, refused: Refused, text: str) -> None:
        """Slack takes no more of it here: the rest goes to the next part, or comes by edits."""
        if refused.code in TOO_LONG:
            standing = render(self._accepted, START, None)
            await super().close(standing, Offer.UNRATED)
            raise PartFull(len(standing))
        self._tools.features.heard(STREAMS, refused)
        self._tools.modes.fall_back(self._key)
        self._streaming = refused.code not in _ENDED
        self._sure, self._hushed = False, refused.code == _BY_USER
        if not self._hushed:
            await super().show(text)

    async def _finish(self, text: str, last: Offer) -> None:
        """The end as it should be; refused, it is left to an edit."""
        rest = text[len(self._accepted) :]
        try:
            with self._doubted():
                await self._stop(markdown_text=rest or None, blocks=under(self._key, last))
        except Refused as refused:
            self._streaming = refused.code not in _ENDED
        else:
            self.posted(text, last)

    @contextmanager
    def _doubted(self) -> Iterator[None]:
        """Nobody knows what stands when this fails on its way: edits will put it right."""
        try:
            yield
        except PlatformUnavailable:
            self._sure = False
            self._tools.modes.fall_back(self._key)
            raise
