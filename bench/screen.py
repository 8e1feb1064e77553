"""A platform without a network: takes every text at once."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from bot.messages import ConversationKey, Offer, PartKey
from bot.outcomes import Call
from bot.plain import Silent


@dataclass
class Line:
    """One part of an answer."""

    id: str
    text: str
    settled: bool = True

    async def show(self, text: str) -> None:
        """Keep what would stand there."""
        self.text = text

    async def close(self, text: str, offer: Offer) -> None:  # noqa: ARG002 - the port's
        """Keep what stands there."""
        self.text = text

    async def delete(self) -> None:
        """There is nothing to take away."""


@dataclass
class Screen(Silent):
    """The messenger; notes when each answer's first text came out."""

    limit: int
    first: dict[str, tuple[float, str]] = field(default_factory=dict)
    """By question: when, in seconds of the monotonic clock, and the text."""

    def dialect(self, text: str) -> str:
        """The text as it is."""
        return text

    async def open(self, key: PartKey, text: str, last: Offer | None) -> Line:  # noqa: ARG002 - the port's
        """Note the time of the first."""
        self.first.setdefault(key.question, (time.monotonic(), text))
        return Line(f"{key.question}.{key.number}", text)

    async def find(self, key: PartKey, part: str, but: Collection[str] = ()) -> None:
        """None: no attempt is ever a second one."""


class Unpaced:
    """The pacer of a platform that takes any number of calls."""

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:
        """Go at once."""

    async def spare(self, where: ConversationKey) -> bool:  # noqa: ARG002 - the port's
        """There is room for everything."""
        return True
