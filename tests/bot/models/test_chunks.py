"""What providers' JSON may look like."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.completion import Finished, TextDelta, Thinking
from bot.errors import StreamBroken
from bot.messages import Usage
from bot.models.chunks import Chunk, Model, Reading, listed


def chunk(text: str | None = None, **fields: Any) -> Chunk:
    """A chunk with one choice."""
    return Chunk.model_validate({"choices": [{"delta": {"content": text}}], **fields})


def test_missing_pieces() -> None:
    """Chunks without choices, without a delta or without content are signs of life."""
    reading = Reading()
    bare: list[Any] = [{}, {"choices": None}, {"choices": [{}]}, {"choices": [{"delta": None}]}]
    for data in bare:
        assert reading.take(Chunk.model_validate(data)) == Thinking()
    assert reading.take(chunk(None)) == Thinking()


def test_text_beside_the_finish_reason() -> None:
    """Text that comes with the finish reason, or with the usage, is not lost."""
    reading = Reading()
    data = {"choices": [{"delta": {"content": "end"}, "finish_reason": "stop"}]}
    usage = {"prompt_tokens": 3, "completion_tokens": 4}
    assert reading.take(Chunk.model_validate(data | {"usage": usage})) == TextDelta("end")
    assert reading.usage == Usage(prompt_tokens=3, completion_tokens=4)
    assert reading.finished().reason == "stop"


def test_empty_finish_reason() -> None:
    """A finish reason of "" is none."""
    reading = Reading()
    reading.take(Chunk.model_validate({"choices": [{"finish_reason": ""}]}))
    with pytest.raises(StreamBroken):
        reading.finished()


def test_last_usage_counts() -> None:
    """Where every chunk carries the usage so far, the last one holds."""
    reading = Reading()
    for tokens in (1, 2, 3):
        reading.take(chunk("a", usage={"prompt_tokens": 9, "completion_tokens": tokens}))
    assert reading.usage == Usage(prompt_tokens=9, completion_tokens=3)


def test_cache_writes() -> None:
    """Tokens written to the provider's cache are kept for the price."""
    reading = Reading()
    reading.take(chunk(usage={"prompt_tokens_details": {"cache_write_tokens": 7}}))
    assert reading.cache_writes == 7


def test_ids_survive_chunks_without_them() -> None:
    """The response's id and model are those that were said, wherever."""
    reading = Reading()
    reading.take(chunk("a", id="chatcmpl-9", model="gpt-6-luna-2026-09-01"))
    reading.take(Chunk.model_validate({"choices": [{"finish_reason": "stop"}], "id": ""}))
    assert reading.finished() == Finished("stop", "chatcmpl-9", "gpt-6-luna-2026-09-01")


@pytest.mark.parametrize("body", [b'{"data": [{"id": "x"}]}', b'[{"id": "x", "type": "chat"}]'])
def test_lists(body: bytes) -> None:
    """A list of models may come in a page, or bare."""
    assert listed(body) == [Model(id="x")]


@pytest.mark.parametrize("body", [b"<html>", b"5", b"{}", b'{"data": [{"name": "x"}]}', b""])
def test_no_lists(body: bytes) -> None:
    """Anything else, such as a web page at a wrong address, is no list."""
    with pytest.raises(ValueError, match="validation error"):
        listed(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(list(Chunk.model_fields)), inner)
    ),
)


@given(st.lists(JSON))
def test_any_json(stream: list[Any]) -> None:
    """Whatever JSON comes, it is read, or refused as a malformed chunk."""
    reading = Reading()
    with contextlib.suppress(ValueError, StreamBroken):
        for data in stream:
            reading.take(Chunk.model_validate(data))
        reading.finished()
