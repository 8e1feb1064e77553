"""People ask for a thread, for a reply and in a direct message, while the bot's process is hit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise

from adapters.discord.dialect import dialect
from adapters.discord.messenger import LIMIT
from bot.config import load
from bot.messages import ConversationKey, IncomingMessage, Person, Scope, State, Trigger, Turn
from bot.run import run
from bot.split import split
from tests.chaos.blows import Barrier
from tests.chaos.strike import Act, struck
from tests.chaos.world import World
from tests.platforms.discord import Channel, Message
from tests.platforms.model_server import Reply

LONG = " ".join(f"why-does-the-rain-in-this-town-never-end-and-who-pays-{n}" for n in range(40))
"""Its answer needs two messages."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question, its conversation, and the answer that it must get."""

    question: Message
    where: ConversationKey
    answer: str

    @property
    def room(self) -> str:
        """The channel of the answer: a thread has the id of the message that it began with."""
        threaded = self.where.thread == self.question.id
        return self.question.id if threaded else self.question.channel


def main() -> None:
    """The life of a bot's process: ``threadwise run``."""
    asyncio.run(run(load(None), (), demo=False))


async def play(made: World, barrier: Barrier) -> list[str]:
    """What is not as it must be at the end.

    Raises:
        TimeoutError: not everything was answered.
    """
    there = made.discord
    made.tokens = {"DISCORD_BOT_TOKEN": there.token, "DISCORD_GUILDS": there.guild().id}
    made.model.default = Reply(delay=0.03)  # the long answer is edited once while it grows
    scene = _Scene(made, barrier, await _rooms(made))
    await struck(made, barrier, Act(main, scene.ask, scene.finished, scene.forget))
    return [*await scene.faults(), *made.left()]


async def _rooms(made: World) -> list[Channel]:
    """A channel for threads, one for replies, and a direct conversation; the bot knows them."""
    there = made.discord
    hall = there.add_channel("hall")
    scope = Scope("discord", there.guild().id, hall.id)
    await made.settings.store(scope, "place", "reply")
    rooms = [there.channel("general"), hall, there.room_with(there.join("bob"))]
    for room in rooms:
        await _meet(made, room)
    return rooms


async def _meet(made: World, room: Channel) -> None:
    """Let the bot know a place: elsewhere, what is asked while nobody listens is lost."""
    account, where = f"discord:{made.discord.bot.id}", _conversation(made, room, "r1")
    message = IncomingMessage(
        account, where, "1", Person("1", "Eve"), "Hello", made.clock.now(), Trigger.MENTION
    )
    await made.inbox.accept(message)
    await made.inbox.cancel(account, where, message.id, "user")


def _conversation(made: World, room: Channel, thread: str) -> ConversationKey:
    """A direct conversation has no threads, and counts to the first guild."""
    guild = made.discord.guild().id
    return ConversationKey("discord", guild, room.id, thread if room.guild else "")


@dataclass(frozen=True, slots=True)
class _Scene:
    made: World
    barrier: Barrier
    rooms: Sequence[Channel]
    every: list[Asked] = field(default_factory=list)
    """What was asked."""

    async def ask(self) -> None:
        """Ask as soon as somebody hears it, or the process was struck before."""
        there, reached = self.made.discord, self.barrier.reached
        await self.made.until(lambda: there.sessions.alive or reached.is_set())
        general, hall, direct = self.rooms
        self._say(general, "ann", f"{there.mention} ", LONG)
        self._say(hall, "carol", f"{there.mention} ", "What is for lunch?", "r")
        self._say(direct, "bob", "", "And what about the snow?")

    def _say(self, room: Channel, author: str, before: str, text: str, mark: str = "") -> None:
        question = self.made.discord.say(room.id, author, before + text)
        where = _conversation(self.made, room, mark + question.id)
        self.every.append(Asked(question, where, f"answer to: {text} [2 messages]"))

    async def finished(self) -> None:
        """Wait until all is answered in the history, and nothing waits."""
        await self.made.until(self._quiet)

    async def _quiet(self) -> bool:
        inbox = self.made.inbox
        turns = [await inbox.turns(one.where) for one in self.every]
        waiting = [await inbox.waiting(one.where) for one in self.every]
        return all(turns) and not any(waiting)

    def forget(self) -> None:
        """Let the minutes pass for which Discord knows a nonce: the marks alone must do.

        https://docs.discord.com/developers/resources/message#create-message
        """
        for post in self.made.discord.posts:
            post.nonce = None

    async def faults(self) -> list[str]:
        """What is wrong on Discord, or in the history."""
        turns = {one: await self.made.inbox.turns(one.where) for one in self.every}
        parts = {part for some in turns.values() for turn in some for part in turn.parts}
        wrong = [fault for one in turns for fault in self._faults(one, turns[one])]
        return [*wrong, *self._surplus(parts)]

    def _faults(self, asked: Asked, turns: tuple[Turn, ...]) -> list[str]:
        """What is wrong with one answer."""
        told = [(turn.ending.state, turn.ending.text) for turn in turns]
        if told != [(State.ANSWERED, asked.answer)]:
            return [f"the history holds {told}"]
        wanted = [text.strip() for text in split(dialect(asked.answer), LIMIT)]
        shown = [self.made.discord.find(part) for part in turns[0].parts]
        if [post.content for post in shown] != wanted:
            return [f"the answer stands in {turns[0].parts}"]
        freezes = self.barrier.blow.freezes  # then what arrived late was put right
        return [
            *(f"{post.id} has a button" for post in shown if post.buttons),
            *(
                f"{post.id} stands in {post.channel}"
                for post in shown
                if post.channel != asked.room
            ),
            *(f"{post.id} did not only grow" for post in shown if not (freezes or _grew(post))),
        ]

    def _surplus(self, parts: set[str]) -> list[str]:
        """What the bot ever said, deleted or not, and what it made, beside the answers."""
        there = self.made.discord
        begun = [call for call in there.made("thread") if call.status == HTTPStatus.CREATED]
        found = [
            f"no part, or no post: {id_}" for id_ in {post.id for post in there.posts} ^ parts
        ]
        return found + [f"{len(begun)} threads were made"] * (len(begun) != 1)


def _grew(post: Message) -> bool:
    """Whether each version went on where the one before ended; a seam may take the last word."""
    shown = [version.content[: len(post.content)] for version in post.versions]
    return all(later.startswith(text) for text, later in pairwise(shown))
