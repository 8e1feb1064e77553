"""Whoever waits for work, or works, is told at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.messages import Account, ConversationKey
from bot.outcomes import Signal
from bot.ports import Inbox
from storage.scripts import Client
from tests.builders import ACCOUNT, PLACE, answered, message
from tests.storage.inbox.store import KEYS, claimed, running

STOP = Signal("stop", ACCOUNT, str(PLACE))
WAKE = Signal("wake", ACCOUNT, str(PLACE))
DONE = Signal("settings", "", str(PLACE))
"""Sent by a test, so that silence before it is proven."""


@pytest.fixture
async def heard(inbox: Inbox, client: Client) -> AsyncIterator[AsyncIterator[Signal]]:
    """The signals from now on."""
    signals = inbox.signals()
    first = asyncio.ensure_future(anext(signals))
    while not await client.publish(KEYS.bus, f"settings  {PLACE}"):
        pass
    assert await first == DONE
    yield signals
    await signals.aclose()  # type: ignore[attr-defined]


async def until_now(client: Client, heard: AsyncIterator[Signal]) -> list[Signal]:
    """All that was heard up to now."""
    await client.publish(KEYS.bus, f"settings  {PLACE}")
    found = []
    while (signal := await anext(heard)) != DONE:
        found.append(signal)
    return found


async def test_workers_wake_for_work(
    inbox: Inbox, client: Client, heard: AsyncIterator[Signal]
) -> None:
    """An accept, a commit with more behind it and a release at once say who has work."""
    claim = await running(inbox, message("1"), message("2", 2, author="bob"))
    assert await until_now(client, heard) == [WAKE, WAKE]
    await inbox.commit(claim, answered(claim), keep=20)
    assert await until_now(client, heard) == [WAKE]
    claim = await claimed(inbox, "f2")
    await inbox.release(claim, refund=True, delay=0)
    assert await until_now(client, heard) == [WAKE]
    claim = await claimed(inbox, "f3")
    await inbox.commit(claim, answered(claim), keep=20)
    assert await until_now(client, heard) == []
    await inbox.change(ACCOUNT, PLACE, "2", "1", message("2", 2, author="bob", revision="1"))
    assert await until_now(client, heard) == [WAKE]


async def test_nobody_wakes_for_nothing(
    inbox: Inbox, client: Client, heard: AsyncIterator[Signal]
) -> None:
    """A duplicate, a refusal, a delayed release and a lost commit are silent."""
    claim = await running(inbox, message("1"))
    await until_now(client, heard)
    await inbox.accept(message("1"))
    await inbox.accept(message("2"), refusal="No.")
    await inbox.release(claim, refund=True, delay=60)
    await inbox.commit(claim, answered(claim), keep=20)
    await inbox.cancel(ACCOUNT, PLACE, "unheard of", "user")
    assert await until_now(client, heard) == []


async def test_a_worker_hears_of_a_stop(
    inbox: Inbox, client: Client, heard: AsyncIterator[Signal]
) -> None:
    """A wish to stop, an edit and a delete of the running question are told at once."""
    await running(inbox, message("1"))
    await until_now(client, heard)
    await inbox.cancel(ACCOUNT, PLACE, "", "user")
    await inbox.change(ACCOUNT, PLACE, "1", "1", message("1", revision="1"))
    await inbox.change(ACCOUNT, PLACE, "1", "", None)
    assert await until_now(client, heard) == [STOP, STOP, STOP]


async def test_odd_names_are_heard_as_they_are(
    inbox: Inbox, client: Client, heard: AsyncIterator[Signal]
) -> None:
    """A space in an account's name, or in a channel's, does not tear a signal apart."""
    account, place = "a b:%\n", ConversationKey("slack", "T 1", "C:\n1", "%20")
    await inbox.accept(replace(message("1", where=place), account=account))
    assert await until_now(client, heard) == [Signal("wake", account, str(place))]
    assert await inbox.ready(Account(account), 1) == [place]


@pytest.mark.parametrize("noise", ["", "wake", "wake bot", "wake bot C1", "wake bot a:b:c:d:e"])
async def test_noise_on_the_bus_is_not_heard(
    client: Client, heard: AsyncIterator[Signal], noise: str
) -> None:
    """What is no signal is skipped, and the next one is heard."""
    await client.publish(KEYS.bus, noise)
    assert await until_now(client, heard) == []


async def test_a_later_versions_signal_is_heard(
    client: Client, heard: AsyncIterator[Signal]
) -> None:
    """Words that a later version adds behind a signal do not hide it."""
    await client.publish(KEYS.bus, f"wake {ACCOUNT} {PLACE} and more")
    assert await until_now(client, heard) == [WAKE]
