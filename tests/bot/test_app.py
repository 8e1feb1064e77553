"""What the settings of the environment come to, once everything is put together."""

from pathlib import Path

import pytest

from bot import words
from bot.accept import Receipt
from bot.app import assembled
from bot.config import load
from bot.outcomes import Accepted
from tests.builders import message
from tests.platforms.stores import Server


@pytest.mark.usefixtures("client")
async def test_a_question_may_be_as_long_as_was_set(
    monkeypatch: pytest.MonkeyPatch, valkey: Server, tmp_path: Path
) -> None:
    """THREADWISE_MAX_QUESTION is the number of characters from which on a message is refused."""
    monkeypatch.setenv("REDIS_URL", valkey.url)
    monkeypatch.setenv("THREADWISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("THREADWISE_MAX_QUESTION", "5")
    monkeypatch.setenv("THREADWISE_MAX_AGE", "36500d")
    async with assembled(load(None), demo=False) as core:
        assert await core.door.accept(message("1", text="x" * 5)) == Receipt(Accepted.ACCEPTED)
        refused = await core.door.accept(message("2", text="x" * 6))
    assert refused == Receipt(Accepted.REFUSED, words.too_long(6, 5))
