"""A lease, seen from inside the turn."""

import asyncio
from collections.abc import Collection, Iterator

import pytest

from bot.delivery import Delivery, Desk
from bot.errors import LeaseLost, StoreUnavailable
from bot.lease import Lease
from bot.messages import Answer, Claim, Ending, Offer, PartKey, State
from bot.outcomes import LOST
from bot.plain import Silent
from bot.ports import Part
from tests.builders import ACCOUNT, PLACE, message


class Stopped:
    """A clock that is set by hand; waits are over at once."""

    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> int:
        return int(self.at * 1000)

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


def at_once() -> float:
    """The running loop's time."""
    return asyncio.get_running_loop().time()


def test_a_lease_ends_by_the_clock_alone() -> None:
    """A process that was frozen learns of the end at its first look, before any timer runs."""
    clock = Stopped()
    lease = Lease(clock, 108)
    lease.check()
    clock.at = 108
    with pytest.raises(LeaseLost):
        lease.check()


def test_a_renewal_moves_the_end() -> None:
    """What was renewed holds until the new end; what was lost holds no more."""
    clock = Stopped()
    lease = Lease(clock, 108)
    lease.renewed(120, "")
    clock.at = 119
    lease.check()
    lease.renewed(130, LOST)
    with pytest.raises(LeaseLost):
        lease.check()


async def test_what_runs_is_cancelled_at_the_end() -> None:
    """Whatever a turn waits for, it ends with the lease."""
    lease = Lease(Stopped(), at_once() + 0.01)
    with pytest.raises(LeaseLost):
        async with lease.held():
            await asyncio.Event().wait()


async def test_a_renewal_keeps_what_runs() -> None:
    """A block outlives the first end when the lease was renewed, and ends when it is lost."""
    lease = Lease(Stopped(), at_once() + 0.01)
    seen = asyncio.Event()
    with pytest.raises(LeaseLost):
        async with lease.held(), asyncio.TaskGroup() as group:
            lease.renewed(at_once() + 60, "")
            asyncio.get_running_loop().call_later(0.05, seen.set)
            await group.create_task(seen.wait())
            lease.renewed(0, LOST)
            await asyncio.Event().wait()
    assert seen.is_set()


async def test_a_timeout_of_its_own_is_no_lost_lease() -> None:
    """A TimeoutError from inside passes as it is."""
    with pytest.raises(TimeoutError):
        async with Lease(Stopped(), at_once() + 60).held():
            raise TimeoutError


async def test_a_stop_ends_the_asking_only() -> None:
    """A wish to stop cancels the model, not the turn; and is seen by one who asks later."""
    lease = Lease(Stopped(), at_once() + 60)
    async with lease.held():
        with pytest.raises(TimeoutError):
            async with lease.asking(60):
                lease.renewed(at_once() + 60, "user")
                await asyncio.Event().wait()
        with pytest.raises(TimeoutError):
            async with lease.asking(60):
                await asyncio.Event().wait()
        assert lease.stop == "user"


async def test_a_store_that_is_away_is_asked_again() -> None:
    """For as long as the lease holds, a store that does not answer is asked once more."""
    answers: Iterator[str | StoreUnavailable] = iter(
        [StoreUnavailable("1"), StoreUnavailable("2"), "here"]
    )

    async def call() -> str:
        answer = next(answers)
        if isinstance(answer, StoreUnavailable):
            raise answer
        return answer

    assert await Lease(Stopped(), 108).insist(call) == "here"


class Watched(Silent):
    """An inbox, a pacer, a platform and a part; the lease runs out while it notes something."""

    limit = 100
    id = "p0"
    text = ""
    settled = True

    def __init__(self, clock: Stopped) -> None:
        self.clock = clock
        self.requests: list[str] = []

    async def note_part(self, *_: object) -> None:
        self.clock.at += 1_000

    async def note_final(self, *_: object, **__: object) -> None:
        self.clock.at += 1_000

    async def admit(self, *_: object) -> None: ...

    def dialect(self, text: str) -> str:
        return text

    async def open(self, key: PartKey, text: str, last: Offer | None) -> Part:  # noqa: ARG002
        self.requests.append("open")
        return self

    async def find(self, key: PartKey, part: str, but: Collection[str] = ()) -> Part | None:  # noqa: ARG002
        return self

    async def show(self, text: str) -> None:
        raise AssertionError(text)

    async def close(self, text: str, offer: Offer) -> None:  # noqa: ARG002
        self.requests.append("close")

    async def delete(self) -> None:
        raise AssertionError


@pytest.mark.parametrize("parts", [{}, {0: "p0"}], ids=["post", "edit"])
async def test_no_request_is_sent_behind_the_lease(parts: dict[int, str]) -> None:
    """Frozen between its note and a post or an edit, a worker looks once more, and sends none."""
    clock = Stopped()
    world = Watched(clock)
    answer = Answer(parts=parts)
    claim = Claim(PLACE, ACCOUNT, "f1", ("1",), (message("1"),), answer, (), 0, 1)
    desk = Desk(world, {PLACE.platform: world}, clock)  # type: ignore[arg-type, dict-item]
    delivery = Delivery(claim, Lease(clock, 108), world, desk)
    await delivery.resume()
    with pytest.raises(LeaseLost):
        await delivery.finish(Ending("An answer.", State.ANSWERED))
    assert world.requests == []
