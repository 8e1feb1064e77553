"""People ask in a channel and in a direct message, while the bot's process is hit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from adapters.slack.blocks import LIMIT, STOP
from adapters.slack.dialect import dialect
from adapters.slack.inbound import PLATFORM
from bot.config import load
from bot.messages import ConversationKey, IncomingMessage, Person, State, Trigger, Turn
from bot.run import run
from bot.split import split
from tests.chaos.blows import Barrier
from tests.chaos.strike import Act, struck
from tests.chaos.world import World
from tests.platforms.model_server import Reply
from tests.platforms.slack import Channel, Message
from tests.platforms.slack.payloads import APP_ID

_WORD = "-".join(["why-does-the-rain-in-this-town-never-end-and-who-pays"] * 8)
LONG = " ".join(f"{_WORD}-{n}" for n in range(40))
"""Its answer needs two messages."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question, its conversation, and the answer that it must get."""

    question: Message
    where: ConversationKey
    answer: str


def main() -> None:
    """The life of a bot's process: ``threadwise run``."""
    asyncio.run(run(load(None), (), demo=False))


async def play(made: World, barrier: Barrier) -> list[str]:
    """What is not as it must be at the end.

    Raises:
        TimeoutError: not everything was answered.
    """
    there = made.slack
    made.tokens = {"SLACK_BOT_TOKEN": there.token, "SLACK_APP_TOKEN": there.app_token}
    made.model.default = Reply(first=0.4, delay=0.03)  # time for a sign, and to grow a few times
    scene = _Scene(made, barrier, await _rooms(made))
    await struck(made, barrier, Act(main, scene.ask, scene.finished, scene.forget))
    return [*await scene.faults(), *made.left()]


async def _rooms(made: World) -> list[Channel]:
    """A channel, where answers are edited, and a direct one, where they stream; both known."""
    rooms = [made.slack.channel("general"), made.slack.direct("bob")]
    for room in rooms:
        await _meet(made, room)
    return rooms


async def _meet(made: World, room: Channel) -> None:
    """Let the bot know a place: elsewhere, what is asked while nobody listens is lost."""
    account, where = f"slack:{APP_ID}:{made.slack.team}", _thread(made, room, "1.000001")
    message = IncomingMessage(
        account, where, "1.000001", Person("U1", "Eve"), "Hello", made.clock.now(), Trigger.MENTION
    )
    await made.inbox.accept(message)
    await made.inbox.cancel(account, where, message.id, "user")


def _thread(made: World, room: Channel, root: str) -> ConversationKey:
    return ConversationKey(PLATFORM, made.slack.team, room.id, root)


@dataclass(frozen=True, slots=True)
class _Scene:
    made: World
    barrier: Barrier
    rooms: Sequence[Channel]
    every: list[Asked] = field(default_factory=list)
    """What was asked."""

    async def ask(self) -> None:
        """Ask as soon as somebody hears it, or the process was struck before."""
        there, reached = self.made.slack, self.barrier.reached
        await self.made.until(lambda: there.sockets.connections or reached.is_set())
        general, direct = self.rooms
        self._say(general, "ann", f"{there.mention} ")
        self._say(direct, "bob", "")

    def _say(self, room: Channel, author: str, before: str) -> None:
        question = self.made.slack.say(room.id, author, before + LONG)
        where = _thread(self.made, room, question.ts)
        self.every.append(Asked(question, where, f"answer to: {LONG} [2 messages]"))

    async def finished(self) -> None:
        """Wait until all is answered in the history, and nothing waits."""
        await self.made.until(self._quiet)

    async def _quiet(self) -> bool:
        inbox = self.made.inbox
        turns = [await inbox.turns(one.where) for one in self.every]
        waiting = [await inbox.waiting(one.where) for one in self.every]
        return all(turns) and not any(waiting)

    def forget(self) -> None:
        """Let Slack's patience end: what nobody acknowledged is delivered no more."""
        for sent in self.made.slack.deliveries.every:
            sent.final = True

    async def faults(self) -> list[str]:
        """What is wrong on Slack, or in the history."""
        there = self.made.slack
        turns = {one: await self.made.inbox.turns(one.where) for one in self.every}
        wrong = [fault for one in turns for fault in self._faults(one, turns[one])]
        wrong += [f"{status} is shown in {where}" for where, status in there.spinners.items()]
        wrong += [f"{said.ts} still grows" for said in there.open_streams]
        parts = {part for some in turns.values() for turn in some for part in turn.parts}
        return [*wrong, *self._surplus(parts)]

    def _faults(self, asked: Asked, turns: tuple[Turn, ...]) -> list[str]:
        """What is wrong with one answer."""
        told = [(turn.ending.state, turn.ending.text) for turn in turns]
        if told != [(State.ANSWERED, asked.answer)]:
            return [f"the history holds {told}"]
        wanted = [text.strip() for text in split(dialect(asked.answer), LIMIT)]
        shown = [self.made.slack.find(part) for part in turns[0].parts]
        if [post.shown.strip() for post in shown] != wanted:
            return [f"the answer stands in {turns[0].parts}"]
        freezes = self.barrier.blow.freezes  # then what arrived late was put right
        return [
            *(f"{asked.question.ts} has {name}" for name in asked.question.reactions),
            *(f"{post.ts} has a Stop button" for post in shown if STOP in post.actions),
            *(
                f"{post.ts} stands in {post.thread_ts}"
                for post in shown
                if post.thread_ts != asked.question.ts
            ),
            *(f"{post.ts} did not only grow" for post in shown if not (freezes or _grew(post))),
        ]

    def _surplus(self, parts: set[str]) -> list[str]:
        """What the bot ever said, beside the answers; of late posts, what was not deleted."""
        late = self.barrier.blow.freezes
        said = {p.ts for p in self.made.slack.posts if not (late and p.deleted)}
        return [f"no part, or no post: {ts}" for ts in said ^ parts]


def _grew(post: Message) -> bool:
    """Whether each version went on where the one before ended; a seam may take the last word."""
    shown = [version.text[: len(post.shown)] for version in post.versions]
    return all(later.startswith(text) for text, later in pairwise(shown))
