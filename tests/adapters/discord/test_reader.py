"""What the reader finds on a loopback Discord: files, and what was said before a question."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import aiohttp
import discord
import pytest
from PIL import Image

from adapters.discord import reader as module
from adapters.discord.inbound import Me
from adapters.discord.reader import DiscordReader
from bot.errors import PlatformUnavailable, Undeliverable
from bot.messages import Attachment, ConversationKey, IncomingMessage, Trigger
from bot.outcomes import Call
from bot.reading import Unread
from bot.sources import Blob
from storage.inbox import RedisInbox
from storage.scripts import Client
from tests.bot.reading.test_pdfs import file, written
from tests.bot.shelves import made
from tests.builders import message
from tests.platforms.discord import Discord, File, Message
from tests.platforms.discord.probe import aim
from tests.storage.inbox.store import KEYS, running

RENAMED = 4  # the type of a note whose text is the new name
NOTES, PHOTO = (
    File("notes.txt", b"read me", "text/plain"),
    File("photo.png", b"pixels", "image/png"),
)


class Gate:
    """A pacer that lets everybody pass, and counts them."""

    def __init__(self) -> None:
        self.passed: list[Call] = []

    async def admit(self, where: ConversationKey, call: Call, unread: Callable[[], int]) -> None:  # noqa: ARG002 - the port's
        self.passed.append(call)

    async def spare(self, where: ConversationKey) -> bool:  # noqa: ARG002 - the port's
        return True


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    """A server with one channel."""
    async with Discord() as made:
        yield made


@pytest.fixture
async def bot(server: Discord) -> AsyncIterator[discord.Client]:
    """A client that is logged in, and has no gateway."""
    aim(server)
    async with discord.Client(intents=discord.Intents.none()) as made:
        await made.login(server.token)
        yield made


@pytest.fixture
def gate() -> Gate:
    """Where calls are counted."""
    return Gate()


@pytest.fixture
async def reader(server: Discord, bot: discord.Client, gate: Gate) -> AsyncIterator[DiscordReader]:
    """A reader of that server."""
    me = Me("discord:1", int(server.bot.id))
    async with aiohttp.ClientSession() as session:
        yield DiscordReader(bot, session, gate, me)


def asked(server: Discord, said: Message, thread: str = "", **more: Any) -> IncomingMessage:
    """A question; without a thread, its own begins with it."""
    place = server.channel("general")
    where = ConversationKey("discord", place.guild or "", place.id, thread or said.id)
    return replace(message(said.id, where=where), **more)


async def held(blob: Blob | Unread, most: int = 1_000_000) -> bytes:
    """What is in a file."""
    assert isinstance(blob, Blob)
    return await blob.data(most)


async def test_files_of_a_question(server: Discord, reader: DiscordReader) -> None:
    """Its own files come first, then those of the message that it replies to, as they are."""
    source = server.say("general", "bob", "look", attachments=[PHOTO])
    said = server.say("general", "ann", "why?", reply_to=source, attachments=[NOTES])
    found = await reader.files(asked(server, said))
    assert list(found) == [f"{said.id}/0", f"{said.id}/1"]
    kinds = [(b.name, b.content_type, b.size) for b in found.values() if isinstance(b, Blob)]
    assert kinds == [("notes.txt", "text/plain", 7), ("photo.png", "image/png", 6)]
    assert [await held(blob) for blob in found.values()] == [b"read me", b"pixels"]


async def test_files_are_read_for_a_model(
    client: Client, server: Discord, reader: DiscordReader
) -> None:
    """From Discord through the library: a picture, a PDF's text, and what could not be read."""
    drawn, pdf = BytesIO(), file(written(["deep thought"]))
    Image.new("RGB", (9, 9)).save(drawn, "PNG")
    sent = [File("a.png", drawn.getvalue()), File("b.pdf", pdf), File("c.zip", b"PK")]
    said = server.say("general", "ann", "what is this?", attachments=sent)
    files = tuple(Attachment(f"{said.id}/{n}", one.name) for n, one in enumerate(sent))
    question = asked(server, said, attachments=files)
    claim = await running(RedisInbox(client, KEYS), question)
    claim, images = await made(client, reader).gather(claim)
    assert [(one.text, one.unread) for one in claim.questions[0].attachments] == [
        ("", ""),
        ("deep thought", ""),
        ("", "I cannot read files of this kind"),
    ]
    assert list(images) == [f"{said.id}/0"]


