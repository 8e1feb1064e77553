"""The two that are compared: our bot, put together as the program does it, and the plain loop."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from io import TextIOBase
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from openai import AsyncOpenAI

from bench.screen import Screen, Unpaced
from bench.tutorial_loop import chat
from bot import logs
from bot.app import Core, assembled
from bot.config import Config
from bot.messages import Account, ConversationKey, IncomingMessage, Person, Trigger, Turn

ACCOUNT = Account("bench")
PLATFORM = "bench"


@dataclass(frozen=True, slots=True)
class Times:
    """The way of one question, in seconds of the monotonic clock."""

    asked: float
    arrived: float
    """The request, at the model."""
    sent: float
    """The first token, by the model."""
    shown: float
    """The first text."""

    @property
    def request(self) -> float:
        """From the question to the model."""
        return self.arrived - self.asked

    @property
    def output(self) -> float:
        """From the first token to the first text."""
        return self.shown - self.sent

    @property
    def own(self) -> float:
        """All of the time to the first text but the model's."""
        return self.request + self.output


def times(asked: float, shown: float, text: str) -> Times:
    """Read the model's times from the first text."""
    arrived, sent, *_ = text.split()
    return Times(asked, float(arrived), float(sent), shown)


class Asker(Protocol):
    """One of the two."""

    async def ask(self, conversation: str, question: str) -> Times:
        """Ask, and wait until the answer is done with."""
        ...


class Tutorial:
    """The plain loop, with a history for each conversation."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client
        self._histories: dict[str, list[Any]] = {}

    async def ask(self, conversation: str, question: str) -> Times:
        """Ask, and print to the null device."""
        history, out = self._histories.setdefault(conversation, []), Printed()
        asked = time.monotonic()
        await chat(self._client, history, question, out)
        return times(asked, out.at, out.first)


class Printed(TextIOBase):
    """The null device; remembers what was first written to it, and when."""

    first, at = "", 0.0

    def write(self, text: str, /) -> int:
        """Hand it to the system, as a terminal would."""
        if not self.first:
            self.first, self.at = text, time.monotonic()
        return os.write(_NULL, text.encode())


_NULL = os.open(os.devnull, os.O_WRONLY)


@asynccontextmanager
async def tutorial(url: str) -> AsyncIterator[Tutorial]:
    """The plain loop with this model."""
    async with AsyncOpenAI(base_url=url, api_key="none") as client:
        yield Tutorial(client)


class Ours:
    """Our bot; also the observer that hears of each end."""

    def __init__(self, core: Core, screen: Screen) -> None:
        self._core = core
        self._screen = screen
        self._number = count(1)
        self._open: dict[str, asyncio.Future[Turn]] = {}

    async def accept(
        self, conversation: str, question: str, person: str = "me"
    ) -> asyncio.Future[Turn]:
        """Hand a question in; its turn is set when it is committed."""
        id_, author = f"{next(self._number):09}", Person(person, person)
        turn = self._open[id_] = asyncio.get_running_loop().create_future()
        await self._core.door.accept(
            IncomingMessage(
                account=ACCOUNT.name,
                conversation=ConversationKey(PLATFORM, "", conversation),
                id=id_,
                author=author,
                text=question,
                at=self._core.clock.now(),
                trigger=Trigger.DIRECT,
            )
        )
        return turn

    async def ask(self, conversation: str, question: str) -> Times:
        """Ask, and wait until the turn is committed."""
        asked = time.monotonic()
        turn = await (await self.accept(conversation, question))
        return times(asked, *self._screen.first.pop(turn.ids[0]))

    def settled(self, turn: Turn) -> None:
        """Tell whoever asked; a second time would be an error."""
        for id_ in turn.ids:
            self._open.pop(id_).set_result(turn)

    def count(self, what: str, cause: str = "") -> None:
        """The core has counters of its own."""


@asynccontextmanager
async def ours(url: str, *, store: str = "", limit: int = 2000) -> AsyncIterator[Ours]:
    """Our bot with this model, and the embedded store or the one at ``store``.

    ``limit``: characters of a part.
    """
    with home() as folder:
        given = {"OPENAI_BASE_URL": url, "data_dir": folder, "REDIS_URL": store or None}
        logs.configure("json", folder / "log", ())
        async with assembled(Config.model_validate(given), demo=False) as core:
            await core.models.warm(core.default_model)
            screen = Screen(limit)
            bot = Ours(core, screen)
            worker = core.worker([ACCOUNT], {PLATFORM: screen}, {PLATFORM: Unpaced()}, bot)
            async with asyncio.TaskGroup() as group:
                group.create_task(worker.run())
                yield bot
                worker.stop()


@contextmanager
def home() -> Iterator[Path]:
    """A data directory; it goes once the store in it has ended."""
    with TemporaryDirectory(prefix="tw-") as name:
        folder = Path(name)
        yield folder
        with (folder / "server.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
