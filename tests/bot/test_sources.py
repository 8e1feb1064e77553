"""Files of questions: their texts into the claim, their pictures through a real store."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import PlatformUnavailable, StoreUnavailable
from bot.messages import State
from bot.ports import Inbox
from bot.reading import Unread
from bot.sources import PICTURES, Blob, Library
from storage.connect import connect
from storage.images import RedisImages
from storage.inbox import RedisInbox
from storage.scripts import Client
from tests.bot.shelves import SETTINGS, Shelves, attached, drawing, made, text, with_files
from tests.builders import PLACE, answered, ending, message
from tests.platforms import stores
from tests.storage.inbox.store import KEYS, claimed, running

LOST = "it could not be downloaded"


@pytest.fixture
def shelves() -> Shelves:
    """A platform with nothing on it."""
    return Shelves()


@pytest.fixture
def inbox(client: Client) -> Inbox:
    """The real inbox."""
    return RedisInbox(client, KEYS)


@pytest.fixture
def own() -> Iterator[stores.Server]:
    """A server that a test may kill."""
    with stores.single() as server:
        yield server


@pytest.fixture
def library(client: Client, shelves: Shelves) -> Library:
    """A library over them."""
    return made(client, shelves)


async def test_files_are_read(library: Library, shelves: Shelves, inbox: Inbox) -> None:
    """A text is in the claim; a picture beside it; what is no text says so."""
    blobs = text("a.py", b"print()"), drawing("b.png"), text("c.txt", b"\0\1")
    claim, images = await library.gather(await running(inbox, with_files(shelves, "1", *blobs)))
    why = "it is no text, whatever its name says"
    assert attached(claim) == [("a.py", "print()", ""), ("b.png", "", ""), ("c.txt", "", why)]
    assert [(id_, image.media_type) for id_, image in images.items()] == [("1/1", "image/png")]


async def test_a_crash_reads_again(library: Library, shelves: Shelves, inbox: Inbox) -> None:
    """The same claim again gives the same; a picture that is kept is not downloaded again."""
    question = with_files(shelves, "1", text("a.py", b"print()"), drawing("b.png"))
    claim = await running(inbox, question)
    first = await library.gather(claim)
    shelves.blobs = {"1/0": text("a.py", b"print()")}
    assert await library.gather(claim) == first


async def test_nothing_costs_nothing(
    client: Client, library: Library, shelves: Shelves, inbox: Inbox
) -> None:
    """A question of words alone asks neither store nor platform."""
    claim = await running(inbox, message("1"))
    before = (await client.info("stats"))["total_commands_processed"]
    assert await library.gather(claim) == (claim, {})
    assert (await client.info("stats"))["total_commands_processed"] == before + 1
    assert shelves.asked == []


async def test_what_was_read_stays_read(library: Library, shelves: Shelves, inbox: Inbox) -> None:
    """A redone question that holds its files' texts asks no platform, and finds its pictures."""
    question = with_files(shelves, "1", text("a.py", b"print()"), drawing("b.png"))
    claim, images = await library.gather(await running(inbox, question))
    shelves.asked.clear()
    assert await library.gather(claim) == (claim, images)
    assert shelves.asked == []


async def test_what_is_not_downloaded(library: Library, shelves: Shelves, inbox: Inbox) -> None:
    """A wrong kind, an honest size, a platform's own reason: known before any byte comes."""

    async def never(_: int) -> bytes:
        raise AssertionError

    blobs = (
        Blob("a.exe", "", 9, never),
        Blob("b.pdf", "", 20_000_001, never),
        Unread("c.png", "it is secret"),
    )
    claim, _ = await library.gather(await running(inbox, with_files(shelves, "1", *blobs)))
    assert [why for *_, why in attached(claim)] == [
        "I cannot read files of this kind",
        "it is larger than 20 MB",
        "it is secret",
    ]


async def test_a_file_that_lies_about_its_size(
    library: Library, shelves: Shelves, inbox: Inbox
) -> None:
    """What comes decides, not what was said."""
    lie = replace(text("a.txt", b"x" * 1_000_001), size=9)
    claim, _ = await library.gather(await running(inbox, with_files(shelves, "1", lie)))
    assert attached(claim) == [("a.txt", "", "it is larger than 1 MB")]


async def failing(_: int) -> bytes:
    """A download that fails."""
    raise PlatformUnavailable


async def test_a_platform_that_fails(client: Client, shelves: Shelves, inbox: Inbox) -> None:
    """Each file that does not come is named, and so are all where none can be found."""
    broken = Blob("a.txt", "", 9, failing)
    question = with_files(shelves, "1", broken, text("b.txt", b"b"))
    claim = await running(inbox, question)
    library = made(client, shelves)
    assert attached((await library.gather(claim))[0]) == [("a.txt", "", LOST), ("b.txt", "b", "")]
    shelves.blobs = None
    assert attached((await library.gather(claim))[0]) == [("a.txt", "", LOST), ("b.txt", "", LOST)]
    shelves.blobs = {}
    assert attached((await library.gather(claim))[0]) == [("a.txt", "", LOST), ("b.txt", "", LOST)]


