"""Screens and the messenger: what is drawn, and how often."""

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

import pytest
from rich.console import Console

from adapters.console.messenger import AGAIN, ConsoleMessenger, FramePacer
from adapters.console.screen import Pipe
from adapters.console.terminal import Terminal
from bot.clock import SystemClock
from bot.errors import PlatformUnavailable, Undeliverable
from bot.messages import ConversationKey, Offer, PartKey
from bot.outcomes import Call

PLACE = ConversationKey("console", "local", "x")
KEY = PartKey(PLACE, "q1", 0)


class Drawn:
    """A terminal of 40 by 10 in memory."""

    def __init__(self) -> None:
        self.file = io.StringIO()
        self.screen = Terminal(
            Console(file=self.file, force_terminal=True, width=40, height=10, color_system=None)
        )

    @property
    def text(self) -> str:
        return self.file.getvalue()


@pytest.fixture
def ends() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """A pipe: where to read, where to write."""
    read, write = os.pipe()
    with os.fdopen(read, "rb") as reader, os.fdopen(write, "wb", buffering=0) as writer:
        yield reader, writer


async def test_finished_blocks_are_drawn_once() -> None:
    """While a long answer grows, blocks that are finished are not written again."""
    drawn, text = Drawn(), ""
    await drawn.screen.begin()
    for number in range(60):
        text += f"Paragraph {number:02}.\n\n"
        await drawn.screen.show(text)
    await drawn.screen.close(text)
    assert all(drawn.text.count(f"Paragraph {n:02}.") in range(1, 5) for n in range(60))


async def test_a_block_taller_than_the_window_shows_its_end() -> None:
    """Of a growing list of 50 items a frame holds only the last ones, the end all of them."""
    drawn = Drawn()
    items = [f"- item {number:02}\n" for number in range(50)]
    await drawn.screen.begin()
    await drawn.screen.show("".join(items))
    frame = drawn.text
    assert "item 49" in frame
    assert "item 20" not in frame
    await drawn.screen.close("".join(items))
    assert all(f"item {n:02}" in drawn.text for n in range(50))


async def test_nothing_is_drawn_over_a_prompt() -> None:
    """An answer that comes while a line is typed is written only when it is whole."""
    drawn = Drawn()
    with drawn.screen.at_prompt():
        await drawn.screen.begin()
        await drawn.screen.show("half")
        assert "half" not in drawn.text
        await drawn.screen.close("half and whole")
        assert "half and whole" in drawn.text


async def test_a_part_closed_twice_is_written_once() -> None:
    """Closing again adds nothing."""
    drawn = Drawn()
    part = await ConsoleMessenger(drawn.screen).open(KEY, "Hello", Offer.NOTHING)
    await part.close("Hello", Offer.NOTHING)
    assert drawn.text.count("Hello") == 1
    assert part.text == "Hello"


async def test_an_answer_begun_again_says_so(ends: tuple[BinaryIO, BinaryIO]) -> None:
    """The second attempt in the same terminal is announced, and written whole."""
    reader, writer = ends
    messenger = ConsoleMessenger(Pipe(writer, writer))
    await messenger.open(KEY, "Half", None)
    assert await messenger.find(KEY, "") is None
    await messenger.open(KEY, "Half and whole", Offer.NOTHING)
    assert os.read(reader.fileno(), 999).decode() == f"Half{AGAIN}\n\n\nHalf and whole\n"


async def test_a_closed_pipe_takes_no_answers(ends: tuple[BinaryIO, BinaryIO]) -> None:
    """When nobody reads, the answer is undeliverable."""
    reader, writer = ends
    reader.close()
    with pytest.raises(Undeliverable):
        await Pipe(writer, writer).say("Hello")


async def test_a_closed_window_takes_nothing_more() -> None:
    """What a closed window did not show is not lost; whoever waits for it there is told too."""
    ours, theirs = os.openpty()
    file = os.fdopen(theirs, "w")
    screen = Terminal(Console(file=file, force_terminal=True, width=40, height=10))
    await screen.begin()
    await screen.show("half")
    os.close(ours)
    for call in (screen.show("half of"), screen.working("")):
        with pytest.raises(PlatformUnavailable):
            await call
    with suppress(OSError):
        file.close()


class Still(SystemClock):
    """A clock that stands but for its sleeps, which take no time."""

    now_ = 100.0

    def monotonic(self) -> float:
        return self.now_

    async def sleep(self, seconds: float) -> None:
        self.now_ += max(0.0, seconds)


async def test_frames_are_twenty_a_second() -> None:
    """The first and the last text go at once, each frame a twentieth of a second after another."""
    clock = Still()
    pacer, gone = FramePacer(clock), []
    for call in (Call.OPEN, Call.INTERIM, Call.INTERIM, Call.FINAL):
        await pacer.admit(PLACE, call, int)
        gone.append(round(clock.monotonic() - 100, 2))
    assert gone == [0, 0.05, 0.1, 0.1]
