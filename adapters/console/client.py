"""The chat: reads a line, has it answered, and reads the next."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from adapters.console.dialect import harmless
from adapters.console.inbound import (
    PREFIX,
    YOU,
    Command,
    Leave,
    Question,
    account_of,
    message,
    read,
)
from adapters.console.lines import Lines
from adapters.console.screen import Screen
from bot.accept import Receipt
from bot.commands.base import Invocation, Reply
from bot.errors import MessengerError, StoreError, StoreUnavailable, Undeliverable
from bot.messages import KEPT, ConversationKey, Ending, IncomingMessage, State, Turn
from bot.outcomes import Cancelled
from bot.ports import Clock, Inbox
from bot.words import sentence

LEFT_OPEN = "Finishing what was left open …"
HOW_TO_LEAVE = "Ctrl-D or quit leaves."
NOT_TAKEN = "The question was not accepted: ask it again then."
_LOOK = 1.0
"""Seconds between two looks at the store while an answer is awaited."""
_PATIENCE = 2.0
"""Seconds for each of them: so a store that is away is spoken of after three."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways into the core."""

    accept: Callable[[IncomingMessage], Awaitable[Receipt]]
    command: Callable[[str, Invocation], Awaitable[Reply]]
    inbox: Inbox
    clock: Clock


class Setup:
    """What goes on behind the first prompt."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        """Questions wait for it."""
        self.progress = ""
        """Why answers have to wait now."""


class Chat:
    """One conversation on one screen; an Observer of the worker that answers it."""

    def __init__(
        self,
        ways: Ways,
        place: ConversationKey,
        screen: Screen,
        setup: Setup,
        under: Callable[[Ending], str],
    ) -> None:
        self._ways = ways
        self._place = place
        self._account = account_of(place).name
        self._screen = screen
        self._setup = setup
        self._under = under
        self._settled: dict[str, Turn] = {}
        self._news = asyncio.Event()
        self._seen = 0.0
        self._away = False
        self.failed = False
        """Whether a question has no answer."""

    def settled(self, turn: Turn) -> None:
        """Note that our worker answered something here."""
        self._settled.update(dict.fromkeys(turn.ids, turn))
        self._news.set()

    def count(self, what: str, cause: str = "") -> None:
        """Others count."""

    async def talk(self, lines: Lines, left: Sequence[str]) -> None:
        """Finish the questions ``left`` open, then go on until somebody leaves or nobody reads."""
        with suppress(MessengerError):
            await self._catch_up(left)
            while await self._line(lines):
                self._settled.clear()

    async def interrupt(self) -> None:
        """Stop the running answer; where none runs, say how to leave."""
        with suppress(MessengerError):
            try:
                met = await self._ways.inbox.cancel(self._account, self._place, "", "user")
            except StoreError as error:
                await self._screen.note(sentence(error))
            else:
                await self._screen.note(HOW_TO_LEAVE * (met is Cancelled.IDLE))

    async def _catch_up(self, left: Sequence[str]) -> None:
        if left:
            await self._screen.note(LEFT_OPEN)
        for question in left:
            await self._report(await self._answer(question))

    async def _line(self, lines: Lines) -> bool:
        """Deal with one line; False: it was the last."""
        try:
            with self._screen.at_prompt():
                line = await lines.read()
        except KeyboardInterrupt:
            await self._screen.note(HOW_TO_LEAVE)
            return True
        match read(line):
            case Leave():
                return False
            case Command(name, argument):
                await self._command(name, argument)
            case Question(text):
                await self._question(text)
        return True

    async def _command(self, name: str, argument: str) -> None:
        asked = Invocation(self._place, self._account, YOU, argument, is_admin=True, prefix=PREFIX)
        try:
            reply = await self._ways.command(name, asked)
        except StoreError as error:
            await self._fail(sentence(error))
        else:
            await self._screen.say(harmless(reply.text))

    async def _question(self, text: str) -> None:
        await self._setup.ready.wait()
        id_, now = secrets.token_hex(8), self._ways.clock.now()
        try:
            receipt = await self._ways.accept(message(self._place, text, id_, now))
        except StoreError as error:
            await self._fail(f"{sentence(error)} {NOT_TAKEN}")
            return
        if receipt.kept:
            await self._report(await self._answer(id_))
        else:
            self.failed = True
            await self._screen.say(receipt.sentence)

    async def _fail(self, text: str) -> None:
        self.failed = True
        await self._screen.note(text)

    async def _answer(self, question: str) -> Turn | None:
        """Wait until it is answered, here or by another chat; None: nobody kept the answer."""
        gone = 0
        self._seen = self._ways.clock.monotonic()
        while True:
            self._news.clear()
            if question in self._settled:
                return self._settled[question]
            await self._screen.working(self._setup.progress)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await self._news.wait()
            gone = 0 if await self._waits(question) else gone + 1
            if gone > 1:  # once may be our own worker, on its way to tell us
                with suppress(StoreUnavailable):
                    return await self._elsewhere(question)

    async def _waits(self, question: str) -> bool:
        """Whether it is still in the inbox, as far as is known."""
        now = self._ways.clock.monotonic
        try:
            async with asyncio.timeout(_PATIENCE):
                waiting = await self._ways.inbox.waiting(self._place)
        except (StoreUnavailable, TimeoutError):
            if not self._away and now() - self._seen >= _PATIENCE + _LOOK:
                self._away = True
                await self._screen.note(sentence(StoreUnavailable()))
            return True
        self._seen, self._away = now(), False
        return question in waiting

    async def _elsewhere(self, question: str) -> Turn | None:
        turns = await self._ways.inbox.turns(self._place)
        turn = next((turn for turn in turns if question in turn.ids), None)
        if turn:
            await self._screen.say(harmless(turn.ending.text))
        return turn

    async def _report(self, turn: Turn | None) -> None:
        if turn is None:
            return
        self.failed = self.failed or turn.ending.state not in KEPT
        if turn.ending.state is State.UNDELIVERABLE:
            raise Undeliverable
        await self._screen.note(self._under(turn.ending))