async def test_a_slow_file(client: Client, shelves: Shelves, inbox: Inbox) -> None:
    """A file keeps its answer waiting only so long, then it is named."""

    async def for_ever(_: int) -> bytes:
        await asyncio.Event().wait()
        raise AssertionError

    question = with_files(shelves, "1", Blob("a.txt", "", 9, for_ever))
    claim, _ = await made(client, shelves, seconds=0.01).gather(await running(inbox, question))
    assert attached(claim) == [("a.txt", "", "it took too long to read")]


async def test_a_full_store(
    client: Client, library: Library, shelves: Shelves, inbox: Inbox
) -> None:
    """A picture that cannot be kept is shown all the same, by this answer alone."""
    claim = await running(inbox, with_files(shelves, "1", drawing("a.png")))
    await client.config_set("maxmemory", 1)
    try:
        _, images = await library.gather(claim)
    finally:
        await client.config_set("maxmemory", 0)
    assert list(images) == ["1/0"]
    assert await RedisImages(client, KEYS).load(PLACE, ["1/0"]) == {}


async def test_a_store_that_is_away(
    shelves: Shelves, inbox: Inbox, own: stores.Server, tmp_path: Path
) -> None:
    """That is no matter of a file: whoever asked tries again."""
    claim = await running(inbox, with_files(shelves, "1", text("a.txt", b"a")))
    async with connect(own.url, tmp_path) as gone:
        own.kill()
        with pytest.raises(StoreUnavailable):
            await made(gone, shelves).gather(claim)


async def test_too_many_pictures(library: Library, shelves: Shelves, inbox: Inbox) -> None:
    """The first four of the questions are shown, the others named; after a crash too."""
    first = with_files(shelves, "1", *(drawing(f"{n}.png", n) for n in range(3)))
    second = with_files(shelves, "2", *(drawing(f"{n}.png", n) for n in range(3, 6)), at=2)
    claim = await running(inbox, first, second)
    for _ in range(2):
        filled, images = await library.gather(claim)
        assert list(images) == ["1/0", "1/1", "1/2", "2/0"]
        assert [name for name, _, why in attached(filled) if why] == ["4.png", "5.png"]


async def test_pictures_of_earlier_turns(library: Library, shelves: Shelves, inbox: Inbox) -> None:
    """Those of the newest turns that a prompt repeats fill the room that the question leaves."""
    states = {"1": State.ANSWERED, "2": State.ANSWERED, "3": State.STOPPED, "4": State.FAILED}
    for id_, state in states.items():
        question = with_files(shelves, id_, drawing("a.png"), drawing("b.png"), at=int(id_))
        claim, _ = await library.gather(await running(inbox, question, fence=f"f{id_}"))
        await inbox.commit(claim, replace(answered(claim), ending=ending(state=state)), keep=20)
    await inbox.accept(with_files(shelves, "9", drawing("new.png"), at=9))
    _, images = await library.gather(await claimed(inbox, "f9"))
    assert list(images) == ["9/0", "3/0", "3/1", "2/0"]
    assert len(images) == PICTURES


async def test_texts_leave_room_in_the_prompt(
    client: Client, shelves: Shelves, inbox: Inbox
) -> None:
    """All files together have no more characters than a prompt may have tokens."""
    question = with_files(shelves, "1", text("a.txt", b"a" * 900), text("b.txt", b"b" * 900))
    library = made(client, shelves, replace(SETTINGS, history_tokens=1000))
    claim, _ = await library.gather(await running(inbox, question))
    assert [(said.count("a" * 500), said.count("b" * 500)) for _, said, _ in attached(claim)] == [
        (1, 0),
        (0, 1),
    ]
    assert all("only the first 500 characters" in said for _, said, _ in attached(claim))


async def test_few_files_are_in_memory(library: Library, shelves: Shelves, inbox: Inbox) -> None:
    """However many files are to be read, four are downloaded at a time."""
    active, peak, go = 0, 0, asyncio.Event()

    async def slow(_: int) -> bytes:
        nonlocal active, peak
        active += 1
        peak = max(peak, active)
        if active == 4:
            asyncio.get_running_loop().call_soon(go.set)
        await go.wait()
        active -= 1
        return b"x"

    question = with_files(shelves, "1", *(Blob(f"{n}.txt", "", 1, slow) for n in range(8)))
    claim, _ = await library.gather(await running(inbox, question))
    assert [said for _, said, _ in attached(claim)] == ["x"] * 8
    assert peak == 4
