"""Processes, leases and stores come and go in mid-answer; the answer comes once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest

from bot.clock import SystemClock
from bot.messages import Claim, State
from tests.chaos.proxy import Labels, proxy, resp
from tests.journeys.conftest import Town
from tests.platforms.board import slow
from tests.platforms.board_bot import ACCOUNT, conversation
from tests.platforms.model_server import Reply
from tests.platforms.stores import Server, single


@dataclass
class Door:
    """A gate before the store that can be shut, to some requests or to all."""

    only: str = ""
    open: asyncio.Event = field(default_factory=asyncio.Event)
    knocked: asyncio.Event = field(default_factory=asyncio.Event)
    """Such a request came."""
    passed: asyncio.Event = field(default_factory=asyncio.Event)
    """One of them was answered."""

    async def request(self, label: str) -> None:
        if self.only in label:
            self.knocked.set()
            await self.open.wait()

    async def reply(self, label: str, _data: bytes) -> None:
        if self.only in label:
            self.passed.set()


@asynccontextmanager
async def behind(door: Door, store: Server) -> AsyncIterator[str]:
    """An address of the store that leads through the door."""
    door.open.set()
    to = partial(asyncio.open_unix_connection, store.socket)
    async with proxy("store", to, resp, door, Labels()) as port:
        yield f"redis://127.0.0.1:{port}"


async def begun(town: Town) -> None:
    """Ask, and wait until the answer has begun."""
    await town.board.write("ann", "Why?")
    await town.board.until(lambda: bool(town.board.posts))


async def test_another_worker_goes_on_in_the_same_message(town: Town, valkey: Server) -> None:
    """A worker that cannot renew its lease is succeeded, and stops by itself, changing nothing."""
    door = Door()
    town.model.script(Reply("one two three", hold=asyncio.Event()), Reply("one two three"))
    async with behind(door, valkey) as url, town.bot(REDIS_URL=url):
        await begun(town)
        door.open.clear()
        async with town.bot():
            (turn,) = await town.settled(1)
            await town.model.until(lambda: town.model.disconnected == 1)
            door.open.set()
    (post,) = town.board.posts
    assert turn.ending.state is State.ANSWERED
    assert turn.parts == (post.id,)
    assert post.versions[0] == "one"
    assert set(post.versions[1:]) == {"one two three"}


async def test_a_late_edit_is_undone(town: Town, valkey: Server) -> None:
    """An interim edit that lands over the next owner's last one is put right by its sender."""
    door, late = Door(), asyncio.Event()
    town.model.script(Reply("one " * 50, delay=0.1), Reply("another answer"))
    async with behind(door, valkey) as url, town.bot(REDIS_URL=url):
        town.board.fault("PUT", slow(late))
        await begun(town)
        await town.board.until(lambda: town.board.met("PUT"))
        door.open.clear()
        async with town.bot():
            await town.settled(1)
        (post,) = town.board.posts
        settled = len(post.versions)
        late.set()
        await town.board.until(lambda: len(post.versions) > settled)
        door.open.set()
        await town.board.until(lambda: len(post.versions) > settled + 1)
    assert post.versions[settled].startswith("one one")
    assert town.board.texts() == ["another answer"]


@pytest.mark.parametrize("first", ["late", "own"])
async def test_a_late_post_is_deleted(town: Town, valkey: Server, first: str) -> None:
    """A post that lands beside the next owner's own, before or behind it, goes by its sender."""
    door, landing = Door(), {"late": asyncio.Event(), "own": asyncio.Event()}
    async with behind(door, valkey) as url, town.bot(REDIS_URL=url):
        town.board.fault("POST", slow(landing["late"]))
        await town.board.write("ann", "Why?")
        await town.board.until(lambda: town.board.met("POST"))
        door.open.clear()
        town.board.fault("POST", slow(landing["own"]))
        async with town.bot():
            await town.board.until(lambda: town.board.met("POST"))
            landing[first].set()
            await town.board.until(lambda: len(town.board.posts) == 1)
            for event in landing.values():
                event.set()
            (turn,) = await town.settled(1)
            await town.board.until(lambda: len(town.board.standing()) == 2)
            door.open.set()
            await town.board.until(lambda: len(town.board.standing()) == 1)
    own = town.board.posts[first == "late"]
    assert turn.parts == (own.id,)
    assert town.board.standing() == [own]
    assert own.text == turn.ending.text


async def test_a_post_that_lands_in_time_is_taken_over(town: Town, valkey: Server) -> None:
    """Right before the next owner posts it looks once more, and goes on in what landed."""
    door, late = Door(), asyncio.Event()
    town.model.script(Reply("one two", hold=asyncio.Event()), Reply("one two", first=0.2))
    async with behind(door, valkey) as url, town.bot(REDIS_URL=url):
        town.board.fault("POST", slow(late))
        await town.board.write("ann", "Why?")
        await town.board.until(lambda: town.board.met("POST"))
        door.open.clear()
        async with town.bot():
            await town.model.until(lambda: len(town.model.requests) == 2)
            late.set()
            (turn,) = await town.settled(1)
        door.open.set()
    (post,) = town.board.posts
    assert turn.parts == (post.id,)


