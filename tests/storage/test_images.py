"""Images in the real store: as long as their conversation's turns, and no longer."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import OutOfMemoryError

from bot.clock import SystemClock
from bot.completion import Image
from bot.errors import StoreFull
from bot.messages import IncomingMessage
from bot.outcomes import Changed
from bot.ports import Inbox
from storage.connect import connect
from storage.images import RedisImages
from storage.inbox import RedisInbox
from storage.keys import Keys
from storage.scripts import Client
from tests.builders import ACCOUNT, ELSEWHERE, PLACE, answered, message
from tests.platforms.stores import Fleet
from tests.storage.inbox.store import KEYS, claimed, running

RED, BLUE = Image("image/png", "cmVk"), Image("image/jpeg", "Ymx1ZQ==")
ALL = ("1/0", "1/1", "10/0")
HOUR = 3600
KEY = KEYS.own("images", PLACE)


@pytest.fixture
def images(client: Client) -> RedisImages:
    """The real store of images, empty."""
    return RedisImages(client, KEYS)


@pytest.fixture
def inbox(client: Client) -> Inbox:
    """The inbox beside it."""
    return RedisInbox(client, KEYS)


async def kept(images: RedisImages) -> list[str]:
    """Which images are there."""
    return list(await images.load(PLACE, ALL))


async def answer(inbox: Inbox, *questions: IncomingMessage, fence: str = "f1") -> None:
    """Let these be one turn, answered just now."""
    for question in questions:
        await inbox.accept(question)
    claim = await claimed(inbox, fence)
    await inbox.commit(claim, replace(answered(claim), at=SystemClock().now()), keep=20)


async def test_what_is_kept_is_loaded(images: RedisImages, inbox: Inbox) -> None:
    """Images come back as they were; those that were never kept are left out."""
    await running(inbox, message("1"))
    await images.keep(PLACE, {"1/0": RED, "1/1": BLUE}, HOUR)
    assert await images.load(PLACE, ["1/1", "10/0", "1/0"]) == {"1/1": BLUE, "1/0": RED}
    assert await images.load(ELSEWHERE, ALL) == {}


async def test_nothing_is_asked_for_nothing(images: RedisImages, inbox: Inbox) -> None:
    """Where there are no images, none are written or read."""
    await running(inbox, message("1"))
    await images.keep(PLACE, {"1/0": RED}, HOUR)
    await images.keep(PLACE, {}, HOUR)
    assert await images.load(PLACE, []) == {}
    assert await kept(images) == ["1/0"]


async def test_images_live_as_long_as_turns(
    client: Client, images: RedisImages, inbox: Inbox
) -> None:
    """Each new image prolongs the life of all: it is that of the conversation's turns."""
    await running(inbox, message("1"))
    await images.keep(PLACE, {"1/0": RED}, 60)
    assert 0 < await client.pttl(KEY) <= 60_000
    await images.keep(PLACE, {"1/1": RED}, HOUR)
    assert 60_000 < await client.pttl(KEY) <= HOUR * 1000


async def test_images_of_trimmed_turns_go(images: RedisImages, inbox: Inbox) -> None:
    """With the next image, those of questions go that stand in the history no more."""
    await answer(inbox, message("1"), fence="f1")
    await images.keep(PLACE, {"1/0": RED}, HOUR)
    claim = await running(inbox, message("2", 2), fence="f2")
    await images.keep(PLACE, {"2/0": RED}, HOUR)
    assert len(await images.load(PLACE, ["1/0", "2/0"])) == 2
    await inbox.commit(claim, None, keep=20)
    await running(inbox, message("10", 10), fence="f3")
    await images.keep(PLACE, {"10/0": RED}, HOUR)
    assert list(await images.load(PLACE, ["1/0", "2/0", "10/0"])) == ["1/0", "10/0"]


async def test_an_image_that_comes_too_late_is_not_kept(
    client: Client, images: RedisImages, inbox: Inbox
) -> None:
    """Its question was deleted while it was read."""
    await running(inbox, message("1"))
    await inbox.change(ACCOUNT, PLACE, "1", "", None)
    await images.keep(PLACE, {"1/0": RED}, HOUR)
    assert await client.exists(KEY) == 0


