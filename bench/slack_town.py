"""A loopback Slack in this process, with bots, model and store in processes of their own."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bench.askers import home
from bench.bots import LOOK, TRIP, Bots
from bench.discord_lag import Shown
from bench.discord_model import Speech, model
from bench.slack_bot import Given
from bot.clock import SystemClock
from storage.embedded import ensure
from tests.platforms.slack import Message, Slack

STOP = "tw:stop"
"""Stands under an answer that still grows."""
SOCKETS = {"ours": 2, "plain": 1}
"""Connections of one process."""


@dataclass(frozen=True)
class Town:
    """A Slack with a bot, and people who ask it."""

    there: Slack
    bots: Bots
    speech: Speech

    def ask(self, channel: str, person: str) -> "Question":
        """Mention the bot in a channel."""
        asked = time.monotonic()
        return Question(self.there.say(channel, person, f"{self.there.mention} why?"), asked)

    def tell(self, person: str) -> "Question":
        """Ask the bot alone."""
        asked = time.monotonic()
        return Question(self.there.tell(person, "Why?"), asked)

    def channels(self, name: str, number: int) -> list[str]:
        """The ids of so many new channels."""
        return [self.there.add_channel(f"{name}-{one}").id for one in range(number)]

    def answer(self, question: "Question") -> Message | None:
        """The bot's reply to it, in its thread."""
        asked = question.message
        said = self.there.messages(asked.channel, asked.ts)
        return next((one for one in said if one.user is self.there.bot), None)

    def shown(self, question: "Question") -> Shown | None:
        """What people saw of its answer."""
        answer = self.answer(question)
        versions = answer.versions if answer else []
        return Shown.read(question.asked, [(one.at, one.text) for one in versions])

    async def answered(self, questions: Sequence["Question"], patience: float) -> None:
        """Wait until all have their whole answers, with no Stop under them; or so long."""
        clock, end = SystemClock(), time.monotonic() + patience
        left = [*questions]
        while left and time.monotonic() < end:
            await clock.sleep(LOOK)
            self.bots.look()
            left = [one for one in left if not self._whole(one)]

    def throttled(self) -> Counter[str]:
        """How often each method was answered 429."""
        return Counter(call.route for call in self.there.throttled)

    def _whole(self, question: "Question") -> bool:
        answer = self.answer(question)
        return bool(
            answer
            and STOP not in answer.actions
            and not (answer.stream and answer.stream.live)
            and len(answer.shown.split()) == self.speech.words + 1
        )


@dataclass(frozen=True)
class Question:
    """One, on the platform."""

    message: Message
    asked: float


@asynccontextmanager
async def town(
    who: str, speech: Speech, *, processes: int = 1, warm: int = 0
) -> AsyncIterator[Town]:
    """Let bots serve a new town: ``ours`` or ``plain``; they have answered ``warm`` questions."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(home())
        store = await stack.enter_async_context(ensure(folder))
        there = await stack.enter_async_context(Slack())
        url = await stack.enter_async_context(model(speech))
        there.latency = TRIP
        given = Given(
            who=who,
            api=there.api,
            token=there.token,
            app_token=there.app_token,
            model=url,
            store=f"unix://{store.socket}",
            home=str(folder),
        )
        made = Town(there, Bots(), speech)
        for _ in range(processes):
            await stack.enter_async_context(made.bots.one("bench.slack_bot", given, folder))
        await there.until(lambda: len(there.sockets.connections) == processes * SOCKETS[who], 30)
        await made.answered([made.ask(one, "Wim") for one in made.channels("warm", warm)], 30)
        yield made
