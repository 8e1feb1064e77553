"""When a model is asked again, and when not."""

import pytest

from bot.errors import (
    AddressWrong,
    ModelError,
    ModelSilent,
    ModelUnavailable,
    PromptRejected,
    QuotaExhausted,
    RateLimited,
    StreamBroken,
    WrongKey,
)
from bot.models.retry import Retries
from tests.bot.models.asking import SHORT, ask_server, text
from tests.platforms.model_server import (
    BUSY,
    DOWN,
    NO_MONEY,
    TOO_LONG,
    UNKNOWN_MODEL,
    WRONG_KEY,
    Break,
    Failure,
    ModelServer,
    Reply,
)


async def test_passing_failures(server: ModelServer) -> None:
    """What passes by itself is waited out, and the asker does not notice."""
    server.script(DOWN, BUSY, Reply("Here"))
    assert text(await ask_server(server)) == "Here"
    assert len(server.requests) == 3


async def test_attempts_are_bounded(server: ModelServer) -> None:
    """After the last attempt its error is told."""
    server.for_model("m", DOWN)
    with pytest.raises(ModelUnavailable):
        await ask_server(server)
    assert len(server.requests) == 3


async def test_time_is_bounded(server: ModelServer) -> None:
    """No new attempt begins when the time is over."""
    server.for_model("m", DOWN)
    with pytest.raises(ModelUnavailable):
        await ask_server(server, retries=Retries(attempts=100, total=0.0001, first_wait=0))
    assert len(server.requests) == 1


async def test_wait_as_told(server: ModelServer) -> None:
    """The next attempt comes no earlier than the provider wants it."""
    server.script(Failure(429, headers={"retry-after-ms": "80"}))
    await ask_server(server)
    assert server.requests[1].at - server.requests[0].at >= 0.08


async def test_too_long_a_wait(server: ModelServer) -> None:
    """A wait beyond our patience is told at once."""
    server.script(Failure(429, headers={"Retry-After": "61"}))
    with pytest.raises(RateLimited):
        await ask_server(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize("failure", [WRONG_KEY, NO_MONEY, UNKNOWN_MODEL, TOO_LONG, Failure(400)])
async def test_lasting_failures(server: ModelServer, failure: Failure) -> None:
    """What waiting does not help is told at once."""
    server.script(failure)
    with pytest.raises(ModelError):
        await ask_server(server)
    assert len(server.requests) == 1


async def test_silence_before_the_first_token(server: ModelServer) -> None:
    """A model that says nothing is asked again."""
    server.script(Reply(first=5.0), Reply("Here"))
    assert text(await ask_server(server, deadlines=SHORT)) == "Here"
    assert len(server.requests) == 2


async def test_thinking_is_not_yet_text(server: ModelServer) -> None:
    """A failure behind hidden reasoning is repeated: nothing was shown."""
    server.script(Reply([], thinking=2, error={"message": "x", "code": "server_error"}))
    assert text(await ask_server(server)) == "answer to: hello [1 messages]"


async def test_text_is_never_said_twice(server: ModelServer) -> None:
    """Behind the first text nothing is repeated."""
    server.script(Reply("Half", error={"message": "x", "code": "server_error"}))
    with pytest.raises(ModelUnavailable):
        await ask_server(server)
    assert len(server.requests) == 1


async def test_silence_again_and_again(server: ModelServer) -> None:
    """A model that stays silent ends in that error."""
    server.for_model("m", Reply([], broken=Break.STALL))
    with pytest.raises(ModelSilent):
        await ask_server(server, deadlines=SHORT)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (RateLimited("", 2.0), 2.0),
        (ModelUnavailable("", 60.0), 60.0),
        (RateLimited("", 60.5), False),
        (RateLimited(""), True),
        (ModelSilent(""), True),
        (WrongKey(""), False),
        (AddressWrong(""), False),
        (QuotaExhausted(""), False),
        (PromptRejected(""), False),
        (StreamBroken(""), False),
    ],
)
def test_what_is_repeated(error: ModelError, again: bool | float) -> None:  # noqa: FBT001 - a value
    """Only limits, failures that pass and silence are; after the wait that was asked for."""
    assert Retries(jitter=0.0).again(error) == again


def test_many_do_not_come_back_at_once() -> None:
    """Waits that a provider names are spread by chance, and only ever longer."""
    waits = {Retries().again(RateLimited("", 1.0)) for _ in range(50)}
    assert len(waits) > 40
    assert all(1.0 <= wait <= 1.5 for wait in waits)
