"""What belongs to a prompt beside the words of its questions: files, and what was said before."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

import structlog

from bot.completion import Image
from bot.errors import MessengerError, StoreFull
from bot.messages import KEPT, Attachment, Claim, ConversationKey, IncomingMessage
from bot.reading import LONGEST, MAX_BYTES, Kind, Picture, Text, Unread, read_in_thread, readable
from bot.settings import Effective
from bot.together import together

_log = structlog.stdlib.get_logger(__name__)
PICTURES = 4
"""In one prompt, those of earlier turns included; each is small, so they are 1.2 MB at most."""
EACH, ALL = 1_000, 20_000
"""Characters of one earlier message, and of all that was said before a first question."""
_QUARTER = 4
"""What was said before has at most a character for every fourth token that a prompt may have, all
files together one for each: by ``bot.tokens.estimate`` that leaves room in any script."""
_AT_ONCE = 4
"""Files in memory, of all conversations: one has up to 20 MB."""
_LARGEST = max(MAX_BYTES.values())
_BEFORE = "Said here before:"
_LOST = "it could not be downloaded"
_SLOW = "it took too long to read"
_MANY = f"I look at up to {PICTURES} pictures at once"


@dataclass(frozen=True, slots=True)
class Blob:
    """A file on its platform, not downloaded yet."""

    name: str
    content_type: str
    size: int
    """Bytes, as the platform says."""
    data: Callable[[int], Awaitable[bytes]]
    """Downloads it; of one with more bytes than asked for, a few more than those.

    Raises:
        MessengerError: it cannot be had.
    """


class Reader(Protocol):
    """Reads what a platform keeps of a question. Nothing that it does changes anything there."""

    async def files(self, question: IncomingMessage) -> Mapping[str, Blob | Unread]:
        """Its files by their attachments' ids, without those that are gone.

        Raises:
            MessengerError: nobody knows now.
        """
        ...

    def amid(self, question: IncomingMessage) -> bool:
        """Whether a conversation that begins with it begins in the middle of something. Pure."""
        ...

    async def before(self, question: IncomingMessage, most: int) -> Sequence[str]:
        """The last messages before it, with their authors, the oldest first.

        Raises:
            MessengerError: nobody knows now.
        """
        ...


class ImageShelf(Protocol):
    """Keeps small images for as long as the turns that they belong to.

    Every call may raise StoreUnavailable, and costs nothing where there is nothing to do.
    """

    async def keep(
        self, conversation: ConversationKey, images: Mapping[str, Image], ttl: float
    ) -> None:
        """Keep these for ``ttl`` seconds.

        Raises:
            StoreFull: nothing was kept.
        """
        ...

    async def load(self, conversation: ConversationKey, ids: Sequence[str]) -> dict[str, Image]:
        """Those of these that are there."""
        ...


class Library:
    """Keeps the promises of ``bot.ports.Sources``.

    A file is read once: the claim with what stood in it is kept with its turn, and a picture on
    the shelf. After a crash, files are read again.
    """

    def __init__(
        self,
        readers: Mapping[str, Reader],
        images: ImageShelf,
        settings: Callable[[ConversationKey], Awaitable[Effective]],
        ttl: float,
        seconds: float = 30,
    ) -> None:
        """Readers by platform, what holds in a conversation, and times in seconds.

        ``ttl`` is how long pictures are kept, ``seconds`` how long a file may keep its answer
        waiting.
        """
        self._readers, self._images, self._settings = readers, images, settings
        self._ttl, self._seconds = ttl, seconds
        self._hands = asyncio.Semaphore(_AT_ONCE)

    async def gather(self, claim: Claim) -> tuple[Claim, Mapping[str, Image]]:
        """The claim with its questions' files and what was said before read.

        Where there is neither, it asks nobody.

        Raises:
            StoreError: not now.
        """
        images = await self._images.load(claim.conversation, _pictures(claim))
        if any(_unseen(question, images) for question in claim.questions) or self._amid(claim):
            claim, new = await self._read(claim, images)
            images |= new
        here = ((id_, images[id_]) for id_ in _pictures(claim) if id_ in images)
        return claim, dict(islice(here, PICTURES))

    def _amid(self, claim: Claim) -> bool:
        """Whether what was said before may be wanted; a first answer that is redone has it."""
        first = claim.questions[0]
        if claim.total or claim.turns or first.quoted.startswith(_BEFORE):
            return False
        return self._readers[claim.conversation.platform].amid(first)

    async def _read(
        self, claim: Claim, images: Mapping[str, Image]
    ) -> tuple[Claim, dict[str, Image]]:
        settings = await self._settings(claim.conversation)
        files, said = await together(
            self._files(claim, images, settings), self._before(claim, settings)
        )
        new = {id_: one.image for id_, one in files.items() if isinstance(one, Picture)}
        await self._keep(claim.conversation, new)
        first, *more = (_filled(question, files) for question in claim.questions)
        quoted = "\n\n".join(filter(None, (said, first.quoted)))
        return replace(claim, questions=(replace(first, quoted=quoted), *more)), new

    async def _keep(self, conversation: ConversationKey, images: Mapping[str, Image]) -> None:
        try:
            await self._images.keep(conversation, images, self._ttl)
        except StoreFull as error:  # this answer sees them, only later ones do without
            _log.warning("pictures not kept", error=str(error))

    async def _before(self, claim: Claim, settings: Effective) -> str:
        if not (settings.quoted and self._amid(claim)):
            return ""
        reader = self._readers[claim.conversation.platform]
        try:
            said = await reader.before(claim.questions[0], settings.quoted)
        except MessengerError as error:
            _log.info("not read what was said before", error=str(error))
            return ""
        return recalled(said, min(ALL, settings.history_tokens // _QUARTER))

    async def _files(
        self, claim: Claim, images: Mapping[str, Image], settings: Effective
    ) -> dict[str, Text | Picture | Unread]:
        files: dict[str, Blob | Unread] = {}
        for question in claim.questions:
            files |= await self._listed(question, _unseen(question, images))
        seen = sum(file.id in images for file in _closed(claim.questions))
        few = _few(files, PICTURES - seen)
        count = sum(isinstance(file, Blob) for file in few.values())
        limit = min(LONGEST, settings.history_tokens // max(1, count))
        async with asyncio.TaskGroup() as group:
            reading = {
                id_: group.create_task(self._opened(file, limit)) for id_, file in few.items()
            }
        return {id_: task.result() for id_, task in reading.items()}

    async def _listed(
        self, question: IncomingMessage, wanted: Sequence[Attachment]
    ) -> dict[str, Blob | Unread]:
        if not wanted:
            return {}
        found: Mapping[str, Blob | Unread] = {}
        try:
            found = await self._readers[question.conversation.platform].files(question)
        except MessengerError as error:
            _log.info("files not found", error=str(error))
        return {file.id: found.get(file.id) or Unread(file.name, _LOST) for file in wanted}

    async def _opened(self, file: Blob | Unread, limit: int) -> Text | Picture | Unread:
        if isinstance(file, Unread):
            return file
        try:
            async with asyncio.timeout(self._seconds), self._hands:
                data = await file.data(_LARGEST)
                return await read_in_thread(file.name, file.content_type, data, limit)
        except MessengerError as error:
            _log.info("file not downloaded", error=str(error))
            return Unread(file.name, _LOST)
        except TimeoutError:
            return Unread(file.name, _SLOW)


def recalled(said: Sequence[str], longest: int) -> str:
    """What was said before, as a question quotes it; long messages are cut. Pure.

    Of many messages each has an equal share of the ``longest`` that all of them may be.
    """
    if not said:
        return ""
    each = min(EACH, longest // len(said))
    return "\n".join((_BEFORE, *(_cut(message, each) for message in said)))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} …"


def _closed(messages: Iterable[IncomingMessage]) -> list[Attachment]:
    """The files that nobody read yet, or that are pictures: those on the shelf."""
    files = (file for message in messages for file in message.attachments)
    return [file for file in files if not (file.text or file.unread)]


def _unseen(question: IncomingMessage, images: Mapping[str, Image]) -> list[Attachment]:
    return [file for file in _closed([question]) if file.id not in images]


def _pictures(claim: Claim) -> list[str]:
    """The ids of what may be a picture: of the questions, then of the newest turns in a prompt."""
    turns = (turn for turn in reversed(claim.turns) if turn.ending.state in KEPT)
    earlier = (file for turn in turns for file in _closed(turn.questions))
    return [file.id for file in (*_closed(claim.questions), *islice(earlier, PICTURES))]


def _few(files: Mapping[str, Blob | Unread], room: int) -> dict[str, Blob | Unread]:
    """The files, and why some are not read: they cannot be, or are more pictures than room."""
    kinds = {id_: _kind(file) for id_, file in files.items()}
    unread = {id_: kind for id_, kind in kinds.items() if isinstance(kind, Unread)}
    pictures = [id_ for id_, kind in kinds.items() if kind is Kind.IMAGE]
    return {**files, **unread} | {id_: Unread(files[id_].name, _MANY) for id_ in pictures[room:]}


def _kind(file: Blob | Unread) -> Kind | Unread:
    if isinstance(file, Unread):
        return file
    return readable(file.name, file.content_type, file.size)


def _filled(
    question: IncomingMessage, files: Mapping[str, Text | Picture | Unread]
) -> IncomingMessage:
    """The question with what its files came to."""
    attachments = tuple(_noted(file, files.get(file.id)) for file in question.attachments)
    return replace(question, attachments=attachments)


def _noted(file: Attachment, found: Text | Picture | Unread | None) -> Attachment:
    match found:
        case Text(_, text):
            return replace(file, text=text)
        case Unread(_, why):
            return replace(file, unread=why)
    return file
