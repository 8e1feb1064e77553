"""When the marks move up to which the bot heard all, and when they stay."""

from contextlib import suppress

import discord
import pytest

from adapters.discord.catchup import Heard
from bot.clock import SystemClock
from bot.errors import PlatformUnavailable, StoreUnavailable
from storage.keys import Keys
from storage.scripts import Client
from storage.tokens import RedisMarks

ACCOUNT = "discord:1"
NOW = 1_790_000_000_000
"""Milliseconds since 1970."""


class Nap(Exception):
    """The round is over."""


class Rounds(SystemClock):
    """A clock that stands, and ends what would sleep."""

    now_ = NOW

    def now(self) -> int:
        return self.now_

    async def sleep(self, seconds: float) -> None:
        raise Nap(seconds)


class Away(RedisMarks):
    """A store that cannot be reached."""

    async def keep(self, account: str, shard: int, at: int) -> None:
        raise StoreUnavailable(f"{account} {shard} {at}")


@pytest.fixture
def marks(client: Client) -> RedisMarks:
    """An empty store."""
    return RedisMarks(client, Keys())


@pytest.fixture
def clock() -> Rounds:
    """It stands."""
    return Rounds()


@pytest.fixture
def heard(marks: RedisMarks, clock: Rounds) -> Heard:
    """Connected, with nothing missing."""
    made = Heard(marks, ACCOUNT, clock)
    made.began(0)
    made.completed(0, made.session(0))
    return made


async def moved(heard: Heard) -> int | None:
    """The mark of shard 0 after one round."""
    with suppress(Nap):
        await heard.run()
    return await heard.until(0)


async def test_nothing_missing(heard: Heard, clock: Rounds) -> None:
    """The mark is now, and goes on."""
    assert await moved(heard) == NOW
    clock.now_ += 30_000
    assert await moved(heard) == NOW + 30_000


async def test_a_new_session_misses_something(heard: Heard) -> None:
    """No mark moves before what was said before the session was read."""
    heard.lost(0)
    heard.began(0)
    assert await moved(heard) is None
    heard.completed(0, heard.session(0))
    assert await moved(heard) == NOW


async def test_a_catch_up_of_the_session_before(heard: Heard) -> None:
    """It does not speak for what was missed after it began."""
    before = heard.session(0)
    heard.lost(0)
    heard.began(0)
    heard.completed(0, before)
    assert await moved(heard) is None


async def test_a_resumed_session_misses_nothing(heard: Heard) -> None:
    """The mark stays while there is no connection, and moves when the session goes on."""
    heard.lost(0)
    assert await moved(heard) is None
    heard.resumed(0)
    assert await moved(heard) == NOW


async def test_a_resumed_session_whose_past_was_not_read(marks: RedisMarks, clock: Rounds) -> None:
    """Resuming does not stand for reading what came before the session."""
    heard = Heard(marks, ACCOUNT, clock)
    heard.began(0)
    heard.lost(0)
    heard.resumed(0)
    assert await moved(heard) is None


async def test_shards_have_marks_of_their_own(heard: Heard) -> None:
    """One that misses something does not hold another."""
    heard.began(1)
    assert await moved(heard) == NOW
    assert await heard.until(1) is None


async def test_a_message_that_is_taken_in_holds_the_mark(heard: Heard, clock: Rounds) -> None:
    """It stays before the oldest one until that is done."""
    old, new = (_made(NOW - before) for before in (9_000, 5_000))
    with heard.taking(new):
        with heard.taking(old):
            assert await moved(heard) == NOW - 9_000
        assert await moved(heard) == NOW - 5_000
    assert await moved(heard) == clock.now()


async def test_a_message_that_failed_holds_the_mark(heard: Heard) -> None:
    """The next catch-up finds it again."""
    with suppress(PlatformUnavailable), heard.taking(_made(NOW - 9_000)):
        raise PlatformUnavailable("not now")
    assert await moved(heard) == NOW - 9_000


async def test_a_store_that_is_away(client: Client, clock: Rounds) -> None:
    """The round ends like any other, for the next one."""
    heard = Heard(Away(client, Keys()), ACCOUNT, clock)
    heard.began(0)
    heard.completed(0, heard.session(0))
    with pytest.raises(Nap):
        await heard.run()


def _made(at: int) -> int:
    """The id of a message of this time."""
    return (at - discord.utils.DISCORD_EPOCH) << 22
