"""How commands and presses are answered: within Slack's three seconds, whatever happens.

https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
"""

import asyncio
import secrets
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
)
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack import blocks
from adapters.slack.dialect import dialect
from adapters.slack.rest import translated
from bot.commands.base import Reply
from bot.errors import MessengerError, ThreadwiseError
from bot.split import split
from bot.words import sentence

_log = structlog.stdlib.get_logger(__name__)
PATIENCE = 2.5
"""Seconds to wait before something is said: the rest of three is Slack's way back."""
LATE = "That took too long; look whether it was done, and try again if it was not."
Answer = Mapping[str, Any]
"""What an acknowledgement says."""
Later = Callable[[Coroutine[Any, Any, None]], None]
"""Runs what nobody waits for; what it raises is in the log."""


class Declined(ThreadwiseError):
    """What was asked is not done; its text is the sentence for who asked."""


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Do it while there is time for an answer.

    Raises:
        Declined: it took longer; whatever was begun may still happen.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError as error:
        _log.warning("too slow", seconds=PATIENCE)
        raise Declined(LATE) from error


async def tried(work: Awaitable[Reply]) -> Reply:
    """What the work comes to, or why it failed."""
    try:
        return await work
    except ThreadwiseError as error:
        return Reply(explained(error))
    except Exception as error:  # noqa: BLE001 - the outermost edge: somebody waits for a word
        return Reply(stumbled(error, "command"))


def explained(error: ThreadwiseError) -> str:
    """Why it was not done: one sentence, with a reference to the log's line."""
    if isinstance(error, Declined):
        return str(error)
    reference, cause = secrets.token_hex(3), type(error).__name__
    _log.warning("not done", reference=reference, cause=cause, error=str(error))
    return sentence(error, reference)


def stumbled(bug: Exception, on: str) -> str:
    """What to say of a bug: one sentence, with a reference to the log's line."""
    reference = secrets.token_hex(3)
    _log.error("event failed", on=on, reference=reference, exc_info=bug)
    return sentence(ThreadwiseError(), reference)


class Voice:
    """Says what commands come to; what cannot be said is in the log."""

    def __init__(self, client: AsyncWebClient, later: Later) -> None:
        self._client, self._later = client, later

    async def answer(self, ack: AsyncAck, url: str, work: Coroutine[Any, Any, Reply]) -> None:
        """Acknowledge a command with what it comes to; what is late or long comes by its ``url``.

        Slack takes five messages by it, for half an hour.
        """
        first: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._later(self._work(url, work, first))
        await asyncio.wait([first], timeout=PATIENCE)
        first.cancel()  # what comes from now on comes by the url
        await ack(**({} if first.cancelled() else first.result()))

    async def _work(self, url: str, work: Awaitable[Reply], first: asyncio.Future[Answer]) -> None:
        messages = [*_messages(await tried(work))]
        if first.cancelled() or len(messages) > 1:
            first.cancel()
            await self._follow(url, messages)
        else:
            first.set_result(messages[0])

    async def _follow(self, url: str, messages: Iterable[Answer]) -> None:
        hook = AsyncWebhookClient(url, session=self._client.session, retry_handlers=[])
        try:
            for message in messages:
                async with translated():
                    met = await hook.send(**message)
                if met.status_code != HTTPStatus.OK:
                    _log.info("not said", error=met.body)
        except MessengerError as error:
            _log.info("not said", error=str(error))

    async def say(self, channel: str, thread: str, person: str, reply: Reply) -> None:
        """Say it in a thread, privately where there are others to read it."""
        try:
            for part in _parts(reply):
                async with translated():
                    await self._send(channel, thread, person if reply.private else "", part)
        except MessengerError as error:
            _log.info("not said", error=str(error))

    async def _send(self, channel: str, thread: str, only: str, text: str) -> None:
        if only and not channel.startswith("D"):
            await self._client.chat_postEphemeral(
                channel=channel, thread_ts=thread or None, user=only, markdown_text=text
            )
        else:
            await self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread or None,
                markdown_text=text,
                metadata=blocks.note(),
                unfurl_links=False,
                unfurl_media=False,
            )


def _messages(reply: Reply) -> Iterator[Answer]:
    """As answers to a command, which take no ``markdown_text``."""
    for part in _parts(reply):
        yield {
            "text": blocks.preview(part),
            "blocks": [{"type": "markdown", "text": part}],
            "response_type": "ephemeral" if reply.private else "in_channel",
            "unfurl_links": False,
            "unfurl_media": False,
        }


def _parts(reply: Reply) -> list[str]:
    return split(dialect(reply.text), blocks.LIMIT)
