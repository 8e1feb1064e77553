"""Reads from Slack what belongs to a question: its files, and what was said before it."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.blocks import text_of
from adapters.slack.content import Json, attributed, file_name, files, ids, with_names
from adapters.slack.homes import Homes
from adapters.slack.inbound import place_of
from adapters.slack.rest import translated
from bot.errors import PlatformUnavailable, Undeliverable
from bot.messages import IncomingMessage
from bot.outcomes import Call
from bot.ports import Pacer
from bot.reading import Unread
from bot.sources import Blob

DOWNLOAD = 20.0
"""Seconds for one file. Other calls end well within a lease, since they may not land after it; a
download changes nothing, and the lease is renewed meanwhile."""
_CHUNK = 2**16
_PAGE = 200
"""Messages; more are not recommended:
https://docs.slack.dev/reference/methods/conversations.replies
"""
_PAGES = 5
"""Of one thread, for which an answer waits."""
_SAID = {None, "bot_message", "file_share", "me_message", "thread_broadcast"}
"""Subtypes of what somebody said: https://docs.slack.dev/reference/events/message."""
_HTML = "text/html"
_ELSEWHERE = "it is kept outside of Slack"
_HIDDEN = "Slack does not hand it out"
_FORBIDDEN = "a page to sign in came in place of a file: the scope files:read is missing"


class SlackReader:
    """Keeps the promises of ``bot.sources.Reader``.

    ``session``: downloads files; it is closed by whoever opened it.
    """

    def __init__(
        self, client: AsyncWebClient, session: aiohttp.ClientSession, pacer: Pacer, homes: Homes
    ) -> None:
        self._client, self._session, self._pacer = client, session, pacer
        self._me, self._people = homes.me, homes.people

    async def files(self, question: IncomingMessage) -> Mapping[str, Blob | Unread]:
        """By their places in the question's message, which is read anew: it may have changed."""
        message = await self._message(question)
        found = [await self._known(question, file) for file in files(message)]
        return {
            f"{question.id}/{n}": self._blob(file)
            for n, file in enumerate(found)
            if file.get("mode") != "tombstone"
        }

    def amid(self, question: IncomingMessage) -> bool:
        """In a thread that was there before; a channel's backlog is nothing."""
        thread = place_of(question.conversation).thread
        return thread not in {"", question.id, question.about}

    async def before(self, question: IncomingMessage, most: int) -> Sequence[str]:
        """Of a thread its first message and its last ones, but for the one it is about.

        What comes behind its first thousand messages is not read.
        """
        said = [
            one
            for one in await self._thread(question)
            if one.get("subtype") in _SAID and one["ts"] not in {question.id, question.about}
        ]
        return await self._attributed([*said[:1], *said[max(1, len(said) - most + 1) :]])

    async def _attributed(self, said: Sequence[Json]) -> list[str]:
        texts = [attributed("From", self._whole(one), self._me.user) for one in said]
        names = await self._people.names(dict.fromkeys(ids("\n".join(texts))))
        return [with_names(text, names) for text in texts if text]

    def _whole(self, message: Json) -> Json:
        """Our own words stand in blocks; the text beside them is their beginning alone."""
        own = message.get("user") == self._me.user
        return {**message, "text": text_of(dict(message))} if own else message

    async def _thread(self, question: IncomingMessage) -> list[Json]:
        """Up to the question; of a very long one its beginning: Slack gives the oldest first."""
        found, cursor = dict[str, Json](), None
        for _ in range(_PAGES):
            page = await self._replies(question, latest=question.id, limit=_PAGE, cursor=cursor)
            found |= {one["ts"]: one for one in page["messages"]}
            cursor = (page["response_metadata"] or {}).get("next_cursor")
            if not cursor:
                break
        return list(found.values())

    async def _message(self, question: IncomingMessage) -> Json:
        """That which the files hang on; {} if it is gone. A thread's first one comes as well."""
        ts = question.about or question.id
        page = await self._replies(question, latest=ts, oldest=ts, inclusive=True, limit=2)
        return next((one for one in page["messages"] if one["ts"] == ts), {})

    async def _replies(self, question: IncomingMessage, **window: Any) -> AsyncSlackResponse:
        """Of a thread; a message outside of threads is one of its own."""
        place = place_of(question.conversation)
        root = place.thread or question.about or question.id
        await self._pacer.admit(question.conversation, Call.OTHER, int)
        async with translated():
            return await self._client.conversations_replies(
                channel=place.channel, ts=root, **window
            )

    async def _known(self, question: IncomingMessage, file: Json) -> Json:
        """All about a file; of another organisation's, a message has its id alone.

        https://docs.slack.dev/apis/slack-connect
        """
        if file.get("file_access") != "check_file_info":
            return file
        await self._pacer.admit(question.conversation, Call.OTHER, int)
        async with translated():
            said = await self._client.files_info(file=file["id"])
        return dict(said["file"])

    def _blob(self, file: Json) -> Blob | Unread:
        """The token goes to no address that is not Slack's own."""
        if file.get("is_external"):
            return Unread(file_name(file), _ELSEWHERE)
        if "url_private" not in file:
            return Unread(file_name(file), _HIDDEN)
        return Blob(
            file_name(file), file.get("mimetype", ""), file["size"], partial(self._load, file)
        )

    async def _load(self, file: Json, most: int) -> bytes:
        """A file, or its beginning where it has more bytes than ``most``.

        Who may not have it gets a page to sign in, and no error: such a page is no file.

        Raises:
            PlatformUnavailable: it did not come whole.
            Undeliverable: the app may not read files.
        """
        data, bearer = bytearray(), {"Authorization": f"Bearer {self._client.token}"}
        get = self._session.get(file["url_private"], headers=bearer, raise_for_status=True)
        try:
            async with asyncio.timeout(DOWNLOAD), get as reply:
                async for chunk in reply.content.iter_chunked(_CHUNK):
                    data += chunk
                    if len(data) > most:
                        break
        except (aiohttp.ClientError, TimeoutError) as error:  # whose text names the file
            what = f"{type(error).__name__} {getattr(error, 'status', '')}"
            raise PlatformUnavailable(what) from error
        if reply.content_type == _HTML and not _is_page(file, len(data)):
            raise Undeliverable(_FORBIDDEN)
        return bytes(data)


def _is_page(file: Json, size: int) -> bool:
    """Whether the file itself is HTML, and came as it is."""
    return file.get("mimetype") == _HTML and file["size"] == size
