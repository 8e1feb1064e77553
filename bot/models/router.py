"""Several providers behind one ChatModel: ``provider/model`` goes to the provider it names."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import ClassVar, Self

import structlog

from bot.completion import ChatMessage, ModelEvent, Prompt, Role
from bot.errors import ModelAbsent, ModelError
from bot.messages import Usage
from bot.models import catalogue
from bot.models.deadlines import Deadlines
from bot.models.providers import Client, ModelInfo, Price, Provider, Source
from bot.models.retry import Retries, repeated

_FEW = 16
"""Tokens for the answer that tells whether a model works: some models refuse a smaller limit."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Health:
    """What a look at the list and a short question came to."""

    model: str
    listed: bool | None
    """Whether the provider lists it; None: it gave no list, or an empty one."""
    error: ModelError | None
    """Why it did not answer; None: it did."""
    warnings: list[str]
    """As of ``Models.warnings``."""


class Models:
    """The ChatModel of the whole program; the first of its sources is the default one.

    Nothing is imported, opened or started before the first question, or ``warm``.
    """

    loopback_only: ClassVar[bool] = False
    """For tests: a call to any other machine is a bug."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        prices: Mapping[str, Price] | None = None,
        deadlines: Deadlines | None = None,
        retries: Retries | None = None,
    ) -> None:
        self._sources = {source.name: source for source in sources}
        self._prices = prices or {}
        self._deadlines = deadlines or Deadlines()
        self._retries = retries or Retries()
        self._clients: dict[Provider, Client] = {}
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()

    def stream(self, prompt: Prompt) -> AsyncGenerator[ModelEvent]:
        """Ask, and yield as it comes; closing the generator stops the model at once.

        What may be repeated is repeated, before the first text only.

        Raises:
            ModelError: there is no answer, or it broke off.
        """
        return repeated(partial(self._ask, prompt), self._retries)

    async def _ask(self, prompt: Prompt) -> AsyncGenerator[ModelEvent]:
        source, model = self._route(prompt.model)
        client = await self._client(source)
        return client.stream(prompt if source.sees else _unseen(prompt), model)

    def cost(self, model: str, usage: Usage) -> Decimal | None:
        """Dollars at list price; None where the price is unknown.

        Raises:
            ModelAbsent: there is no provider.
        """
        from bot.models.prices import Prices  # noqa: PLC0415 - as in ``_connect``

        source, name = self._route(model)
        return Prices(self._prices).cost(source, name, usage)

    async def quote(self, model: str, usage: Usage) -> Decimal | None:
        """As ``cost``, where perhaps nothing was asked yet: no other task waits for the tables.

        Raises:
            ModelAbsent: there is no provider.
        """
        await asyncio.to_thread(import_module, "bot.models.prices")
        return self.cost(model, usage)

    def context_tokens(self, model: str) -> int:
        """Tokens that a prompt to this model may have, its answer not included.

        Raises:
            ModelAbsent: there is no provider.
        """
        source, name = self._route(model)
        return source.context_tokens or catalogue.context_tokens(name)

    def sees(self, model: str) -> bool:
        """Whether a prompt to this model may hold images; where not, they are left out.

        A model that may, and does not take them, raises PromptRejected.

        Raises:
            ModelAbsent: there is no provider.
        """
        return self._route(model)[0].sees

    async def warm(self, model: str) -> None:
        """Do beforehand what the first question would wait for.

        Raises:
            ModelError: as ``stream``.
        """
        await self._client(self._route(model)[0])

    async def models(self) -> list[ModelInfo]:
        """What the providers list; of one out of reach nothing, and a line in the log."""
        lists = await asyncio.gather(*map(self._listed, self._sources.values()))
        return [info for listed in lists for info in listed]

    async def offered(self, model: str) -> list[str]:
        """Names to choose from; those of the provider of ``model`` with its prefix as it has it.

        Raises:
            ModelError: that provider's list cannot be read now.
        """
        own, name = self._route(model)
        prefix = model.removesuffix(name)
        mine = [prefix + info.id for info in await (await self._client(own)).models()]
        others = [source for source in self._sources.values() if source is not own]
        lists = await asyncio.gather(*map(self._listed, others))
        return mine + [f"{info.provider}/{info.id}" for listed in lists for info in listed]

    async def check(self, model: str) -> Health:
        """Look for a model in its provider's list, and ask it once for a few tokens.

        Raises:
            ModelAbsent: there is no provider.
        """
        source, name = self._route(model)
        infos = await self._listed(source)
        listed = name in {info.id for info in infos} if infos else None
        return Health(model, listed, await self._probe(model), _warnings(source, name, infos))

    async def warnings(self, model: str) -> list[str]:
        """Sentences for the operator at the start: a model that is, or will be, shut down.

        Raises:
            ModelAbsent: there is no provider.
        """
        source, name = self._route(model)
        return _warnings(source, name, await self._listed(source))

    def _route(self, model: str) -> tuple[Source, str]:
        """The source for a model, and the model's name there."""
        if not self._sources:
            raise ModelAbsent("no provider is configured")
        provider, _, name = model.partition("/")
        if name and provider in self._sources:
            return self._sources[provider], name
        return next(iter(self._sources.values())), model

    async def _client(self, source: Source) -> Client:
        provider = await source.ready()
        if self.loopback_only and not provider.is_loopback:
            raise RuntimeError(f"{provider.name} is not on this machine")
        async with self._opening:
            if provider not in self._clients:
                self._clients[provider] = await asyncio.to_thread(self._connect, provider)
        return self._clients[provider]

    def _connect(self, provider: Provider) -> Client:
        # half a second of imports: in a thread, and not before somebody asks
        from bot.models.openai import OpenAIClient  # noqa: PLC0415
        from bot.models.prices import Prices  # noqa: PLC0415

        return OpenAIClient(provider, self._deadlines, Prices(self._prices))

    async def _listed(self, source: Source) -> Sequence[ModelInfo]:
        try:
            return await (await self._client(source)).models()
        except ModelError as error:
            _log.warning("models_unlisted", provider=source.name, error=str(error))
            return []

    async def _probe(self, model: str) -> ModelError | None:
        question = (ChatMessage(Role.USER, "Say yes."),)
        prompt = Prompt(model, question, max_output_tokens=_FEW)
        try:
            async with aclosing(await self._ask(prompt)) as events:
                async for _ in events:
                    pass
        except ModelError as error:
            return error
        return None


def _unseen(prompt: Prompt) -> Prompt:
    return replace(prompt, messages=tuple(replace(m, images=()) for m in prompt.messages))


def _warnings(source: Source, model: str, infos: Sequence[ModelInfo]) -> list[str]:
    date = next((info.shutdown for info in infos if info.id == model), None)
    if date is None and source.is_openai:
        date = catalogue.shutdown(model)
    return [_ending(source.name, model, date)] if date else []


def _ending(provider: str, model: str, date: str) -> str:
    return (
        f"{provider} shuts down the model {model} on {date}: "
        f"choose another, for example {catalogue.SUCCESSOR}."
    )
