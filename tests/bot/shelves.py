"""A platform with files for tests of what belongs to a prompt, and a library over it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO

from PIL import Image as Drawing

from bot.errors import PlatformUnavailable
from bot.messages import Attachment, Claim, IncomingMessage
from bot.reading import Unread
from bot.settings import Effective, SettingsReader
from bot.sources import Blob, Library, Reader
from storage.images import RedisImages
from storage.scripts import Client
from storage.settings import RedisSettings
from tests.builders import PLACE, message
from tests.storage.inbox.store import KEYS

HOUR = 3600.0
SETTINGS = Effective("m", "", history_turns=20, history_tokens=24_000, max_output_tokens=100)


def holding(data: bytes) -> Callable[[int], Awaitable[bytes]]:
    """What downloads this."""

    async def load(most: int) -> bytes:
        return data[: most + 1]

    return load


def text(name: str, data: bytes) -> Blob:
    """A text file."""
    return Blob(name, "text/plain", len(data), holding(data))


def drawing(name: str, colour: int = 0) -> Blob:
    """A picture."""
    file = BytesIO()
    Drawing.new("L", (9, 9), colour).save(file, "PNG")
    return Blob(name, "image/png", 99, holding(file.getvalue()))


@dataclass
class Shelves:
    """A platform that holds files, and where something was said before; None: it is down."""

    blobs: Mapping[str, Blob | Unread] | None = field(default_factory=dict)
    said: Sequence[str] | None = ()
    asked: list[str] = field(default_factory=list)
    """What it was asked, and of which question."""

    async def files(self, question: IncomingMessage) -> Mapping[str, Blob | Unread]:
        self.asked.append(f"files {question.id}")
        if self.blobs is None:
            raise PlatformUnavailable("down")
        return self.blobs

    def amid(self, question: IncomingMessage) -> bool:
        return question.trigger == "mention" and self.said != ()

    async def before(self, question: IncomingMessage, most: int) -> Sequence[str]:
        self.asked.append(f"{most} before {question.id}")
        if self.said is None:
            raise PlatformUnavailable("down")
        return self.said[-most:]


def made(
    client: Client, reader: Reader, settings: Effective = SETTINGS, seconds: float = 30
) -> Library:
    """A library where these settings hold."""
    holds = SettingsReader(RedisSettings(client, KEYS), settings, {}).effective
    readers = dict.fromkeys(("discord", PLACE.platform), reader)
    return Library(readers, RedisImages(client, KEYS), holds, ttl=HOUR, seconds=seconds)


def with_files(shelves: Shelves, id_: str, *blobs: Blob | Unread, at: int = 1) -> IncomingMessage:
    """A question with these files."""
    ids = [f"{id_}/{n}" for n in range(len(blobs))]
    shelves.blobs = {**(shelves.blobs or {}), **dict(zip(ids, blobs, strict=True))}
    names = zip(ids, blobs, strict=True)
    return replace(
        message(id_, at), attachments=tuple(Attachment(one, blob.name) for one, blob in names)
    )


def attached(claim: Claim) -> list[tuple[str, str, str]]:
    """What the claim's files came to."""
    files = (file for question in claim.questions for file in question.attachments)
    return [(file.name, file.text, file.unread) for file in files]