async def test_no_more_is_downloaded_than_was_asked_for(
    server: Discord, reader: DiscordReader
) -> None:
    """Of a file that is larger than it claims, a little more than the limit comes, not all."""
    liar = File("notes.txt", b"x" * 1_000_000, size=10)
    said = server.say("general", "ann", attachments=[liar])
    (blob,) = (await reader.files(asked(server, said))).values()
    assert 100_000 < len(await held(blob, 100_000)) < 200_000


async def test_a_file_that_does_not_come(
    server: Discord, reader: DiscordReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is gone, or slower than its time, is one error of ours, and unnamed in logs."""
    said = server.say("general", "ann", attachments=[NOTES])
    (blob,) = (await reader.files(asked(server, said))).values()
    with monkeypatch.context() as patch:
        patch.setattr(module, "DOWNLOAD", 0.0)
        with pytest.raises(PlatformUnavailable):
            await held(blob)
    server.files.clear()
    with pytest.raises(PlatformUnavailable, match="404") as gone:
        await held(blob)
    assert "notes" not in str(gone.value)


async def test_files_of_what_cannot_be_seen(server: Discord, reader: DiscordReader) -> None:
    """A message that is gone has no files; one that is hidden from the bot is an error."""
    said = server.say("general", "ann", attachments=[NOTES])
    server.delete(said)
    assert await reader.files(asked(server, said)) == {}
    assert len(server.made("message")) == 1
    server.forbid("general", "history")
    with pytest.raises(Undeliverable):
        await reader.files(asked(server, said))


async def test_files_within_a_thread(server: Discord, reader: DiscordReader) -> None:
    """A follow-up stands in the thread; what continues it from the channel stands there."""
    thread = server.make_thread("general", "ann", "talk")
    inside = server.say(thread.id, "ann", attachments=[NOTES])
    outside = server.say("general", "ann", attachments=[PHOTO])
    for said, data in ((inside, b"read me"), (outside, b"pixels")):
        (blob,) = (await reader.files(asked(server, said, thread.id))).values()
        assert await held(blob) == data


async def test_files_of_a_command(server: Discord, reader: DiscordReader) -> None:
    """Where a command was called on a message, it is that message's files that are read."""
    said = server.say("general", "ann", attachments=[PHOTO])
    number = int(said.id) + 1
    asking = asked(server, said, f"r{number}", trigger=Trigger.COMMAND)
    command = replace(asking, id=f"i{number}", about=said.id)
    ((name, blob),) = (await reader.files(command)).items()
    assert name == f"{command.id}/0"
    assert await held(blob) == b"pixels"


@pytest.mark.parametrize(
    ("thread", "quoted", "trigger", "amid"),
    [
        ("", "", Trigger.MENTION, False),
        ("", "In reply to Bob: hi", Trigger.MENTION, True),
        ("", "Message of Bob: hi", Trigger.COMMAND, False),
        ("r77", "", Trigger.MENTION, False),
        ("77", "", Trigger.MENTION, True),
        ("77", "", Trigger.COMMAND, True),
    ],
)
async def test_where_something_was_said_before(
    server: Discord,
    reader: DiscordReader,
    thread: str,
    quoted: str,
    trigger: Trigger,
    *,
    amid: bool,
) -> None:
    """In a thread that was there before, and where a reply begins; known without a call."""
    said = server.say("general", "ann")
    question = asked(server, said, thread, quoted=quoted, trigger=trigger)
    assert reader.amid(question) is amid
    assert not server.made("message", "history")


async def test_nothing_is_before_a_direct_message(server: Discord, reader: DiscordReader) -> None:
    """A direct conversation has a history of its own."""
    said = server.direct("ann", "hi")
    assert not reader.amid(asked(server, said, conversation=ConversationKey("discord", "1", "2")))


async def test_what_was_said_in_a_thread(
    server: Discord, bot: discord.Client, reader: DiscordReader
) -> None:
    """People, bots and ourselves, oldest first, behind the message that began it; no notes."""
    began = server.say("general", "ann", "the plan")
    await bot.http.start_thread_with_message(
        int(began.channel), int(began.id), name="plan", auto_archive_duration=60
    )
    server.say(began.id, "bob", "a")
    server.bot_message(began.id, "helper", "b")
    await bot.http.send_message(int(began.id), params=discord.http.handle_message_parameters("c"))
    server.system_message(began.id, "bob", RENAMED).content = "a new name"
    server.say(began.id, "ann", "", attachments=[NOTES])
    said = server.say(began.id, "ann", "why?")
    server.say(began.id, "ann", "later")
    question = asked(server, said, began.id)
    assert await reader.before(question, 20) == [
        "From Ann: the plan",
        "From Bob: a",
        "From helper: b",
        "From yourself: c",
        "From Ann: [file: notes.txt]",
    ]


async def test_the_newest_of_a_long_thread(server: Discord, reader: DiscordReader) -> None:
    """Of many messages the last ones are read, and the first of a forum's post with them."""
    server.add_channel("ideas", forum=True)
    post = server.make_forum_post("ideas", "ann", "idea", "the idea")
    for number in range(5):
        server.say(post.id, "bob", str(number))
    said = server.say(post.id, "ann", "why?")
    question = asked(server, said, post.id)
    assert await reader.before(question, 3) == ["From Ann: the idea", "From Bob: 3", "From Bob: 4"]
    assert await reader.before(question, 20) == [
        "From Ann: the idea",
        *(f"From Bob: {number}" for number in range(5)),
    ]


async def chain(server: Discord) -> Message:
    """Five messages that reply to each other; the newest."""
    said = server.say("general", "ann", "1")
    for text in "2345":
        server.say("general", "bob", "aside")
        said = server.say("general", "ann", text, reply_to=said)
    return said


async def test_what_a_reply_goes_back_to(server: Discord, reader: DiscordReader) -> None:
    """Upward, without what the question quotes and without what only stood beside it."""
    said = server.say("general", "bob", "why?", reply_to=await chain(server))
    question = asked(server, said, quoted="In reply to Ann: 5")
    texts = [f"From Ann: {number}" for number in "1234"]
    assert await reader.before(question, 20) == texts
    assert await reader.before(question, 2) == texts[-2:]


async def test_a_chain_with_a_gap(server: Discord, reader: DiscordReader) -> None:
    """A deleted message ends what is read, wherever it was in the chain."""
    for number in range(5):
        newest = await chain(server)
        said = server.say("general", "bob", "why?", reply_to=newest)
        links = [m for m in server.messages("general") if m.author is newest.author][-5:]
        server.delete(links[number])
        question = asked(server, said, quoted="In reply to Ann: 5")
        texts = [f"From Ann: {text}" for text in "1234"]
        assert await reader.before(question, 20) == texts[number + 1 :]


async def test_every_call_is_admitted(server: Discord, reader: DiscordReader, gate: Gate) -> None:
    """The pacer knows of each call before it goes; downloads are none."""
    thread = server.make_thread("general", "ann", "talk")
    said = server.say(thread.id, "ann", attachments=[NOTES])
    question = asked(server, said, thread.id)
    (blob,) = (await reader.files(question)).values()
    await held(blob)
    await reader.before(question, 20)
    reply = server.say("general", "ann", reply_to=await chain(server))
    await reader.before(asked(server, reply, quoted="5"), 20)
    assert gate.passed == [Call.OTHER] * len(server.made("message", "history"))
    assert server.made("history")
