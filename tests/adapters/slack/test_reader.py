"""Which files the reader finds on a loopback Slack, and what comes of them."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from adapters.slack import reader as module
from bot.errors import PlatformUnavailable, Undeliverable
from bot.messages import Trigger
from bot.reading import Unread
from bot.sources import Blob
from storage.inbox import RedisInbox
from storage.scripts import Client
from tests.adapters.slack.reading import Desk, held, opened
from tests.bot.reading.test_pdfs import file, written
from tests.bot.shelves import made
from tests.builders import ACCOUNT
from tests.platforms.slack import File
from tests.platforms.slack.hooks import LOGIN
from tests.storage.inbox.store import KEYS, running

NOTES, PHOTO = (
    File("notes.txt", b"read me", "text/plain"),
    File("photo.png", b"pixels", "image/png"),
)


@pytest.fixture
async def desk(client: Client) -> AsyncIterator[Desk]:
    """A reader."""
    async with opened(client) as made:
        yield made


async def test_files_of_a_question(desk: Desk) -> None:
    """They come with their names, kinds and sizes, as they are, under their attachments' ids."""
    question = desk.asks(files=[NOTES, PHOTO])
    found = await desk.reader.files(question)
    assert list(found) == [one.id for one in question.attachments]
    kinds = [(b.name, b.content_type, b.size) for b in found.values() if isinstance(b, Blob)]
    assert kinds == [("notes.txt", "text/plain", 7), ("photo.png", "image/png", 6)]
    assert await desk.found(question) == [b"read me", b"pixels"]


async def test_files_are_read_for_a_model(client: Client, desk: Desk) -> None:
    """From Slack through the library: a picture, a PDF's text, and what could not be read."""
    drawn, pdf = BytesIO(), file(written(["deep thought"]))
    Image.new("RGB", (9, 9)).save(drawn, "PNG")
    sent = [File("a.png", drawn.getvalue()), File("b.pdf", pdf), File("c.zip", b"PK")]
    question = desk.asked(desk.mention(files=sent), account=ACCOUNT)
    claim = await running(RedisInbox(client, KEYS), question)
    claim, images = await made(client, desk.reader).gather(claim)
    assert [(one.text, one.unread) for one in claim.questions[0].attachments] == [
        ("", ""),
        ("deep thought", ""),
        ("", "I cannot read files of this kind"),
    ]
    assert list(images) == [f"{question.id}/0"]


async def test_files_of_what_somebody_shares(desk: Desk) -> None:
    """The files of a message that the question shares follow its own."""
    source = desk.there.say("general", "bob", "look", files=[PHOTO])
    share = {"is_share": True, "author_name": "Bob", "text": "look", "files": source.files}
    assert await desk.found(desk.asks(files=[NOTES], attachments=[share])) == [
        b"read me",
        b"pixels",
    ]


async def test_no_more_is_downloaded_than_was_asked_for(desk: Desk) -> None:
    """Of a file that is larger than it may be, a little more than the limit comes, not all."""
    question = desk.asks(files=[File("notes.txt", b"x" * 1_000_000, "text/plain")])
    (blob,) = (await desk.reader.files(question)).values()
    assert 100_000 < len(await held(blob, 100_000)) < 200_000


async def test_a_file_that_does_not_come(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is gone, or slower than its time, is one error of ours, and unnamed in logs."""
    (blob,) = (await desk.reader.files(desk.asks(files=[NOTES]))).values()
    with monkeypatch.context() as patch:
        patch.setattr(module, "DOWNLOAD", 0.0)
        with pytest.raises(PlatformUnavailable):
            await held(blob)
    desk.there.files.clear()
    with pytest.raises(PlatformUnavailable, match="404") as gone:
        await held(blob)
    assert "notes" not in str(gone.value)


@pytest.mark.parametrize("name", ["photo.png", "page.html"])
async def test_a_page_to_sign_in_is_no_file(desk: Desk, name: str) -> None:
    """Without files:read Slack answers with a page, and no error: nobody takes it for the file."""
    kind = "text/html" if name.endswith("html") else "image/png"
    question = desk.asks(files=[File(name, b"<p>mine</p>", kind)])
    desk.there.scopes.discard("files:read")
    with pytest.raises(Undeliverable, match="files:read"):
        await desk.found(question)


async def test_a_file_that_is_a_page(desk: Desk) -> None:
    """A page that somebody sends is read, even one to sign in."""
    page = File("page.html", LOGIN.encode(), "text/html")
    assert await desk.found(desk.asks(files=[page])) == [LOGIN.encode()]


async def test_what_slack_does_not_hold(desk: Desk) -> None:
    """The token goes to no other service; what Slack hides is said, what was deleted is gone."""
    said = desk.mention(files=[NOTES, NOTES, NOTES])
    abroad, hidden, gone = said.files
    abroad |= {"is_external": True, "url_private": "https://drive.example.org/notes"}
    del hidden["url_private"]
    gone["mode"] = "tombstone"
    found = await desk.reader.files(desk.asked(said))
    assert list(found.values()) == [
        Unread("notes.txt", "it is kept outside of Slack"),
        Unread("notes.txt", "Slack does not hand it out"),
    ]


async def test_a_file_of_another_organisation(desk: Desk) -> None:
    """A message has its id alone; the rest is asked for."""
    said = desk.mention(files=[PHOTO])
    number = said.files[0]["id"]
    said.files = [{"id": number, "mode": "file_access", "file_access": "check_file_info"}]
    (blob,) = (await desk.reader.files(desk.asked(said))).values()
    assert isinstance(blob, Blob)
    assert (blob.name, await held(blob)) == ("photo.png", b"pixels")


async def test_files_wherever_they_were_sent(desk: Desk) -> None:
    """In the first message of a thread, further down, and directly, flat or not."""
    root = desk.mention(files=[NOTES])
    inside = desk.mention(thread=root.ts, files=[NOTES])
    desk.mention(thread=root.ts)
    direct = desk.there.tell("ann", "this?", files=[NOTES])
    flat = desk.asked(direct, flat=True)
    for question in (desk.asked(root), desk.asked(inside), desk.asked(direct), flat):
        assert await desk.found(question) == [b"read me"]


async def test_files_of_a_message_that_is_asked_about(desk: Desk) -> None:
    """A question from a form has no message of its own: the files are those of its subject."""
    said = desk.there.say("general", "bob", "look", files=[PHOTO])
    asked = desk.mention(thread=said.ts)
    form = desk.asked(asked, id="1900.000001", about=said.ts, trigger=Trigger.COMMAND)
    ((name, blob),) = (await desk.reader.files(form)).items()
    assert (name, await held(blob)) == ("1900.000001/0", b"pixels")


async def test_a_question_that_is_gone(desk: Desk) -> None:
    """A deleted message in a thread has no files; where the bot was removed, it is an error."""
    root = desk.there.say("general", "bob", "hm")
    said = desk.mention(thread=root.ts, files=[NOTES])
    question = desk.asked(said)
    desk.there.delete(said)
    assert await desk.reader.files(question) == {}
    desk.there.kick("general")
    with pytest.raises(Undeliverable):
        await desk.reader.files(question)
