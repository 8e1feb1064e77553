"""Who may call when, seen at the scheduler, in virtual time."""

import asyncio
from collections.abc import Callable
from functools import partial

from structlog.testing import capture_logs

from bot.outcomes import Call
from bot.pacing import LocalAllowance, Terms
from tests.bot.pacing_desk import Desk, channel, told
from tests.bot.pacing_sim import CLOCK


def test_first_posts_then_last_edits_then_the_most_unread() -> None:
    """Under pressure the order is OPEN and OTHER as they came, FINAL, then INTERIM by unread."""

    async def story(made: Desk) -> None:
        await made.exhaust()
        made.call("little", Call.INTERIM, "1", 5)
        made.call("much", Call.INTERIM, "2", 50)
        made.call("last", Call.FINAL, "3")
        made.call("first", Call.OPEN, "4")
        made.call("other", Call.OTHER, "5")
        await CLOCK.sleep(1)

    assert told(story).went == ["first", "other", "last", "much", "little"]


def test_unread_is_read_when_the_choice_is_made() -> None:
    """Who has most to show when a place is free goes, whatever it had when it came."""

    async def story(made: Desk) -> None:
        await made.exhaust()
        unread = {"a": 9, "b": 1}
        names = []

        async def edit(name: str) -> None:
            await made.scheduler.admit(channel(name), Call.INTERIM, lambda: unread[name])
            names.append(name)

        async with asyncio.TaskGroup() as group:
            for name in unread:
                group.create_task(edit(name))
            await CLOCK.sleep(0.01)
            unread["b"] = 99
        assert names == ["b", "a"]

    told(story)


def test_last_edits_do_not_starve_behind_first_posts() -> None:
    """However many first posts wait, a last edit goes within a fifth of a second or so."""

    async def story(made: Desk) -> None:
        await made.exhaust()
        for n in range(200):
            made.call("first", Call.OPEN, str(n))
        made.call("last", Call.FINAL, "x")
        await CLOCK.sleep(10)

    assert told(story).went.index("last") < 8


def test_a_lone_call_costs_one_question_and_no_time() -> None:
    """With nobody waiting the store is asked once, and the call goes at once."""

    async def story(made: Desk) -> None:
        before = CLOCK.monotonic()
        await made.scheduler.admit(channel("1"), Call.OPEN, lambda: 0)
        assert CLOCK.monotonic() == before

    assert len(told(story).shared.asked) == 1


def test_nobody_asks_in_vain() -> None:
    """While a lane is full, the store hears nothing of those who wait for it."""

    async def story(made: Desk) -> None:
        for n in range(20):
            made.call(str(n), Call.FINAL, "1")
        await CLOCK.sleep(18)

    made = told(story)
    assert len(made.went) == 20
    assert len(made.shared.asked) <= 28


def test_a_full_channel_does_not_hold_up_the_others() -> None:
    """Those behind a channel whose window is used up go at once, in theirs."""

    async def story(made: Desk) -> None:
        for n in range(6):
            made.call(f"full {n}", Call.OPEN, "1")
        await CLOCK.sleep(1)
        made.call("free", Call.OPEN, "2")
        await CLOCK.sleep(1)
        assert made.went[5:] == ["free"]
        await CLOCK.sleep(5)

    assert told(story).went[-1] == "full 5"


def test_a_response_brings_the_next_window_forward() -> None:
    """Who waits for a window goes as soon as the headers' time is over, not when we guessed."""

    async def story(made: Desk) -> None:
        for _ in range(6):
            made.call("", Call.FINAL, "1")
        await CLOCK.sleep(1)
        made.scheduler.learn("edit:1", 5, 0, 4.05)
        await CLOCK.sleep(4.04)
        assert len(made.went) == 5
        await CLOCK.sleep(0.02)
        assert len(made.went) == 6

    told(story)


def test_a_429_widens_its_lane_alone() -> None:
    """After a response with nothing left, that lane waits as long as it says; others do not."""

    async def story(made: Desk) -> None:
        made.scheduler.learn("edit:1", 5, 0, 9.0)
        made.call("shut", Call.FINAL, "1")
        made.call("free", Call.FINAL, "2")
        await CLOCK.sleep(8.9)
        assert made.went == ["free"]
        await CLOCK.sleep(0.2)

    assert told(story).went == ["free", "shut"]


