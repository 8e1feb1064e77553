"""What a platform provides for this suite: a stage for its messenger, and a talk with its bot."""

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum, StrEnum
from pathlib import Path
from typing import Protocol

from bot.messages import PartKey
from bot.ports import Messenger
from tests.platforms.model_server import ModelServer

LONGEST = 500
"""Characters that a question may have in a talk."""


class Can(StrEnum):
    """What can happen on some platforms only; the package says what each means."""

    LOOK = "look"
    PRESS = "press"
    FAIL = "fail"
    REPEAT = "repeat"
    CHANGE = "change"
    CROWD = "crowd"


class Trouble(Enum):
    """How a platform fails that will be well again."""

    BUSY = "it takes no call for now"
    DOWN = "it answers with a failure of its own"
    LOST = "it does the work, and the reply is lost"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a test gives to a platform."""

    store: str
    """The URL of an empty store."""
    home: Path
    """An empty folder."""
    setenv: Callable[[str, str], None]
    """Sets a variable for the rest of the test."""


class Platform(Protocol):
    """A module with these names; it yields the full ones as far as it ``CAN``."""

    CAN: frozenset[Can]

    def stage(self, ground: Ground) -> AbstractAsyncContextManager["Stage"]: ...

    def talk(self, ground: Ground) -> AbstractAsyncContextManager["Talk"]: ...


class Stage(Protocol):
    """A place on the platform, and the messenger that speaks there alone."""

    @property
    def messenger(self) -> Messenger:
        """What is tried."""
        ...

    def key(self) -> PartKey:
        """The first part of an answer to a question that ann asks now."""
        ...

    def texts(self) -> list[str]:
        """What was said and stands there now, the oldest first."""
        ...

    def close(self) -> None:
        """The place goes away for good: there is nowhere to say anything."""
        ...


class FullStage(Stage, Protocol):
    """Where more can happen."""

    def remove(self, part: str) -> None:
        """Somebody deletes the message with this id (``LOOK``)."""
        ...

    def offered(self, part: str) -> list[str]:
        """The labels of the buttons under the message with this id (``PRESS``)."""
        ...

    def meet(self, trouble: Trouble | None) -> None:
        """From here on all calls meet this trouble, or none any more (``FAIL``)."""
        ...


class Talk(Protocol):
    """The whole program on the platform, a real model server, and people in one conversation.

    What people do returns when the platform knows it; the bot may not have heard of it yet.
    """

    model: ModelServer

    def said(self) -> str:
        """The bot's answers as far as they stand, the oldest first, a blank line between two."""
        ...

    def writing(self) -> bool:
        """Whether one of them is not finished."""
        ...

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until this is true of what people see.

        Raises:
            TimeoutError: it takes too long.
        """
        ...

    async def ask(self, text: str, who: str = "ann") -> str:
        """Somebody asks the bot; the question's id."""
        ...

    async def waits(self, question: str) -> None:
        """Wait until the bot took it in, behind another; a line that is typed ahead only waits."""
        ...

    async def kept(self, turns: int) -> None:
        """Wait until the bot remembers so many turns, and has nothing else to do."""
        ...

    async def stop(self) -> None:
        """Ann stops the answer that is being written, in words or by a key."""
        ...

    async def command(self, name: str, argument: str = "", *, admin: bool = True) -> str:
        """Ann gives a command of the table, here; what she is told."""
        ...


class FullTalk(Talk, Protocol):
    """Where more can happen."""

    async def repeat(self, question: str) -> None:
        """The platform delivers a question once more (``REPEAT``)."""
        ...

    async def edit(self, question: str, text: str) -> None:
        """Its author edits a question (``CHANGE``)."""
        ...

    async def delete(self, question: str) -> None:
        """Its author deletes a question (``CHANGE``)."""
        ...

    async def take_down(self) -> None:
        """Somebody deletes the newest answer (``CHANGE``)."""
        ...

    async def press(self, label: str, who: str = "ann") -> str:
        """Somebody presses a button under the newest answer; what they are told (``PRESS``)."""
        ...

    async def chat(self, text: str) -> None:
        """Bob says something to others, where the bot hears it (``CROWD``)."""
        ...

    def mentions(self) -> str:
        """A text that pings bob, a role and everybody, if it may (``CROWD``)."""
        ...

    def pinged(self) -> Collection[str]:
        """The names of all whom the bot pinged; "" for roles and everybody (``CROWD``)."""
        ...


async def says(talk: Talk, *answers: str) -> None:
    """Wait until these are all finished answers of the bot, and nothing else stands there."""
    whole = "\n\n".join(answers)
    try:
        await talk.until(lambda: talk.said() == whole and not talk.writing())
    except TimeoutError:
        raise AssertionError(f"not {whole!r}: {talk.said()!r}") from None
