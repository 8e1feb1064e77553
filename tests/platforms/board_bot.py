"""The real core on the bulletin board: an adapter as small as one can be, and its process.

``python -m tests.platforms.board_bot`` reads the same environment as the product, BOARD_URL for
the board, and BOARD_PACE for the seconds between two edits that may be left out.
"""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from bot.app import Core, assembled
from bot.config import Config, load
from bot.errors import (
    MessengerError,
    PartExpired,
    PartFull,
    PartGone,
    PlatformBusy,
    PlatformUnavailable,
    StoreError,
    Undeliverable,
)
from bot.messages import (
    Account,
    ConversationKey,
    IncomingMessage,
    Offer,
    PartKey,
    Person,
    Trigger,
)
from bot.outcomes import Call
from bot.plain import Silent
from bot.ports import Clock
from bot.worker import Worker
from tests.platforms.board import LIMIT

ACCOUNT = Account("board:bot")
_TIMEOUT = aiohttp.ClientTimeout(total=4)
_FOR_EVER = aiohttp.ClientTimeout(total=None)


def conversation(channel: str = "lobby") -> ConversationKey:
    """A channel is one conversation."""
    return ConversationKey("board", "town", channel)


@dataclass(frozen=True, slots=True)
class Line:
    """Calls the board; its errors in our words."""

    http: aiohttp.ClientSession
    url: str

    async def ask(
        self, method: str, path: str, said: Any = None, within: Any = _TIMEOUT, **query: str
    ) -> Any:
        """The reply's JSON, or None.

        Raises:
            MessengerError: any of them.
        """
        try:
            async with self.http.request(
                method, self.url + path, json=said, params=query, timeout=within
            ) as reply:
                body = await reply.json() if reply.content_type.endswith("json") else None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise PlatformUnavailable(str(error)) from error
        _refuse(reply.status, reply.headers.get("Retry-After", ""), body)
        return body


def _refuse(status: int, retry_after: str, body: Any) -> None:
    match status:
        case 429:
            raise PlatformBusy(float(retry_after))
        case 413:
            raise PartFull(body["accepted"])
        case 409:
            raise PartExpired(body["accepted"])
        case 410:
            raise PartGone
        case 404:
            raise Undeliverable
    if status >= 500:
        raise PlatformUnavailable(str(status))


@dataclass(slots=True)
class BoardPart:
    """One message on the board."""

    line: Line
    channel: str
    id: str
    text: str
    settled: bool = True

    async def show(self, text: str) -> None:
        await self._say(text, last=False)

    async def close(self, text: str, offer: Offer) -> None:  # noqa: ARG002 - no buttons here
        await self._say(text, last=True)

    async def delete(self) -> None:
        await self.line.ask("DELETE", f"/{self.channel}/posts/{self.id}")

    async def _say(self, text: str, *, last: bool) -> None:
        said = {"text": text, "last": last}
        try:
            await self.line.ask("PUT", f"/{self.channel}/posts/{self.id}", said)
        except PartFull as full:
            self.text = text[: full.accepted]
            raise
        self.text = text


@dataclass(frozen=True, slots=True)
class BoardMessenger(Silent):
    """Keeps the promises of ``bot.ports.Messenger``."""

    line: Line
    limit: int = LIMIT

    def dialect(self, text: str) -> str:
        return text

    async def open(self, key: PartKey, text: str, last: Offer | None) -> BoardPart:
        channel = key.conversation.channel
        said = {"text": text, "key": _mark(key), "last": last is not None}
        posted = await self.line.ask("POST", f"/{channel}/posts", said)
        return BoardPart(self.line, channel, posted["id"], text)

    async def find(self, key: PartKey, part: str, but: Collection[str] = ()) -> BoardPart | None:
        channel = key.conversation.channel
        wanted = {"id": part, "key": "" if part else _mark(key), "but": " ".join(but)}
        found = await self.line.ask("GET", f"/{channel}/posts", **wanted)
        return found and BoardPart(self.line, channel, found["id"], found["text"], settled=False)


def _mark(key: PartKey) -> str:
    return f"{key.question}.{key.number}"


@dataclass(slots=True)
class Beat:
    """A Pacer: so many seconds between two edits of a conversation; other calls go at once."""

    seconds: float
    clock: Clock
    _next: dict[ConversationKey, float] = field(default_factory=dict)

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:  # noqa: ARG002 - the port's
        if call is Call.INTERIM:
            now = self.clock.monotonic()
            at = max(now, self._next.get(where, 0.0))
            await self.clock.sleep(at - now)
            self._next[where] = at + self.seconds

    async def spare(self, where: ConversationKey) -> bool:  # noqa: ARG002 - the port's
        return True


@dataclass(frozen=True, slots=True)
class Intake:
    """What people do on the board, brought to the core; acknowledged only then."""

    core: Core
    line: Line

    async def run(self) -> None:
        """Read one feed after the other; a new one begins with all that is not acknowledged."""
        while True:
            with suppress(StoreError, MessengerError):
                await self._read(secrets.token_hex(4))
            await self.core.clock.sleep(0.1)

    async def _read(self, feed: str) -> None:
        while True:
            events = await self.line.ask("GET", "/events", within=_FOR_EVER, feed=feed)
            for event in events:
                await self._take(event)
                await self.line.ask("DELETE", f"/events/{event['number']}")

    async def _take(self, event: dict[str, Any]) -> None:
        message = inbound(event)
        if event["kind"] == "message":
            receipt = await self.core.door.accept(message)
            if receipt.sentence:
                await self._say(message, receipt.sentence)
        else:
            new = message if event["kind"] == "edit" else None
            where, inbox = message.conversation, self.core.inbox
            await inbox.change(ACCOUNT.name, where, message.id, message.revision, new)

    async def _say(self, message: IncomingMessage, sentence: str) -> None:
        said = {"text": sentence, "key": "", "last": True}
        await self.line.ask("POST", f"/{message.conversation.channel}/posts", said)


def inbound(event: dict[str, Any]) -> IncomingMessage:
    """What an event says. Pure."""
    return IncomingMessage(
        account=ACCOUNT.name,
        conversation=conversation(event["channel"]),
        id=event["id"],
        author=Person(event["author"], event["author"].title()),
        text=event["text"],
        at=event["at"],
        trigger=Trigger.MENTION,
        revision=event.get("revision", ""),
    )


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that runs."""

    core: Core
    worker: Worker


@asynccontextmanager
async def running(
    config: Config, url: str, *, pace: float = 0, clock: Clock | None = None
) -> AsyncIterator[Bot]:
    """Run the bot until the block ends, then let it drain."""
    async with assembled(config, demo=False) as made, aiohttp.ClientSession() as http:
        core = replace(made, clock=clock or made.clock)
        line = Line(http, url)
        beat = Beat(pace, core.clock)
        worker = core.worker([ACCOUNT], {"board": BoardMessenger(line)}, {"board": beat})
        async with asyncio.TaskGroup() as tasks:
            intake = tasks.create_task(Intake(core, line).run())
            working = tasks.create_task(worker.run())
            yield Bot(core, worker)
            worker.stop()
            await working
            intake.cancel()


async def serve(config: Config, url: str, pace: float) -> None:
    """Run the bot until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running(config, url, pace=pace):
        await stop.wait()


def main() -> None:
    """Read the environment, and serve."""
    board = os.environ["BOARD_URL"]  # noqa: TID251 - no setting of the product
    pace = os.environ.get("BOARD_PACE", "0")  # noqa: TID251 - likewise
    asyncio.run(serve(load(None), board, float(pace)))


if __name__ == "__main__":
    main()
