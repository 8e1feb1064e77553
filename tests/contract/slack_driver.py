"""Slack in the suite: the real library, on sockets, against a loopback server."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.slack.blocks import STOP
from bot.app import assembled
from bot.clock import SystemClock
from bot.config import Config, load
from bot.messages import ConversationKey, PartKey
from bot.on_slack import slack_side
from bot.ports import Inbox, Messenger
from bot.run import serving
from tests.contract.driver import LONGEST, Can, Ground, Trouble
from tests.platforms.model_server import ModelServer
from tests.platforms.slack import DOWN, LOST, Delivery, Message, Slack, busy
from tests.platforms.slack.deliveries import EVENT

CAN = frozenset(Can)
PATIENCE = 15.0
_PAUSE = 0.02
_EVER = 10**6
_FAULTS = {
    Trouble.BUSY: busy(7.0),
    Trouble.DOWN: DOWN,
    Trouble.LOST: LOST,
}
_CALLS = re.compile(
    r"<@(\w+)>|<!(?:here|channel|everyone|subteam\^)|(?<!\w)@(?:here|channel|everyone)"
)


@asynccontextmanager
async def stage(ground: Ground) -> AsyncIterator["SlackStage"]:
    """Logged in, with nobody who listens."""
    async with Slack() as there, asyncio.TaskGroup() as group:
        config = configured(ground, there, "http://127.0.0.1:9/v1")
        async with assembled(config, demo=False) as core, slack_side(core) as side:
            pacing = group.create_task(side.pace())
            yield SlackStage(there, side.messenger)
            pacing.cancel()


@asynccontextmanager
async def talk(ground: Ground) -> AsyncIterator["SlackTalk"]:
    """A bot that listens and answers; drained at the end."""
    async with Slack() as there, ModelServer() as model:
        inhabited(there)
        config = configured(ground, there, model.url)
        async with serving(config) as core:
            await there.until(lambda: there.sockets.connections, PATIENCE)
            yield SlackTalk(there, model, core.inbox, there.channel("general").id)


def inhabited(there: Slack) -> None:
    """Everybody is in the channel; ann is an admin, and Slack alone says so."""
    there.channel("general").members |= {there.person(name).id for name in ("ann", "bob", "cid")}
    there.person("ann").admin = True


def configured(ground: Ground, there: Slack, model: str) -> Config:
    """The environment of a bot there."""
    given = {
        "REDIS_URL": ground.store,
        "OPENAI_BASE_URL": model,
        "SLACK_API_URL": there.api,
        "SLACK_BOT_TOKEN": there.token,
        "SLACK_APP_TOKEN": there.app_token,
        "THREADWISE_DATA_DIR": str(ground.home),
        "THREADWISE_DRAIN": "1s",
        "THREADWISE_MAX_QUESTION": str(LONGEST),
        "THREADWISE_MODEL_RETRIES": "0",
    }
    for name, value in given.items():
        ground.setenv(name, value)
    return load(None)


@dataclass(frozen=True, slots=True)
class SlackStage:
    """Keeps the promises of ``driver.FullStage``."""

    there: Slack
    messenger: Messenger

    def key(self) -> PartKey:
        asked = self.there.say("general", "ann", f"{self.there.mention} Why?")
        place = ConversationKey("slack", self.there.team, asked.channel, asked.ts)
        return PartKey(place, asked.ts, 0, asked.user.id, "Why?")

    def texts(self) -> list[str]:
        return [post.shown for post in self.there.posts if not post.deleted]

    def close(self) -> None:
        self.there.delete_channel("general")

    def remove(self, part: str) -> None:
        self.there.delete(part)

    def offered(self, part: str) -> list[str]:
        return [*_buttons(self.there.find(part))]

    def meet(self, trouble: Trouble | None) -> None:
        self.there.faults.plans.clear()
        if trouble:
            self.there.fault("*", _FAULTS[trouble], times=_EVER)


@dataclass(slots=True)
class SlackTalk:
    """Keeps the promises of ``driver.FullTalk``, in the thread of its first question."""

    there: Slack
    model: ModelServer
    inbox: Inbox
    channel: str
    thread: str = ""
    told: set[str] = field(default_factory=set)
    """What was said to who pressed something."""

    def answers(self) -> list[Message]:
        """In the thread, and what one person alone reads; commands are answered elsewhere."""
        posts = [post for post in self.there.posts if post.thread_ts or post.only]
        return [post for post in posts if not (post.deleted or post.ts in self.told)]

    def said(self) -> str:
        return "\n\n".join(post.shown for post in self.answers())

    def writing(self) -> bool:
        streams = {post.ts for post in self.there.open_streams}
        return any(STOP in post.actions or post.ts in streams for post in self.answers())

    async def until(self, holds: Callable[[], object]) -> None:
        await self.there.until(holds, PATIENCE)

    async def ask(self, text: str, who: str = "ann") -> str:
        if any(post.thread_ts == self.thread for post in self.there.posts if not post.only):
            return self.there.say(self.channel, who, text, thread=self.thread).ts
        self.thread = self.there.say(self.channel, who, f"{self.there.mention} {text}").ts
        return self.thread

    async def waits(self, question: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while question not in await self.inbox.waiting(self._place):
                await SystemClock().sleep(_PAUSE)

    async def stop(self) -> None:
        self.there.say(self.channel, "ann", "stop", thread=self.thread)

    async def command(self, name: str, argument: str = "", *, admin: bool = True) -> str:
        """Slack says who is an admin: if it shall be none, cid gives the command."""
        who = "ann" if admin else "cid"
        asked = self.there.slash("/ai", f"{name} {argument}", user=who, channel=self.channel)
        await self.until(lambda: asked.reply or self.there.responses(asked))
        return _words(asked, self.there)

    async def kept(self, turns: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(await self.inbox.turns(self._place)) != turns or await self.inbox.waiting(
                self._place
            ):
                await SystemClock().sleep(_PAUSE)

    async def repeat(self, question: str) -> None:
        sent = self.there.sent("message", "app_mention")
        for one in [one for one in sent if one.payload["event"]["ts"] == question]:
            self.there.deliveries.send(EVENT, one.payload)

    async def edit(self, question: str, text: str) -> None:
        self.there.edit(question, f"{self.there.mention} {text}")

    async def delete(self, question: str) -> None:
        self.there.delete(question)

    async def take_down(self) -> None:
        self.there.delete(self.answers()[-1])

    async def press(self, label: str, who: str = "ann") -> str:
        """It shows in the answer, or somebody is told why it does not."""
        post, known = self.answers()[-1], len(self.answers())
        versions = len(post.versions)
        self.there.press(post, _buttons(post)[label], user=who)
        await self.until(lambda: len(self.answers()) > known or len(post.versions) > versions)
        said = self.answers()[known:]
        self.told |= {one.ts for one in said}
        return "".join(one.shown for one in said)

    async def chat(self, text: str) -> None:
        self.there.say("general", "bob", text)

    def mentions(self) -> str:
        bob = self.there.person("bob").id
        return f"<@{bob}> <!subteam^S0123> <!channel> <!here> @everyone @channel"

    def pinged(self) -> set[str]:
        texts = [version.text for post in self.there.posts for version in post.versions]
        calls = _CALLS.findall("\n".join([*texts, *(post.text for post in self.there.posts)]))
        return {self.there.person(id_).name if id_ else "" for id_ in calls}

    @property
    def _place(self) -> ConversationKey:
        return ConversationKey("slack", self.there.team, self.channel, self.thread)


def _buttons(post: Message) -> dict[str, str]:
    """Label → action id."""
    return {
        item["text"]["text"]: id_ for id_, item in post.actions.items() if item["type"] == "button"
    }


def _words(asked: Delivery, there: Slack) -> str:
    """What a command was answered with, at once or later."""
    said = [*([asked.reply] if asked.reply else []), *there.responses(asked)]
    return "\n".join(block["text"] for one in said for block in one["blocks"])
