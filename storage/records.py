"""How records are written: each with its version, so that two versions run over one store.

A version reads its own records, those of the version before, and those of the next one as far
as they hold what it needs; fields that it does not know it ignores.
"""

import json
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.completion import Image
from bot.errors import RecordUnreadable
from bot.messages import Ending, IncomingMessage, Turn

VERSION = 1
T = TypeVar("T")


_MESSAGE, _ENDING = TypeAdapter(IncomingMessage), TypeAdapter(Ending)
_IMAGE = TypeAdapter(Image)


def _write(codec: TypeAdapter[T], record: T) -> str:
    return f"{VERSION} {codec.dump_json(record).decode()}"


def _read(codec: TypeAdapter[T], text: str) -> T:
    version, _, body = text.partition(" ")
    try:
        if int(version) > VERSION + 1:
            raise RecordUnreadable(f"version {version}")
        return codec.validate_json(body)
    except (ValueError, ValidationError) as error:
        # Its values hold people's words: they must not reach the log.
        raise RecordUnreadable(f"version {version[:9]}: {type(error).__name__}") from None


def write_message(message: IncomingMessage) -> str:
    """The record of a message; its first two lines are read by the scripts."""
    return f"{message.revision}\n{json.dumps(message.author.id)}\n{_write(_MESSAGE, message)}"


def read_message(text: str) -> IncomingMessage:
    """The message of a record.

    Raises:
        RecordUnreadable: a newer version wrote it.
    """
    return _read(_MESSAGE, text.split("\n", 2)[-1])


def write_ending(ending: Ending) -> str:
    """The record of a sealed answer."""
    return _write(_ENDING, ending)


def read_ending(text: str) -> Ending:
    """The sealed answer of a record.

    Raises:
        RecordUnreadable: a newer version wrote it.
    """
    return _read(_ENDING, text)


def write_image(image: Image) -> str:
    """The record of an image."""
    return _write(_IMAGE, image)


def read_image(text: str) -> Image:
    """The image of a record.

    Raises:
        RecordUnreadable: a newer version wrote it.
    """
    return _read(_IMAGE, text)


def write_turn(turn: Turn) -> str:
    """The record of a turn: a line that the scripts read, and its ending.

    Scripts of every version read that line: fields may join it, but none may go or change.
    """
    asked = [[one.id, str(one.at), write_message(one)] for one in turn.questions]
    head = {"fence": turn.fence, "asked": asked, "parts": turn.parts, "at": turn.at}
    return f"{json.dumps(head, ensure_ascii=False)}\n{write_ending(turn.ending)}"


def read_turn(text: str) -> Turn:
    """The turn of a record.

    Raises:
        RecordUnreadable: a newer version wrote it.
    """
    first, _, ending = text.partition("\n")
    head = json.loads(first)
    return Turn(
        questions=tuple(read_message(record) for _, _, record in head["asked"]),
        ending=read_ending(ending),
        parts=tuple(head["parts"]),
        at=head["at"],
        fence=head["fence"],
    )