async def test_a_late_commit_changes_nothing(town: Town, valkey: Server) -> None:
    """A commit that arrives when another worker owns the conversation ends no answer of that."""
    door, hold = Door("commit"), asyncio.Event()
    town.model.script(Reply("first"), Reply("second answer", hold=hold))
    async with behind(door, valkey) as url, town.bot(REDIS_URL=url):
        door.open.clear()
        await town.board.write("ann", "First?")
        await door.knocked.wait()
        door.only = ""
        async with town.bot():
            await town.settled(1)
            await town.board.write("bob", "Second?")
            await town.board.until(lambda: town.board.texts() == ["first", "second"])
            door.only = "commit"
            door.open.set()
            await door.passed.wait()
            hold.set()
            first, second = await town.settled(2)
    assert (first.ending.text, second.ending.text) == ("first", "second answer")
    assert town.board.texts() == ["first", "second answer"]


async def test_a_drain_does_not_wait_for_a_store_that_is_gone(town: Town, valkey: Server) -> None:
    """A stop ends a worker in time that lost its lease, and still waits to see who took over."""
    door = Door()
    town.model.script(Reply("one two three", hold=asyncio.Event()))
    async with behind(door, valkey) as url:
        async with town.bot(REDIS_URL=url, THREADWISE_DRAIN="0.1s"):
            await begun(town)
            door.open.clear()
            await town.model.until(lambda: town.model.disconnected == 1)
        assert await town.inbox.waiting(conversation())


async def test_a_drain_hands_over_without_an_attempt(town: Town) -> None:
    """What runs at a stop is handed over long before its lease, and costs no attempt."""
    town.model.script(Reply("one two three", hold=asyncio.Event()))
    async with town.bot(THREADWISE_DRAIN="0.1s", THREADWISE_LEASE="1d"):
        await begun(town)
    while not isinstance(
        claim := await town.inbox.claim(ACCOUNT.name, conversation(), "mine"), Claim
    ):
        await SystemClock().sleep(0.02)
    assert claim.answer.attempt == 1
    assert claim.answer.parts == {0: town.board.posts[0].id}


async def test_what_was_begun_stays_as_it_was(town: Town) -> None:
    """The next owner answers what was begun, and what was asked meanwhile only after it."""
    town.model.script(Reply("one two three", hold=asyncio.Event()))
    async with town.bot(THREADWISE_DRAIN="0.1s"):
        await begun(town)
        await town.board.write("ann", "And why not?")
        await town.board.until(lambda: not town.board.events)
    async with town.bot():
        turns = await town.settled(2)
    assert [len(turn.ids) for turn in turns] == [1, 1]
    assert len(town.board.posts) == 2


async def test_a_drain_lets_answers_end(town: Town) -> None:
    """What ends within the drain time is answered by the process that began it."""
    town.model.script(Reply("one two three four", delay=0.1))
    async with town.bot():
        await begun(town)
    assert town.board.texts() == ["one two three four"]
    assert len(await town.inbox.turns(conversation())) == 1


async def test_a_store_that_restarts_costs_nothing(town: Town) -> None:
    """While the store is away the answer waits, and it ends as if nothing had been."""
    hold = asyncio.Event()
    town.model.script(Reply("one two three", hold=hold))
    with single("--appendonly", "yes", "--appendfsync", "always") as store:
        async with town.bot(REDIS_URL=store.url, THREADWISE_LEASE="20s"):
            await begun(town)
            store.kill()
            hold.set()
            await town.model.until(lambda: town.model.finished == 1)
            await asyncio.to_thread(store.start)
            await town.board.until(lambda: town.board.texts() == ["one two three"])
        assert len(town.board.posts) == 1
        assert store.ask("KEYS", "*answer:*") == []


async def test_who_died_before_the_commit_has_answered(town: Town, valkey: Server) -> None:
    """The next owner finds the last edits made and surplus parts deleted, and keeps the answer."""
    door = Door("usage_record")
    town.model.script(Reply("word " * 100), Reply("short"))
    async with behind(door, valkey) as url, town.bot(REDIS_URL=url, THREADWISE_DRAIN="0.1s"):
        question = await town.board.write("ann", "Why?")
        await town.settled(1)
        door.open.clear()
        await town.board.edit(question, "In short?")
        await town.board.until(lambda: town.board.texts() == ["short"])
        door.only = ""
        async with town.bot():
            (turn,) = await town.settled(1)
    assert (turn.ending.state, turn.ending.text) == (State.ANSWERED, "short")
    assert turn.parts == (town.board.posts[0].id,)
