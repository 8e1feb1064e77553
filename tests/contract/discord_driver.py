"""Discord in the suite: the real library, on sockets, against a loopback server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.app import assembled
from bot.clock import SystemClock
from bot.commands.table import COMMANDS
from bot.config import Config, load
from bot.messages import ConversationKey, PartKey
from bot.on_discord import discord_side
from bot.ports import Inbox, Messenger
from bot.run import serving
from tests.adapters.discord.giving import heard, replies, seen
from tests.contract.driver import LONGEST, Can, Ground, Trouble
from tests.platforms.discord import DOWN, LOST, MANAGE_SERVER, Discord, Message, busy
from tests.platforms.discord.rest_interactions import FORM, WAIT_UPDATE
from tests.platforms.model_server import ModelServer

CAN = frozenset(Can)
_PATIENCE = 15.0
_PAUSE = 0.02
_EVER = 10**6
_FAULTS = {
    Trouble.BUSY: busy(7.0),
    Trouble.DOWN: DOWN,
    Trouble.LOST: LOST,
}


@asynccontextmanager
async def stage(ground: Ground) -> AsyncIterator["DiscordStage"]:
    """Logged in, with nobody who listens."""
    async with Discord() as there, asyncio.TaskGroup() as group:
        config = _configured(ground, there, "http://127.0.0.1:9/v1")
        async with assembled(config, demo=False) as core, discord_side(core) as side:
            pacing = group.create_task(side.pace())
            yield DiscordStage(there, side.messenger)
            pacing.cancel()


@asynccontextmanager
async def talk(ground: Ground) -> AsyncIterator["DiscordTalk"]:
    """A bot that listens and answers; drained at the end."""
    async with Discord() as there, ModelServer() as model:
        config = _configured(ground, there, model.url)
        async with serving(config) as core:
            await there.until(lambda: there.sessions.alive)
            yield DiscordTalk(there, model, core.inbox)


def _configured(ground: Ground, there: Discord, model: str) -> Config:
    given = {
        "REDIS_URL": ground.store,
        "OPENAI_BASE_URL": model,
        "DISCORD_API_URL": there.api,
        "DISCORD_BOT_TOKEN": there.token,
        "DISCORD_GUILDS": there.guild().id,
        "THREADWISE_DATA_DIR": str(ground.home),
        "THREADWISE_DRAIN": "1s",
        "THREADWISE_MAX_QUESTION": str(LONGEST),
        "THREADWISE_MODEL_RETRIES": "0",
    }
    for name, value in given.items():
        ground.setenv(name, value)
    return load(None)


@dataclass(frozen=True, slots=True)
class DiscordStage:
    """Keeps the promises of ``driver.FullStage``."""

    there: Discord
    messenger: Messenger

    def key(self) -> PartKey:
        asked = self.there.say("general", "ann", f"{self.there.mention} Why?")
        place = ConversationKey("discord", self.there.guild().id, asked.channel, asked.id)
        return PartKey(place, asked.id, 0, asked.author.id, "Why?")

    def texts(self) -> list[str]:
        return [post.content for post in _standing(self.there)]

    def close(self) -> None:
        self.there.delete_channel("general")

    def remove(self, part: str) -> None:
        self.there.delete(part)

    def offered(self, part: str) -> list[str]:
        return [button["label"] for button in self.there.find(part).buttons.values()]

    def meet(self, trouble: Trouble | None) -> None:
        self.there.faults.plans.clear()
        if trouble:
            self.there.fault("*", _FAULTS[trouble], times=_EVER)


@dataclass(slots=True)
class DiscordTalk:
    """Keeps the promises of ``driver.FullTalk``, in the thread of its first question."""

    there: Discord
    model: ModelServer
    inbox: Inbox
    thread: str = ""
    told: set[str] = field(default_factory=set)
    """The ids of what commands were told."""

    def answers(self) -> list[Message]:
        return [post for post in _standing(self.there) if post.id not in self.told]

    def said(self) -> str:
        return "\n\n".join(post.content for post in self.answers())

    def writing(self) -> bool:
        return any(_labelled(post, "Stop") for post in self.answers())

    async def until(self, holds: Callable[[], object]) -> None:
        await self.there.until(holds, _PATIENCE)

    async def ask(self, text: str, who: str = "ann") -> str:
        if self.thread in self.there.channels:
            return self.there.say(self.thread, who, text).id
        self.thread = self.there.say("general", who, f"{self.there.mention} {text}").id
        return self.thread

    async def waits(self, question: str) -> None:
        async with asyncio.timeout(_PATIENCE):
            while question not in await self.inbox.waiting(self._place):
                await SystemClock().sleep(_PAUSE)

    async def stop(self) -> None:
        self.there.say(self.thread, "ann", "stop")

    async def command(self, name: str, argument: str = "", *, admin: bool = True) -> str:
        option = next(row.argument for row in COMMANDS if row.name == name)
        given = {option.name: argument} if option and argument else {}
        rights = MANAGE_SERVER if admin else 0
        asked = self.there.slash(name, given, channel=self.thread, permissions=rights)
        await self.until(lambda: asked.answer)
        if asked.answer and asked.answer["type"] == FORM:
            return str(asked.answer["data"])
        text, _ = await seen(self.there, asked)
        self.told |= {post.id for post in replies(asked)}
        return text

    async def kept(self, turns: int) -> None:
        async with asyncio.timeout(_PATIENCE):
            while len(await self.inbox.turns(self._place)) != turns or await self.inbox.waiting(
                self._place
            ):
                await SystemClock().sleep(_PAUSE)

    async def repeat(self, question: str) -> None:
        self.there.tell("MESSAGE_CREATE", self.there.find(question))

    async def edit(self, question: str, text: str) -> None:
        self.there.edit(question, f"{self.there.mention} {text}")

    async def delete(self, question: str) -> None:
        self.there.delete(question)

    async def take_down(self) -> None:
        self.there.delete(self.answers()[-1])

    async def press(self, label: str, who: str = "ann") -> str:
        post = self.answers()[-1]
        asked = self.there.press(post, _labelled(post, label)[0], user=who)
        await self.until(lambda: asked.answer)
        silent = (asked.answer or {})["type"] == WAIT_UPDATE
        return "" if silent else await heard(self.there, asked)

    async def chat(self, text: str) -> None:
        self.there.say("general", "bob", text)

    def mentions(self) -> str:
        return f"<@{self.there.person('bob').id}> <@&{self.there.ids()}> @everyone @here"

    def pinged(self) -> set[str]:
        posts = self.there.posts
        people = {self.there.person(id_).name for post in posts for id_ in post.mentions}
        return people | {"" for post in posts if post.everyone or post.roles}

    @property
    def _place(self) -> ConversationKey:
        question = self.there.guild().id, self.there.channel("general").id, self.thread
        return ConversationKey("discord", *question)


def _standing(there: Discord) -> list[Message]:
    return [post for post in there.posts if not post.deleted]


def _labelled(post: Message, label: str) -> list[str]:
    return [id_ for id_, button in post.buttons.items() if button["label"] == label]
