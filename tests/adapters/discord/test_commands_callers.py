"""Which messages are answers to somebody."""

import pytest

from adapters.discord.callers import answers, runs
from tests.adapters.discord.events import ADA, BOT, GRACE, ME, message
from tests.platforms.discord.model import Json

STOP = {"type": 2, "style": 2, "label": "Stop", "custom_id": f"tw:stop:{ADA['id']}:1.0"}
ROW = {"type": 1, "id": 1, "components": [STOP | {"id": 2}]}


def asked(who: Json) -> Json:
    """What Discord notes on the reply to a command."""
    about = {"id": "1180000000000000200", "type": 2, "user": who}
    return about | {"authorizing_integration_owners": {"0": "1180000000000000100"}}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, False),
        ({"components": [ROW]}, True),
        ({"interaction_metadata": asked(ADA)}, True),
        ({"interaction_metadata": asked(GRACE)}, False),
    ],
)
def test_marks_of_an_answer(more: Json, *, expected: bool) -> None:
    """It answers whom its Stop button or its command names, and nobody else."""
    said = message(author=BOT, **more)
    assert answers(said, ME, int(ADA["id"])) is expected


def test_only_the_bots_messages_are_answers() -> None:
    """What somebody else posts with our marks is none."""
    said = message(author=GRACE, components=[ROW])
    assert not answers(said, ME, int(ADA["id"]))


def test_an_answer_runs_for_its_asker() -> None:
    """A Stop button names one person, by the whole id."""
    said = message(author=BOT, components=[ROW])
    assert runs(said, int(ADA["id"]))
    assert not runs(said, int(ADA["id"]) // 10)