def test_a_learnt_limit_holds_at_once() -> None:
    """Where the headers tell of two calls in ten seconds, the third waits for the next ten."""

    async def story(made: Desk) -> None:
        begin = CLOCK.monotonic()
        await made.scheduler.admit(channel("1"), Call.INTERIM, lambda: 1)
        made.scheduler.learn("edit:1", 2, 1, 10.0)
        await made.scheduler.admit(channel("1"), Call.FINAL, lambda: 1)
        await made.scheduler.admit(channel("1"), Call.FINAL, lambda: 1)
        assert 9.99 < CLOCK.monotonic() - begin < 10.01

    told(story)


def test_the_most_unread_of_two_processes_goes_first() -> None:
    """Processes do not know of each other's edits; the one that would show most asks first."""

    async def story(made: Desk) -> None:
        await made.scheduler.admit(channel("1"), Call.INTERIM, lambda: 9)
        made.call("less", Call.INTERIM, "1", 200)
        made.call("more", Call.INTERIM, "1", 300, made.other)
        await CLOCK.sleep(1.1)
        assert made.went == ["more"]
        await CLOCK.sleep(1)

    assert told(story).went == ["more", "less"]


def test_cancelled_it_has_taken_nothing() -> None:
    """In whatever moment somebody is cancelled, it went or its place is there for the next."""
    went = [told(partial(_cancel_after, hops)).went for hops in range(8)]
    assert [] in went
    assert ["gone"] in went


async def _cancel_after(hops: int, made: Desk) -> None:
    """Cancel the only one who waits, so many turns from now; the store answers after three."""
    made.shared.own = LocalAllowance(CLOCK, Terms(rate=0.01, stock=1, limit=1, window=100))
    made.shared.free.clear()
    gone = made.call("gone", Call.FINAL, "1")
    await CLOCK.sleep(0.1)
    _hop(3, made.shared.free.set)
    _hop(hops, gone.cancel)
    await CLOCK.sleep(0.1)
    if not made.went:
        async with asyncio.timeout(1):
            await made.scheduler.admit(channel("1"), Call.FINAL, lambda: 0)


def _hop(turns: int, then: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    loop.call_soon(*((_hop, turns - 1, then) if turns else (then,)))


def test_nobody_misses_a_call_that_is_spared() -> None:
    """Typing and reactions go while nothing waits; they take a place, and give way under load."""

    async def story(made: Desk) -> None:
        where = channel("1")
        before = CLOCK.monotonic()
        assert all([await made.scheduler.spare(where) for _ in range(9)])
        assert CLOCK.monotonic() - before > 6 / 45  # a stock of three, then as they grow back
        asked = len(made.shared.asked)
        await CLOCK.sleep(1)
        for number in range(20):
            made.call(f"{number}", Call.OPEN, f"{number}")
        await CLOCK.sleep(0)
        assert not await made.scheduler.spare(where)
        assert all(ask.call is Call.OPEN for ask in made.shared.asked[asked:])
        await CLOCK.sleep(1)

    told(story)


def test_answers_go_on_without_the_store() -> None:
    """While it is away calls go at a quarter of the rate, and the log has one line for it."""

    async def story(made: Desk) -> None:
        made.shared.away = True
        for n in range(100):
            made.call("", Call.OPEN, str(n))
        await CLOCK.sleep(5)
        assert 50 < len(made.went) < 65
        made.shared.away = False
        await CLOCK.sleep(3.5)
        assert len(made.went) == 100

    with capture_logs() as lines:
        made = told(story)
    assert [line["log_level"] for line in lines] == ["warning", "info"]
    assert sum(ask.call is Call.OPEN for ask in made.shared.asked) < 60


def test_a_store_that_hangs_is_away() -> None:
    """A store that says nothing does not stop the answers."""

    async def story(made: Desk) -> None:
        made.shared.free.clear()
        await made.scheduler.admit(channel("1"), Call.OPEN, lambda: 0)

    with capture_logs() as lines:
        told(story)
    assert len(lines) == 1
