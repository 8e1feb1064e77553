"""A loopback Discord in this process, with bots, model and store in processes of their own."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE

import psutil

from bench.askers import home
from bench.discord_bot import Given
from bench.discord_lag import Shown
from bench.discord_model import Speech, model
from bot.clock import SystemClock
from storage.embedded import ensure
from tests.platforms.discord import Discord, Message

TRIP = 0.08
"""Seconds of a round trip to the platform."""
LOOK = 0.1
"""Seconds between two looks at whether all are answered, and at the memory."""


@dataclass
class Bots:
    """The processes of one kind of bot."""

    processes: list[psutil.Process] = field(default_factory=list)
    memory: int = 0
    """Bytes, of the largest at the most."""
    longest: list[float] = field(default_factory=list)
    """Of each, the seconds of its longest edit; known once it has ended."""

    @property
    def cpu(self) -> float:
        """Seconds, of all."""
        times = [process.cpu_times() for process in self.processes]
        return float(sum(one.user + one.system for one in times))

    def look(self) -> None:
        """Take note of their memory."""
        self.memory = max(self.memory, *(one.memory_info().rss for one in self.processes))


@dataclass(frozen=True)
class Town:
    """A Discord with a bot, and people who ask it."""

    there: Discord
    bots: Bots
    speech: Speech

    def ask(self, channel: str, person: str) -> "Question":
        """Mention the bot."""
        asked = time.monotonic()
        return Question(self.there.say(channel, person, f"{self.there.mention} why?"), asked)

    def channels(self, name: str, number: int) -> list[str]:
        """The ids of so many new channels."""
        return [self.there.add_channel(f"{name}-{one}").id for one in range(number)]

    def answer(self, question: "Question") -> Message | None:
        """The bot's reply to it."""
        said = self.there.channels[question.message.channel].messages.values()
        own = (one for one in said if one.author is self.there.bot and one.reference)
        return next((one for one in own if _target(one) == question.message.id), None)

    def shown(self, question: "Question") -> Shown | None:
        """What people saw of its answer."""
        answer = self.answer(question)
        versions = answer.versions if answer else []
        return Shown.read(question.asked, [(one.at, one.content) for one in versions])

    async def answered(self, questions: Sequence["Question"], patience: float) -> None:
        """Wait until all have their whole answers, with nothing to be pressed; or so long."""
        clock, end = SystemClock(), time.monotonic() + patience
        left = [*questions]
        while left and time.monotonic() < end:
            await clock.sleep(LOOK)
            self.bots.look()
            left = [one for one in left if not self._whole(one)]

    def _whole(self, question: "Question") -> bool:
        answer = self.answer(question)
        return bool(
            answer and not answer.buttons and len(answer.content.split()) == self.speech.words + 1
        )


@dataclass(frozen=True)
class Question:
    """One, on the platform."""

    message: Message
    asked: float


def _target(said: Message) -> str:
    return str((said.reference or {})["message_id"])


@asynccontextmanager
async def town(who: str, speech: Speech, *, processes: int = 1) -> AsyncIterator[Town]:
    """Let bots serve a new town: ``ours`` or ``plain``; they have answered something already."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(home())
        store = await stack.enter_async_context(ensure(folder))
        there = await stack.enter_async_context(Discord())
        url = await stack.enter_async_context(model(speech))
        there.latency = TRIP
        given = Given(
            who=who,
            api=there.api,
            gateway=there.gateway_url,
            token=there.token,
            guild=there.guild().id,
            model=url,
            store=f"unix://{store.socket}",
            home=str(folder),
        )
        made = Town(there, Bots(), speech)
        for _ in range(processes):
            await stack.enter_async_context(_bot(given, made.bots))
        await there.until(lambda: len(there.sessions.alive) == processes, 30)
        warm = [made.ask(one, "Wim") for one in made.channels("warm", 2 * processes)]
        await made.answered(warm, 30)
        yield made


@asynccontextmanager
async def _bot(given: Given, bots: Bots) -> AsyncIterator[None]:
    words = (sys.executable, "-m", "bench.discord_bot", given.model_dump_json())
    with (Path(given.home) / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*words, stdout=PIPE, stderr=log)
    own = psutil.Process(process.pid)
    bots.processes.append(own)
    try:
        yield
    finally:
        bots.processes.remove(own)
        process.terminate()
        said, _ = await process.communicate()
        bots.longest.append(float(said))
