"""Chat completions over the openai SDK: its only importer, and where its errors end."""

import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any

from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AsyncOpenAI,
    AsyncStream,
    BadRequestError,
    DefaultAioHttpClient,
    Timeout,
    UnprocessableEntityError,
)

from bot.completion import Metered, ModelEvent, Prompt
from bot.errors import ModelError, ModelUnavailable, PromptRejected, StreamBroken
from bot.messages import Usage
from bot.models.chunks import Chunk, Reading, listed
from bot.models.deadlines import Deadlines, within
from bot.models.parameters import named, parameters
from bot.models.prices import Prices
from bot.models.providers import ModelInfo, Provider
from bot.models.translate import Complaint, retry_after, translate

# Reading has no limit here: a socket's would count keep-alive comments as life. See Deadlines.
_TIMEOUT = Timeout(connect=5.0, write=10.0, pool=10.0, read=None)


class OpenAIClient:
    """One provider's chat completions and list of models."""

    def __init__(self, provider: Provider, deadlines: Deadlines, prices: Prices) -> None:
        self._provider = provider
        self._deadlines = deadlines
        self._prices = prices
        self._rejected: dict[str, set[str]] = defaultdict(set)
        self._sdk = AsyncOpenAI(
            base_url=provider.base_url,
            api_key=provider.api_key or "none",  # servers without keys; the SDK wants one
            max_retries=0,
            timeout=_TIMEOUT,
            http_client=DefaultAioHttpClient(timeout=_TIMEOUT),  # HTTPX2's own: twice the CPU
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._sdk.close()

    async def stream(self, prompt: Prompt, model: str) -> AsyncGenerator[ModelEvent]:
        """Ask once; closing the generator closes the connection.

        Raises:
            ModelError: there is no answer, or it broke off.
        """
        reading = Reading()
        async with aclosing(self._chunks(prompt, model)) as chunks:
            while (chunk := await self._next(chunks, reading)) is not None:
                if event := reading.take(chunk):
                    yield event
        end = reading.finished()
        if reading.usage is not None:
            yield self._metered(model, reading.usage, reading.cache_writes)
        yield end

    async def _next(self, chunks: AsyncGenerator[Chunk], reading: Reading) -> Chunk | None:
        """The next chunk; None at the end."""
        try:
            return await within(reading.patience(self._deadlines), anext(chunks, None))
        except ModelError:
            if reading.reason:  # the answer is whole: at worst its usage stays unknown
                return None
            raise

    async def _chunks(self, prompt: Prompt, model: str) -> AsyncGenerator[Chunk]:
        with self._translated(model, dropped=ModelUnavailable, garbled=PromptRejected):
            stream = await self._open(prompt, model)
        with self._translated(model, dropped=StreamBroken, garbled=StreamBroken):
            async with stream:
                async for chunk in stream:
                    yield Chunk.model_validate(chunk)

    async def _open(self, prompt: Prompt, model: str) -> AsyncStream[object]:
        """Ask, again without each parameter that the provider refuses; remembered by model.

        Not by ``chat.completions.create``, which walks through all messages field by field: with
        a full history that takes longer than everything else before the request.
        """
        while True:
            request = parameters(self._provider, model, prompt, self._rejected[model])
            try:
                return await self._sdk.post(
                    "/chat/completions",
                    cast_to=object,
                    body={"stream": True, **request},
                    stream=True,
                    stream_cls=AsyncStream[object],
                )
            except (BadRequestError, UnprocessableEntityError) as error:
                refused = _refused(request, error)
                if refused is None:
                    raise
                self._rejected[model].add(refused)

    def _metered(self, model: str, usage: Usage, cache_writes: int) -> Metered:
        cost = self._prices.cost(self._provider, model, usage, cache_writes=cache_writes)
        return Metered(usage, cost)

    async def models(self) -> list[ModelInfo]:
        """The models that the provider lists.

        Raises:
            ModelError: it gave no list.
        """
        ask = self._sdk.models.with_raw_response.list
        with self._translated(dropped=ModelUnavailable, garbled=ModelUnavailable):
            response = await within(self._deadlines.listing, ask())
            found = listed(response.content)
        return [ModelInfo(self._provider.name, m.id, m.shutdown_date) for m in found]

    @contextmanager
    def _translated(
        self, model: str = "", *, dropped: type[ModelError], garbled: type[ModelError]
    ) -> Iterator[None]:
        """Turn what the SDK raises into our errors.

        Not ``from error``: its text may quote the prompt, and its request holds the key.
        """
        try:
            yield
        except APIConnectionError as error:
            raise dropped(f"{self._provider.name}: {_first(error)}") from None
        except APIError as error:
            complaint = replace(_complaint(error), model=model)
            raise translate(complaint, self._provider.name) from None
        except ValueError as error:  # no JSON, no UTF-8, or of another shape
            raise garbled(f"{self._provider.name}: {type(error).__name__}") from None


def _first(error: BaseException) -> str:
    """The name of what began it: aiohttp and HTTPX2 each wrap it once more."""
    return _first(error.__cause__) if error.__cause__ else type(error).__name__


def _refused(request: dict[str, Any], error: APIStatusError) -> str | None:
    """The parameter to do without, if that is what the provider complains of."""
    complaint = _complaint(error)
    if not isinstance(translate(complaint, ""), PromptRejected):
        return None
    return named(request, complaint.param, complaint.text)


def _complaint(error: APIError) -> Complaint:
    said = Complaint(
        code=error.code or "",
        kind=str(error.type or ""),
        param=str(error.param or ""),
        text=str(error.body),
    )
    if not isinstance(error, APIStatusError):
        return said
    return replace(
        said,
        status=error.status_code,
        request_id=error.request_id or "",
        retry_after=retry_after(error.response.headers, time.time()),
    )
