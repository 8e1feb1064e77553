"""A person's screen: Markdown by rich, of which only the block that still grows is drawn again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import dropwhile

from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.markdown import Markdown
from rich.segment import Segment
from rich.status import Status
from rich.text import Text

from adapters.console.blocks import ending, finished, parser
from bot.errors import PlatformUnavailable

_PARSER = parser()
_GROWTH = 1.1
"""An open block is looked at again when it has grown by a tenth: all looks together are O(n)."""


class Terminal:
    """Keeps the promises of ``Screen`` on a terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._live: Live | None = None
        self._status: Status | None = None
        self._prompting = False
        self._open = False
        self._gone: OSError | None = None
        self._restart()

    def _restart(self) -> None:
        self._text = ""
        self._done = 0
        self._look = 0.0

    async def begin(self) -> None:
        """Take the sign of work away; an answer that was broken off stays as it is."""
        with self._window():
            self._settle()
            self._restart()
            self._open = True

    async def show(self, text: str) -> None:
        """Print the blocks that are finished, and draw the one that grows."""
        self._text = text
        if self._prompting:
            return
        with self._window():
            done = self._done + self._finished()
            live = self._drawing()
            live.update(self._drawn(text[done:], cut=True))
            self._print(text[self._done : done])
            self._done = done
            live.refresh()

    async def close(self, text: str) -> None:
        """Print the rest for good."""
        self._text = text
        with self._window():
            self._settle()

    async def say(self, text: str) -> None:
        """Print an answer."""
        await self.begin()
        await self.close(text)

    async def note(self, text: str) -> None:
        """Print it dim."""
        if text:
            with self._window():
                self._console.print(Text(text, style="dim"))

    async def working(self, text: str) -> None:
        """Show a sign of life until the answer begins."""
        with self._window():
            if self._open:
                return
            if self._status is None:
                self._status = self._console.status("")
                self._status.start()
            self._status.update(Text(text or "thinking …", style="dim"))

    @contextmanager
    def at_prompt(self) -> Iterator[None]:
        """Nothing is drawn over a line that is being typed; what is printed goes above it."""
        with self._window():
            self._stop()
            self._console.print()
        self._open = False
        self._prompting = True
        try:
            with patch_stdout(raw=True):
                yield
        finally:
            self._prompting = False

    @contextmanager
    def _window(self) -> Iterator[None]:
        """Translate what a closed window raises: what it did not show, another one can."""
        try:
            if self._gone:
                raise self._gone
            yield
        except OSError as error:
            self._gone = error
            raise PlatformUnavailable(str(error)) from error

    def _finished(self) -> int:
        """Characters behind those printed that have become final."""
        block = self._text[self._done :]
        if len(block) < self._look:
            return 0
        done = finished(block)
        self._look = (len(block) - done) * _GROWTH
        return done

    def _drawn(self, block: str, *, cut: bool = False) -> "_Lines":
        room = self._console.width * self._console.height * 2
        markdown = Markdown("", code_theme="ansi_dark", hyperlinks=False)
        markdown.parsed = _PARSER.parse(ending(block, room) if cut else block)
        return _Lines(markdown, self._console.height - 2 if cut else None)

    def _drawing(self) -> Live:
        if self._live is None:
            self._live = Live(
                console=self._console,
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        return self._live

    def _print(self, markdown: str) -> None:
        if markdown.strip():
            self._console.print(self._drawn(markdown))

    def _settle(self) -> None:
        """Print what is not printed yet, in the place where it was drawn."""
        if self._live:
            self._live.update("")
        self._print(self._text[self._done :])
        self._done = len(self._text)
        self._stop()

    def _stop(self) -> None:
        """Take away what is only drawn."""
        for one in (self._live, self._status):
            if one:
                one.stop()
        self._live = self._status = None


@dataclass(frozen=True, slots=True)
class _Lines:
    """Markdown behind exactly one blank line; of what is too tall the end."""

    markdown: Markdown
    height: int | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(self.markdown, options.update(height=None), pad=False)
        text = list(dropwhile(_blank, lines))
        while text and _blank(text[-1]):
            text.pop()
        for line in [[], *text][-self.height if self.height else 0 :]:
            yield from line
            yield Segment.line()


def _blank(line: list[Segment]) -> bool:
    return not any(segment.text.strip() for segment in line)