@pytest.mark.parametrize("new", [None, message("1", revision="2")], ids=["delete", "edit"])
@pytest.mark.parametrize("where", ["waiting", "running", "answered"])
async def test_images_of_a_changed_question_go(
    images: RedisImages, inbox: Inbox, where: str, new: Any
) -> None:
    """Deleted or edited, wherever it is on its way: its images go, and no others."""
    await answer(inbox, message("10", 10), fence="f0")
    if where == "answered":
        await answer(inbox, message("1", 11))
    elif where == "running":
        await running(inbox, message("1", 11))
    else:
        await inbox.accept(message("1", 11))
    await images.keep(PLACE, dict.fromkeys(ALL, RED), HOUR)
    changed = await inbox.change(ACCOUNT, PLACE, "1", "2" if new else "", new)
    assert changed is not Changed.UNKNOWN
    assert await kept(images) == ["10/0"]


async def test_a_forgotten_turn_takes_all_its_images_along(
    images: RedisImages, inbox: Inbox
) -> None:
    """A turn of two questions goes as a whole, when one of them is deleted."""
    await answer(inbox, message("1"), message("10", 2))
    await images.keep(PLACE, dict.fromkeys(ALL, RED), HOUR)
    assert await inbox.change(ACCOUNT, PLACE, "10", "", None) is Changed.FORGOTTEN
    assert await kept(images) == []


async def test_a_change_that_is_known_changes_no_image(images: RedisImages, inbox: Inbox) -> None:
    """An edit that is older than what is here leaves the images alone."""
    await running(inbox, message("1", revision="2"))
    await images.keep(PLACE, {"1/0": RED}, HOUR)
    older = message("1", revision="1")
    assert await inbox.change(ACCOUNT, PLACE, "1", "1", older) is Changed.UNKNOWN
    assert await kept(images) == ["1/0"]


@pytest.mark.parametrize("how", ["reset", "forget"])
async def test_forgotten_turns_leave_no_image(
    client: Client, images: RedisImages, inbox: Inbox, how: str
) -> None:
    """A reset forgets the images of the conversation, and of no other."""
    elsewhere = message("2", where=ELSEWHERE)
    for question in (message("1"), elsewhere):
        await running(inbox, question, fence=question.id)
        await images.keep(question.conversation, {f"{question.id}/0": RED}, HOUR)
    await getattr(inbox, how)(PLACE)
    assert await client.exists(KEY) == 0
    assert await images.load(ELSEWHERE, ["2/0"]) == {"2/0": RED}


async def test_a_newer_versions_image_is_left_out(
    client: Any, images: RedisImages, inbox: Inbox
) -> None:
    """What this version cannot read is as if it were not here, and stays."""
    await running(inbox, message("1"))
    await images.keep(PLACE, {"1/0": RED}, HOUR)
    await client.hset(KEY, "1/1", "3 whatever")
    assert await kept(images) == ["1/0"]
    assert await client.hexists(KEY, "1/1")


async def test_a_full_store_keeps_no_image(client: Any, images: RedisImages, inbox: Inbox) -> None:
    """Images are the first to do without: the caller is told, and nothing is written."""
    await running(inbox, message("1"))
    await client.config_set("maxmemory", 1)
    try:
        with pytest.raises(OutOfMemoryError):
            await client.set("k", "v")
        with pytest.raises(StoreFull):
            await images.keep(PLACE, {"1/0": RED}, HOUR)
    finally:
        await client.config_set("maxmemory", 0)
    assert await kept(images) == []


async def test_a_cluster_holds_them_too(cluster: Fleet, tmp_path: Path) -> None:
    """All keys of a conversation are in one slot."""
    async with connect(cluster.url, tmp_path) as client:
        keys = Keys(tmp_path.name)  # nobody empties the cluster
        images, inbox = RedisImages(client, keys), RedisInbox(client, keys)
        await running(inbox, message("1"))
        await images.keep(PLACE, {"1/0": RED}, HOUR)
        assert await kept(images) == ["1/0"]
        await inbox.forget(PLACE)
        assert await kept(images) == []
