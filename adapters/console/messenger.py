"""Delivers answers to a screen."""

from collections.abc import Callable, Collection

from adapters.console.dialect import growing, harmless
from adapters.console.screen import Screen
from bot.messages import ConversationKey, Offer, PartKey
from bot.outcomes import Call
from bot.plain import Silent
from bot.ports import Clock, Part

AGAIN = "The answer was interrupted; here it is from its beginning:"
_FRAME = 0.05
"""Seconds between two frames: no eye sees more."""


class ConsoleMessenger(Silent):
    """Keeps the promises of ``bot.ports.Messenger`` on one screen."""

    limit = 10**9
    """A terminal scrolls for ever."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._opened: set[str] = set()

    def dialect(self, text: str) -> str:
        """The text without what would drive the terminal."""
        return harmless(text)

    async def open(self, key: PartKey, text: str, last: Offer | None) -> Part:
        """Begin a new answer on the screen.

        Raises:
            Undeliverable: nobody reads any more.
        """
        if key.question in self._opened:
            await self._screen.note(AGAIN)
        self._opened.add(key.question)
        await self._screen.begin()
        part = ConsolePart(f"{key.question}.{key.number}", self._screen)
        await (part.show(text) if last is None else part.close(text, last))
        return part

    async def find(self, key: PartKey, part: str, but: Collection[str] = ()) -> Part | None:  # noqa: ARG002 - the port's
        """None: a terminal cannot be looked at, so what a crash cut off is shown again, whole."""
        return None


class ConsolePart:
    """The answer that is being written."""

    def __init__(self, id_: str, screen: Screen) -> None:
        self.id = id_
        self.text = ""
        self.settled = True
        self._screen = screen

    async def show(self, text: str) -> None:
        """Show how far it has come.

        Raises:
            Undeliverable: nobody reads any more.
        """
        await self._screen.show(growing(text))
        self.text = text

    async def close(self, text: str, offer: Offer) -> None:  # noqa: ARG002 - there is nothing to press
        """Show the rest of it.

        Raises:
            Undeliverable: nobody reads any more.
        """
        await self._screen.close(text)
        self.text = text

    async def delete(self) -> None:
        """What was printed stays."""


class FramePacer:
    """First and last text at once, between them at most 20 frames a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next = 0.0

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:  # noqa: ARG002 - the port's
        """Wait for the next frame."""
        if call is Call.INTERIM:
            await self._clock.sleep(self._next - self._clock.monotonic())
        self._next = self._clock.monotonic() + _FRAME

    async def spare(self, where: ConversationKey) -> bool:  # noqa: ARG002 - the port's
        """A screen has room for everything."""
        return True
