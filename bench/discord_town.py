"""A loopback Discord in this process, with bots, model and store in processes of their own."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bench.askers import home
from bench.bots import LOOK, TRIP, Bots
from bench.discord_bot import Given
from bench.discord_lag import Shown
from bench.discord_model import Speech, model
from bot.clock import SystemClock
from storage.embedded import ensure
from tests.platforms.discord import Discord, Message


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
            await stack.enter_async_context(made.bots.one("bench.discord_bot", given, folder))
        await there.until(lambda: len(there.sessions.alive) == processes, 30)
        warm = [made.ask(one, "Wim") for one in made.channels("warm", 2 * processes)]
        await made.answered(warm, 30)
        yield made
