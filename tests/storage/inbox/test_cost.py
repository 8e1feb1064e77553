"""What a turn costs the store: one round trip for each step, and few bytes."""

from collections.abc import Awaitable
from dataclasses import astuple, dataclass
from typing import Any

from bot.messages import Account, ConversationKey
from bot.ports import Inbox
from tests.builders import ACCOUNT, answered, ending, message
from tests.storage.inbox.store import Store, claimed, held, running

TEXT = "x" * 1000


@dataclass(frozen=True)
class Bill:
    """What went over the wire."""

    trips: int
    """Bursts of requests that the server read."""
    sent: int
    """Bytes to the server."""
    received: int


async def _meter(client: Any) -> Bill:
    stats = await client.info("stats")
    names = ("total_reads_processed", "total_net_input_bytes", "total_net_output_bytes")
    return Bill(*(stats[name] for name in names))


async def bill(store: Store, step: Awaitable[object]) -> Bill:
    """What a step costs; a byte or two is the meter's own."""
    idle, before = await _meter(store.client), await _meter(store.client)
    await step
    after = await _meter(store.client)
    figures = zip(astuple(idle), astuple(before), astuple(after), strict=True)
    return Bill(*((c - b) - (b - a) for a, b, c in figures))


async def _warm(inbox: Inbox) -> None:
    """Let the server know every script."""
    claim = await running(inbox, message("w1"))
    await inbox.note_final(claim, ending(), opening=0)
    await inbox.renew([held("f1")])
    await inbox.release(claim, refund=True, delay=0)
    await inbox.ready(Account(ACCOUNT), 1)
    await inbox.commit(await claimed(inbox, "f2"), None, keep=20)


async def test_each_step_is_one_round_trip(inbox: Inbox, store: Store) -> None:
    """Each step asks once; the texts travel once each way, with less than a kilobyte around."""
    await _warm(inbox)
    claim = await running(inbox, message("1", text=TEXT))
    turn = answered(claim, TEXT)
    steps: list[tuple[int, int, Awaitable[object]]] = [
        (1, 0, inbox.accept(message("2", 2, author="bob", text=TEXT))),
        (0, 0, inbox.note_part(claim, 0, "")),
        (0, 0, inbox.note_part(claim, 0, "p0")),
        (1, 0, inbox.note_final(claim, turn.ending, opening=None)),
        (0, 0, inbox.renew([held("f1")])),
        (2, 0, inbox.commit(claim, turn, 20)),
        (0, 3, claimed(inbox, "f2")),  # its question, and the turn before
    ]
    for sent, received, step in steps:
        cost = await bill(store, step)
        assert cost.trips == 1
        assert cost.sent < sent * len(TEXT) + 1200
        assert cost.received < received * len(TEXT) + 1200


async def test_many_leases_and_all_partitions_are_one_round_trip(
    inbox: Inbox, store: Store
) -> None:
    """A sweep, and a renewal of leases anywhere, are sent in one burst."""
    await _warm(inbox)
    places = [ConversationKey("slack", "T1", f"C{number}") for number in range(100)]
    for place in places:
        await running(inbox, message("1", where=place), fence=str(place))
    renew = await bill(store, inbox.renew([held(str(place), place) for place in places]))
    sweep = await bill(store, inbox.ready(Account(ACCOUNT), 10))
    assert (renew.trips, sweep.trips) == (1, 1)
