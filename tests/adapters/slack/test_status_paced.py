"""Signs beside an answer take from what Slack allows, and hold no answer up."""

import asyncio
from collections.abc import Callable

import pytest

from adapters.slack import status
from adapters.slack.messenger import SlackMessenger
from adapters.slack.tiers import RULES, lane_of
from bot.messages import ConversationKey
from bot.outcomes import Call
from bot.pacing import Scheduler
from bot.pacing.rolling import LocalRolling
from tests.adapters.slack.delivering import staged
from tests.platforms.slack import busy
from tests.platforms.slack.limits import tiers

SESSION, LINE = "agents.sessions.setStatus", "assistant.threads.setStatus"


class Full:
    """A pacer that has no place left."""

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:  # noqa: ARG002 - the port's
        await asyncio.Event().wait()

    async def spare(self, where: ConversationKey) -> bool:  # noqa: ARG002 - the port's
        return False


async def test_a_long_wait_does_not_hold_up_the_end() -> None:
    """The answer is to be settled within its lease: the spinner is left to Slack."""
    async with staged() as stage:
        key = await stage.natively()
        stage.there.fault(SESSION, busy(60), times=9)
        before = stage.clock.monotonic()
        await stage.messenger.end(key)
        assert stage.clock.monotonic() - before < 1
        assert len(stage.there.made(SESSION)) == 2


async def test_an_allowance_that_is_used_up_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor do those who wait for their places at the beginning; nothing is called then."""
    monkeypatch.setattr(status, "_SOON", 0.01)
    monkeypatch.setattr(status, "_PATIENCE", 0.01)
    async with staged() as stage:
        key, full = await stage.natively(), SlackMessenger(stage.tools, Full())
        before = len(stage.there.calls)
        async with asyncio.timeout(2):
            await full.begin(key, [key.question])
            await full.typing(key.conversation)
            await full.end(key)
        assert len(stage.there.calls) == before


async def test_seventy_direct_messages_at_once_are_within_the_tier() -> None:
    """Few show that they work before their text does, and those end; Slack refuses no call."""
    async with staged() as stage, asyncio.TaskGroup() as crew:
        stage.there.limits.rules = {SESSION: tiers()[SESSION]}
        allowance = LocalRolling(stage.clock, RULES)
        pacer = Scheduler(allowance, lane_of(stage.tools.modes.of), stage.clock)
        running = crew.create_task(pacer.run())
        messenger = SlackMessenger(stage.tools, pacer)
        keys = [stage.asks("@") for _ in range(70)]
        await asyncio.gather(*(messenger.begin(key, ()) for key in keys))
        assert stage.there.spinners
        await asyncio.gather(*(messenger.end(key) for key in keys))
        running.cancel()
        assert not stage.there.throttled
        assert not stage.there.spinners


async def test_a_session_that_found_no_place_is_shown_a_little_later() -> None:
    """When the first text takes long, and once."""
    async with staged() as stage:
        key, full = stage.asks("@"), SlackMessenger(stage.tools, Full())
        await full.begin(key, ())
        assert not stage.there.spinners
        for _ in range(2):
            await stage.messenger.typing(key.conversation)
        assert list(stage.there.spinners.values()) == ["processing"]
        assert len(stage.there.made(SESSION, LINE)) == 1
