"""Chats with no account, key or server: the embedded store and the embedded model."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.program import Program

QUESTIONS = (
    "What is a for loop?",
    "Can you show me an example in Python?",
    "What about JavaScript?",
)


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Program]:
    """The program as somebody runs it who has set nothing."""
    made = Program(tmp_path, {})
    yield made
    await made.end()


@pytest.mark.embedded
async def test_three_piped_questions_are_answered(alone: Program) -> None:
    """Questions that make sense in context only are answered in it, for free, with status 0."""
    done = await alone.pipe("\n".join(QUESTIONS))
    assert "often wrong" in done.err
    assert done.err.count("tokens, free") == 3
    assert "JavaScript" in done.out
    assert "let " in done.out
    assert done.status == 0


@pytest.mark.embedded
async def test_the_prompt_is_there_at_once(alone: Program) -> None:
    """In a terminal the prompt comes first, then the model is loaded, and it answers."""
    async with alone.terminal() as person:
        await person.sees("embedded/smollm2-135m")
        await person.sees(">")
        person.type("Say hello.\r")
        await person.sees("tokens, free")
        person.type("\x04")
        assert await person.left() == 0


async def test_a_model_that_cannot_start_is_a_sentence(alone: Program) -> None:
    """Where the embedded model does not start, that is said at once and to each question."""
    (alone.home / "data" / "embedded-model.log").mkdir(parents=True)
    done = await alone.pipe("one\ntwo\n")
    sentence = "There is no provider for this model here; "
    assert done.err.count(sentence) == 1
    assert done.out.count(sentence) == 2
    assert done.status == 1
