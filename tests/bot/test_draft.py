"""Work that is left when the answer begins, or ends."""

import asyncio

import pytest

from bot.draft import Draft


async def test_work_is_left_when_the_draft_closes() -> None:
    """What waits for its place leaves as soon as nothing more comes, and says so."""
    draft, left = Draft(), asyncio.Event()

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            left.set()

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        done = group.create_task(draft.unless_closed(wait()))
        group.create_task(asyncio.to_thread(bool)).add_done_callback(lambda _: draft.close())
    assert left.is_set()
    assert not done.result()


async def test_work_is_left_when_the_draft_was_closed_before() -> None:
    """Where nothing more comes, nothing is waited for."""
    draft = Draft()
    draft.close()
    async with asyncio.timeout(5):
        assert not await draft.unless_closed(asyncio.Event().wait())


async def test_work_that_is_done_stays_done() -> None:
    """A draft that closes later cancels nothing of what was done before."""
    draft, ready = Draft(), asyncio.Event()
    ready.set()
    assert await draft.unless_closed(ready.wait())
    draft.close()
    assert await draft.closes_within(1)


async def test_an_error_of_the_work_is_its_own() -> None:
    """A timeout within the work is not taken for the end of the draft."""

    async def late() -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await Draft().unless_closed(late())
