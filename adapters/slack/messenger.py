"""Delivers answers to Slack: natively, by edits, or as a single post."""

import re
from collections.abc import Collection
from functools import partial
from operator import itemgetter
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.blocks import LIMIT, Json, body, fitting, mark, text_of
from adapters.slack.dialect import dialect
from adapters.slack.inbound import place_of
from adapters.slack.modes import STREAMS, Mode
from adapters.slack.parts import SlackPart, Tools, ended, sized, with_blocks
from adapters.slack.rest import Refused, translated
from adapters.slack.streams import StreamPart, growing
from bot.errors import PartGone
from bot.messages import ConversationKey, Offer, PartKey
from bot.ports import Pacer, Part

_LOOK_BACK = 300
"""Messages behind a question among which a part is looked for."""
_NO_THREAD, _UNREAD = "thread_not_found", "missing_scope"
_TS = re.compile(r"\d+\.\d+")


class SlackMessenger:
    """Keeps the promises of ``bot.ports.Messenger``."""

    limit = LIMIT
    """Characters; where they are more bytes than that, a part is cut shorter, and says so."""

    def __init__(self, tools: Tools, pacer: Pacer) -> None:
        self._tools, self._pacer = tools, pacer

    def dialect(self, text: str) -> str:
        """The text in Slack's Markdown, calling nobody."""
        return dialect(text)

    def rings(self, conversation: ConversationKey) -> bool:
        """A post in a direct channel notifies with its first text; a stream does when it ends."""
        native = self._tools.modes.of(conversation) is Mode.NATIVE
        return place_of(conversation).direct and not native

    async def begin(self, key: PartKey, waited: Collection[str]) -> None:
        """Choose the way of this answer, and show that it is on its way."""
        await self._tools.modes.choose(key)
        await self._tools.status.begin(key, waited, self._pacer)

    async def typing(self, conversation: ConversationKey) -> None:
        """Show it where nothing does; not under load."""
        if await self._pacer.spare(conversation):
            await self._tools.status.typing(conversation)

    async def end(self, key: PartKey) -> None:
        """Nothing says any more that an answer is on its way."""
        await self._tools.status.end(key, self._pacer)
        self._tools.modes.forget(key)

    async def decline(self, key: PartKey) -> None:
        """A sign instead of the sentence that was said a short while ago."""
        await self._tools.status.decline(key)

    async def open(self, key: PartKey, text: str, last: Offer | None) -> Part:
        """Begin a stream where the answer goes natively, and post it where Slack refuses that.

        A further part that grows is a stream of its own. What is whole is one post everywhere. Of
        a text with too many bytes, what fits is posted; the part then says how much it is.
        """
        tools = self._tools
        if last is None and await tools.modes.settled(key) is Mode.NATIVE:
            try:
                return await self._stream(key, text)
            except Refused as refused:
                tools.features.heard(STREAMS, refused)
                tools.modes.fall_back(key)
        return await self._post(key, text, last)

    async def _stream(self, key: PartKey, text: str) -> Part:
        tools, where, text = self._tools, place_of(key.conversation), fitting(text)
        recipient: dict[str, Any] = {} if where.direct else await self._recipient(key)
        async with translated("start", tools.busy):
            said = await tools.client.chat_startStream(
                channel=where.channel,
                thread_ts=where.thread,
                markdown_text=growing(text),
                **recipient,
            )
        tools.status.streaming(key.conversation, now=True)
        return StreamPart(tools, key, said["ts"], text)

    async def _recipient(self, key: PartKey) -> dict[str, str]:
        """Whom it is live for; of somebody from Slack Connect, it takes their own team."""
        who = await self._tools.people.of(key.asker)
        return {"recipient_user_id": who.id, "recipient_team_id": who.team}

    async def _post(self, key: PartKey, text: str, last: Offer | None) -> Part:
        return await sized(text, lambda cut: self._posted(key, cut, ended(cut, text, last)))

    async def _posted(self, key: PartKey, text: str, last: Offer | None) -> Part:
        tools, where = self._tools, place_of(key.conversation)

        async def say(**said: Any) -> AsyncSlackResponse:
            async with translated(f"post:{where.channel}", tools.busy):
                return await tools.client.chat_postMessage(
                    channel=where.channel,
                    thread_ts=where.thread or None,
                    metadata=mark(key),
                    unfurl_links=False,
                    unfurl_media=False,
                    **said,
                )

        said = await with_blocks(say, text, body(text, key, last))
        tools.status.replied(key.conversation)
        part = SlackPart(tools, key, said["ts"], text)
        part.posted(text, last)
        return part

    async def find(self, key: PartKey, part: str, but: Collection[str] = ()) -> Part | None:
        """By its id; or by its metadata, or as a message of ours that has none, so far a stream.

        What is found goes on by edits; a stream is stopped before its first one. Where the bot
        may not read, what has an id is taken as it may be; what has none is Undeliverable, since
        to post it once more is worse than to give it up.
        """
        self._tools.status.found(key.conversation)
        found = await (self._fetch(key, part) if part else self._seek(key, but))
        if found:
            return self._as_part(key, found)
        if part:
            raise PartGone
        return None

    async def _fetch(self, key: PartKey, part: str) -> Json | None:
        try:
            only = await self._read(key, oldest=part, latest=part, inclusive=True, limit=2)
        except Refused as refused:
            if refused.code != _UNREAD:
                raise
            return {"ts": part, "text": ""}
        return next((message for message in only if message["ts"] == part), None)

    async def _seek(self, key: PartKey, but: Collection[str]) -> Json | None:
        behind = key.question if _TS.fullmatch(key.question) else key.conversation.thread
        every = await self._read(key, oldest=behind, limit=_LOOK_BACK)
        mine = [one for one in every if self._is(one, key) and one["ts"] not in but]
        return max(mine, key=itemgetter("ts"), default=None)

    async def _read(self, key: PartKey, **window: Any) -> list[Json]:
        client, where = self._tools.client, place_of(key.conversation)
        read = client.conversations_history
        if where.thread:
            read = partial(client.conversations_replies, ts=where.thread)
        try:
            async with translated():
                said = await read(channel=where.channel, include_all_metadata=True, **window)
        except Refused as refused:
            if refused.code == _NO_THREAD:
                return []
            raise
        messages: list[Json] = said["messages"]
        return messages

    def _is(self, message: Json, key: PartKey) -> bool:
        if message.get("user") != self._tools.me.user or message["ts"] == key.conversation.thread:
            return False
        unmarked = bool(key.conversation.thread) and "metadata" not in message
        return unmarked or message.get("metadata") == mark(key)

    def _as_part(self, key: PartKey, message: Json) -> Part:
        tools, streaming = self._tools, "metadata" not in message
        tools.modes.fall_back(key)
        if streaming:
            tools.status.streaming(key.conversation, now=True)
        return SlackPart(tools, key, message["ts"], text_of(message), streaming=streaming)
