"""``reset`` and ``stop``."""

import pytest

from bot.outcomes import Cancelled
from tests.bot.commands.fakes import THREAD, Desk, FakeInbox


async def test_reset_forgets_this_conversation() -> None:
    """The turns of the place where it was said are forgotten."""
    desk = Desk()
    assert "Forgotten" in await desk.say("reset", THREAD)
    assert desk.inbox.calls == [("reset", THREAD)]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Cancelled.STOPPING, "Stopping."),
        (Cancelled.REMOVED, "Stopped before it began."),
        (Cancelled.IDLE, "Nothing runs here."),
    ],
)
async def test_stop_stops_this_conversation(outcome: Cancelled, words: str) -> None:
    """The running answer is stopped in a person's name, and what was met is said."""
    desk = Desk(inbox=FakeInbox(outcome))
    assert await desk.say("stop", THREAD) == words
    assert desk.inbox.calls == [("cancel", "bot", THREAD, "", "user")]
