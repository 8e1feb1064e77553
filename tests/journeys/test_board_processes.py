"""Bots in processes of their own, side by side over one store."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.messages import State
from tests.journeys.conftest import Town
from tests.journeys.program import ROOT, SECONDS
from tests.platforms.model_server import Reply
from tests.platforms.stores import Server


@asynccontextmanager
async def process(
    town: Town, store: Server, home: Path, **settings: str
) -> AsyncIterator[Process]:
    """A bot in a process of its own, asked to end at the end."""
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "REDIS_URL": store.url,
        "OPENAI_BASE_URL": town.model.url,
        "BOARD_URL": town.board.url,
        "THREADWISE_DATA_DIR": str(home),
        "THREADWISE_SWEEP": "0.2s",
    }
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.platforms.board_bot"), env=environment | settings
    )
    try:
        yield started
        if started.returncode is None:
            started.terminate()
        async with asyncio.timeout(SECONDS):
            await started.wait()
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


async def test_two_processes_share_the_work(town: Town, valkey: Server, tmp_path: Path) -> None:
    """Both hear every question and answer at the same time; each question is answered once."""
    hold = asyncio.Event()
    town.model.script(*[Reply("one two", hold=hold)] * 2)
    async with (
        process(town, valkey, tmp_path, THREADWISE_MAX_RUNNING="1"),
        process(town, valkey, tmp_path, THREADWISE_MAX_RUNNING="1"),
    ):
        channels = ("attic", "cellar", "garden")
        for channel in channels:
            await town.board.write("ann", "Why?", channel)
        await town.model.until(lambda: town.model.open == 2)
        hold.set()
        for channel in channels:
            await town.settled(1, channel)
    assert [len(town.board.texts(channel)) for channel in channels] == [1, 1, 1]
    assert len(town.model.requests) == 3


@pytest.mark.parametrize(
    ("how", "lease"), [(signal.SIGKILL, "1s"), (signal.SIGTERM, "1d")], ids=["killed", "deployed"]
)
async def test_another_process_ends_what_one_began(
    town: Town, valkey: Server, tmp_path: Path, how: signal.Signals, lease: str
) -> None:
    """Killed or asked to go in mid-answer, a process is succeeded in the same message."""
    town.model.script(Reply("one two three", hold=asyncio.Event()), Reply("one two three"))
    settings = {"THREADWISE_LEASE": lease, "THREADWISE_DRAIN": "0.1s"}
    async with process(town, valkey, tmp_path, **settings) as first:
        await town.board.write("ann", "Why?")
        await town.board.until(lambda: town.board.texts() == ["one"])
        async with process(town, valkey, tmp_path, **settings):
            first.send_signal(how)
            (turn,) = await town.settled(1)
    (post,) = town.board.posts
    assert (turn.ending.state, turn.parts) == (State.ANSWERED, (post.id,))
    assert post.versions[0] == "one"
    assert post.versions[-1] == "one two three"
    assert sorted(post.versions, key=len) == post.versions
