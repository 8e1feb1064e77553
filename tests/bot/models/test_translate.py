"""What a provider's failures mean, and what of them may stand in a log."""

import time
import traceback
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    AddressWrong,
    ModelError,
    ModelUnavailable,
    ModelUnknown,
    PromptRejected,
    PromptTooLong,
    QuotaExhausted,
    RateLimited,
    WrongKey,
)
from bot.models.translate import retry_after
from tests.bot.models.asking import ask, models, prompt
from tests.platforms.model_server import (
    NO_MONEY,
    TOO_LONG,
    UNKNOWN_MODEL,
    WRONG_KEY,
    Failure,
    ModelServer,
)


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (WRONG_KEY, WrongKey),
        (Failure(403), WrongKey),
        (Failure(403, "model_not_found"), ModelUnknown),
        (UNKNOWN_MODEL, ModelUnknown),
        (Failure(404, kind="api_error", message='model "m" not found'), ModelUnknown),
        (Failure(404, param="model", message="It does not exist."), ModelUnknown),
        (Failure(404, message="Invalid URL (POST /chat/completions)"), AddressWrong),
        (NO_MONEY, QuotaExhausted),
        (Failure(402), QuotaExhausted),
        (TOO_LONG, PromptTooLong),
        (Failure(413), PromptTooLong),
        (Failure(400, kind="exceed_context_size_error"), PromptTooLong),
        (Failure(400, message="This model's maximum context length is 5"), PromptTooLong),
        (Failure(400), PromptRejected),
        (Failure(422), PromptRejected),
        (Failure(429), RateLimited),
        (Failure(408), ModelUnavailable),
        (Failure(409), ModelUnavailable),
        (Failure(500), ModelUnavailable),
        (Failure(503), ModelUnavailable),
    ],
)
async def test_failures(server: ModelServer, failure: Failure, kind: type[ModelError]) -> None:
    """Each failure has one meaning, by its code first and by its status else."""
    server.for_model("m", failure)
    async with models(server) as asked:
        with pytest.raises(ModelError) as raised:
            await ask(asked)
    assert type(raised.value) is kind


@pytest.mark.parametrize("ending", ["", "/v2", "/v1/chat/completions"])
async def test_another_address(server: ModelServer, ending: str) -> None:
    """An address where nothing speaks the protocol is not taken for a model that is missing."""
    server.url = server.url.removesuffix("/v1") + ending
    async with models(server) as asked:
        with pytest.raises(AddressWrong, match=r"^here: 404$"):
            await ask(asked)


async def test_no_connection(server: ModelServer) -> None:
    """A server that is not there is unavailable."""
    await server.__aexit__()
    async with models(server) as asked:
        with pytest.raises(ModelUnavailable, match="here: ConnectionRefusedError"):
            await ask(asked)


async def test_what_cannot_be_sent(server: ModelServer) -> None:
    """A prompt that is no text is refused before it leaves."""
    async with models(server) as asked:
        with pytest.raises(PromptRejected):
            await ask(asked, prompt("\ud800"))
    assert not server.requests


async def test_the_log_gets_identifiers_only(server: ModelServer) -> None:
    """An error, printed with all its causes, holds no key and nothing that was asked."""
    said = "Incorrect API key sk-secret; you asked: my diary"
    server.script(Failure(401, "invalid_api_key", said, said, headers={"x-request-id": "req_1"}))
    async with models(server) as asked:
        with pytest.raises(WrongKey) as raised:
            await ask(asked)
    assert str(raised.value) == "here: 401 invalid_api_key req_1"
    printed = "".join(traceback.format_exception(raised.value))
    assert "diary" not in printed
    assert "sk-secret" not in printed


async def test_seconds_to_wait(server: ModelServer) -> None:
    """A rate limit says for how long."""
    server.script(Failure(429, headers={"Retry-After": "120"}))
    async with models(server) as asked:
        with pytest.raises(RateLimited) as raised:
            await ask(asked)
    assert raised.value.retry_after == 120


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "9", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": formatdate(1_000_030, usegmt=True)}, 30),
        ({"retry-after": formatdate(999_000, usegmt=True)}, 0),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds and dates are understood; anything else is silence."""
    assert retry_after(headers, now=1_000_000) == seconds


@given(st.text(), st.text())
def test_retry_after_is_never_negative(value: str, milliseconds: str) -> None:
    """Whatever a server sends, the wait is a number from 0, or unknown."""
    headers = {"retry-after": value, "retry-after-ms": milliseconds}
    seconds = retry_after(headers, time.time())
    assert seconds is None or 0 <= seconds < float("inf")
