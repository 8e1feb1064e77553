"""Slack's direct messages in the suite: each begins a session, and is answered natively there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app import assembled
from bot.messages import ConversationKey, PartKey
from bot.on_slack import slack_side
from bot.run import serving
from tests.contract.driver import Can, Ground
from tests.contract.slack_driver import (
    PATIENCE,
    SlackStage,
    SlackTalk,
    configured,
    inhabited,
)
from tests.platforms.model_server import ModelServer, Reply
from tests.platforms.slack import Slack

CAN = frozenset({Can.FAIL, Can.REPEAT, Can.CHANGE})
"""A stream only grows and has no mark of its own; Slack's own button stops it; nobody else is
there."""
_THINKS = 0.1
"""Seconds until a model's first word, which an instant answer would not stream at all."""


@asynccontextmanager
async def stage(ground: Ground) -> AsyncIterator["DirectStage"]:
    """Logged in, with nobody who listens, and about to answer in a session."""
    async with Slack() as there, asyncio.TaskGroup() as group:
        config = configured(ground, there, "http://127.0.0.1:9/v1")
        async with assembled(config, demo=False) as core, slack_side(core) as side:
            pacing = group.create_task(side.pace())
            made = DirectStage(there, side.messenger, there.tell("ann", "Hello?").ts)
            await side.messenger.begin(made.key(), ())
            yield made
            pacing.cancel()


@asynccontextmanager
async def talk(ground: Ground) -> AsyncIterator["DirectTalk"]:
    """A bot that listens and answers; drained at the end."""
    async with Slack() as there, ModelServer(Reply(first=_THINKS)) as model:
        inhabited(there)
        async with serving(configured(ground, there, model.url)) as core:
            await there.until(lambda: there.sockets.connections, PATIENCE)
            yield DirectTalk(there, model, core.inbox, there.direct("ann").id)


@dataclass(frozen=True, slots=True)
class DirectStage(SlackStage):
    """The same in one session of ann's."""

    thread: str

    def key(self) -> PartKey:
        asked = self.there.tell("ann", "Why?", thread=self.thread)
        place = ConversationKey("slack", self.there.team, asked.channel, self.thread)
        return PartKey(place, asked.ts, 0, asked.user.id, "Why?")

    def close(self) -> None:
        self.there.delete_channel("@ann")


@dataclass(slots=True)
class DirectTalk(SlackTalk):
    """The same in one session of ann's."""

    async def ask(self, text: str, who: str = "ann") -> str:
        del who  # nobody else is there
        if not (await self.inbox.known([self._place]))[0]:
            self.thread = ""
        asked = self.there.tell("ann", text, thread=self.thread)
        self.thread = self.thread or asked.ts
        return asked.ts
