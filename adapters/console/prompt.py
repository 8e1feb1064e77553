"""Lines from a person: editing and history by prompt_toolkit."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import FormattedText

if sys.platform != "win32":
    import termios

_MARK = FormattedText([("bold", "> ")])


class PromptLines:
    """A prompt; output of other tasks is printed above it."""

    def __init__(self) -> None:
        self._session: PromptSession[str] = PromptSession(_MARK)

    async def read(self) -> str | None:
        """The next line; None: Ctrl-D was pressed.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        try:
            return await self._session.prompt_async(handle_sigint=False)
        except EOFError:
            return None


@contextmanager
def quiet_keys() -> Iterator[None]:
    """What is typed while an answer is written does not show there; the next prompt has it.

    Ctrl-C stays a signal. Ctrl-S does not: an output that it stops would cost the lease.
    """
    if sys.platform == "win32":
        yield
        return
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    quiet = termios.tcgetattr(keyboard)
    quiet[0] &= ~termios.IXON
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(keyboard, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        with suppress(termios.error):  # the window is closed
            termios.tcsetattr(keyboard, termios.TCSANOW, before)
