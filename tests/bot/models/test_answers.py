"""What a stream of chunks comes to: its events, its endings, and how it is stopped."""

import asyncio
from contextlib import aclosing

import pytest

from bot.completion import Finished, Metered, TextDelta, Thinking
from bot.errors import (
    ModelError,
    ModelSilent,
    ModelUnavailable,
    PromptTooLong,
    QuotaExhausted,
    RateLimited,
    StreamBroken,
)
from bot.messages import Usage
from tests.bot.models.asking import SHORT, ask, ask_server, models, prompt, text
from tests.platforms.model_server import Break, ModelServer, Reply


async def test_text_usage_and_end(server: ModelServer) -> None:
    """The text comes token by token, then what it used, and last of all the end."""
    server.script(Reply(["Hello", " there"]))
    events = await ask_server(server)
    assert [event for event in events if event != Thinking()] == [
        TextDelta("Hello"),
        TextDelta(" there"),
        Metered(Usage(prompt_tokens=1, completion_tokens=2), None),
        Finished("stop", "chatcmpl-1", "m"),
    ]


async def test_usage_details(server: ModelServer) -> None:
    """Cached and reasoning tokens are counted as the provider says."""
    details = {
        "prompt_tokens_details": {"cached_tokens": 1},
        "completion_tokens_details": {"reasoning_tokens": 7},
    }
    server.script(Reply(["a", "b"], usage_details=details))
    usage = Usage(prompt_tokens=1, cached_tokens=1, completion_tokens=2, reasoning_tokens=7)
    assert Metered(usage, None) in await ask_server(server)


async def test_no_usage(server: ModelServer) -> None:
    """A provider that counts nothing leaves the usage unknown, not 0."""
    server.script(Reply("Hello", usage=False))
    events = await ask_server(server)
    assert not [event for event in events if isinstance(event, Metered)]
    assert events[-1] == Finished("stop", "chatcmpl-1", "m")


async def test_thinking_shows_nothing(server: ModelServer) -> None:
    """Hidden reasoning is a sign of life, and no part of the text."""
    server.script(Reply(["Four"], thinking=3))
    events = await ask_server(server)
    assert events[:4] == [Thinking()] * 4  # the first chunk has a role and nothing else
    assert text(events) == "Four"


async def test_refusal(server: ModelServer) -> None:
    """A refusal is text that people see, and the end says that it was one."""
    server.script(Reply("I cannot help with that.", refusal=True))
    events = await ask_server(server)
    assert text(events) == "I cannot help with that."
    assert events[-1] == Finished("refusal", "chatcmpl-1", "m")


@pytest.mark.parametrize("reason", ["length", "content_filter", "tool_calls"])
async def test_reasons(server: ModelServer, reason: str) -> None:
    """The provider's reason for the end is passed on as it is."""
    server.script(Reply("Half", finish=reason))
    assert (await ask_server(server))[-1] == Finished(reason, "chatcmpl-1", "m")


@pytest.mark.parametrize(
    "how", [Break.DROP, Break.GARBAGE, Break.UNREADABLE, Break.SHAPELESS, Break.UNFINISHED]
)
async def test_broken(server: ModelServer, how: Break) -> None:
    """A drop, a malformed chunk and an end without a reason break the answer off, once."""
    server.script(Reply("Half an answer", broken=how))
    with pytest.raises(StreamBroken):
        await ask_server(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "x", "code": "server_error"}, ModelUnavailable),
        ({"message": "x", "code": 502}, ModelUnavailable),
        ({"message": "x", "type": "overloaded_error"}, ModelUnavailable),
        ({"message": "x", "code": "rate_limit_exceeded"}, RateLimited),
        ({"message": "x", "code": "insufficient_quota"}, QuotaExhausted),
        ({"message": "exceeds the context size"}, PromptTooLong),
        ({"message": "x"}, StreamBroken),
    ],
)
async def test_error_in_the_stream(
    server: ModelServer, error: dict[str, object], kind: type[ModelError]
) -> None:
    """An error inside the stream means what its code says; behind text it is not repeated."""
    server.script(Reply("Half", error=error))
    with pytest.raises(kind) as raised:
        await ask_server(server)
    assert type(raised.value) is kind
    assert len(server.requests) == 1


@pytest.mark.parametrize("how", [Break.STALL, Break.COMMENTS])
async def test_silence(server: ModelServer, how: Break) -> None:
    """Silence behind text ends the answer, and keep-alive comments are silence."""
    server.script(Reply("Half", broken=how))
    with pytest.raises(ModelSilent):
        await ask_server(server, deadlines=SHORT)
    await server.until(lambda: server.disconnected == 1)
    assert len(server.requests) == 1


async def test_pauses_are_not_silence(server: ModelServer) -> None:
    """An answer may take longer than the deadline, as long as each step is in time."""
    server.script(Reply("one two three four five six", delay=0.05))
    assert text(await ask_server(server, deadlines=SHORT)) == "one two three four five six"


async def test_whole_answer_without_an_end(server: ModelServer) -> None:
    """Behind a finish reason the answer is whole: a stream left open only costs its usage."""
    server.script(Reply("Whole", broken=Break.NO_DONE))
    events = await ask_server(server, deadlines=SHORT)
    assert text(events) == "Whole"
    assert events[-1] == Finished("stop", "chatcmpl-1", "m")


async def test_close_stops_the_model(server: ModelServer) -> None:
    """Closing the generator closes the connection at once."""
    server.script(Reply("one two", hold=asyncio.Event()))
    async with models(server) as asked:
        async with aclosing(asked.stream(prompt())) as events:
            assert await anext(events) == Thinking()
            assert await anext(events) == TextDelta("one")
        await server.until(lambda: server.disconnected == 1)
        assert server.open == 0


async def test_cancel_stops_the_model(server: ModelServer) -> None:
    """Cancelling the task that reads closes the connection at once."""
    server.script(Reply("one two", hold=asyncio.Event()))
    async with models(server) as asked, asyncio.TaskGroup() as group:
        task = group.create_task(ask(asked))
        await server.until(lambda: server.open == 1)
        task.cancel()
        await server.until(lambda: server.disconnected == 1)
    assert task.cancelled()


async def test_connections_are_kept(server: ModelServer) -> None:
    """A whole answer leaves its connection for the next one."""
    async with models(server) as asked:
        for _ in range(3):
            await ask(asked)
    assert len({request.peer for request in server.requests}) == 1
