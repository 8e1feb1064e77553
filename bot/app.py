"""The composition root: the only place that knows concrete stores, models and adapters."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from bot.accept import Door, Limits
from bot.clock import SystemClock
from bot.commands.base import Services
from bot.commands.table import Commands
from bot.config import Config
from bot.counters import Counters
from bot.delivery import Desk
from bot.errors import StoreError
from bot.messages import Account, ConversationKey, Turn
from bot.models.deadlines import Deadlines
from bot.models.embedded import MODEL, Embedded
from bot.models.providers import FREE, Price, Provider, Source
from bot.models.retry import Retries
from bot.models.router import Models
from bot.plain import NoFiles, NoLimits
from bot.ports import Clock, Inbox, Messenger, Observer, Pacer, Quota, Sources
from bot.prompt import PromptSettings
from bot.settings import Effective, SettingsReader
from bot.turn import Turns
from bot.worker import Pace, Worker
from storage.connect import check_layout, connect
from storage.health import require
from storage.inbox import RedisInbox
from storage.inbox.inbox import Terms
from storage.keys import Keys
from storage.quotas.notices import RedisNotices
from storage.scripts import Client, translated
from storage.settings import RedisSettings
from storage.usage import RedisUsage

CONSOLE = "console"
OPENAI = "https://api.openai.com/v1"
NO_KEY = "none"
"""For servers that want no key; the library insists on one."""


@dataclass(frozen=True, slots=True)
class Core:
    """What every platform works with, once it is put together."""

    config: Config
    client: Client
    keys: Keys
    inbox: Inbox
    door: Door
    commands: Commands
    models: Models
    reader: SettingsReader
    settings: RedisSettings
    ledger: RedisUsage
    notices: RedisNotices
    counters: Counters
    clock: Clock

    async def terms(self, conversation: ConversationKey) -> PromptSettings:
        """What holds for the prompts of a conversation now."""
        chosen = await self.reader.effective(conversation)
        return PromptSettings(
            model=chosen.model,
            persona=chosen.persona,
            history_turns=chosen.history_turns,
            budget=chosen.history_tokens,
            max_output_tokens=chosen.max_output_tokens,
            paused=chosen.paused,
            silence=0 if conversation.platform == CONSOLE else self.config.direct_silence,
        )

    def worker(
        self,
        accounts: Sequence[Account],
        messengers: Mapping[str, Messenger],
        pacers: Mapping[str, Pacer],
        *observers: Observer,
        sources: Sources | None = None,
        quota: Quota | None = None,
    ) -> Worker:
        """A worker for these accounts, which tells these observers beside the counters.

        Args:
            accounts: whose conversations it answers.
            messengers: by platform.
            pacers: by platform.
            observers: are told what happened.
            sources: none where no files come.
            quota: none where whoever asks pays.
        """
        config = self.config
        desk = Desk(self.inbox, pacers, self.clock)
        told = Observers(self.counters, *observers)
        turns = Turns(
            desk,
            self.models,
            messengers,
            sources or NoFiles(),
            quota or NoLimits(),
            self.ledger,
            told,
            config.turn_timeout,
        )
        pace = Pace(config.lease, config.sweep, config.drain, config.max_running)
        return Worker(accounts, turns, self.terms, pace)

    @property
    def default_model(self) -> str:
        """The model where no setting says otherwise."""
        return self.reader.defaults.model

    async def healthy(self) -> str:
        """What is wrong with this process, or ""."""
        try:
            with translated():
                await self.client.exists(self.keys.layout)
        except StoreError as error:
            return f"the store does not answer: {error}"
        return ""


class Observers:
    """Several observers as one."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def settled(self, turn: Turn) -> None:
        """Tell all of them."""
        for one in self._observers:
            one.settled(turn)

    def count(self, what: str, cause: str = "") -> None:
        """Tell all of them."""
        for one in self._observers:
            one.count(what, cause)


@asynccontextmanager
async def assembled(config: Config, *, demo: bool) -> AsyncIterator[Core]:
    """Connect to the store and the model, for as long as the block runs.

    Args:
        config: where they are.
        demo: use the embedded model.

    Raises:
        ConfigError: an address or a password is wrong.
        StoreError: the store is not there, or not fit for us.
    """
    keys, clock, counters = Keys(config.namespace), SystemClock(), Counters()
    async with AsyncExitStack() as stack:
        url = config.redis_url.get_secret_value() if config.redis_url else None
        reach = partial(connect, url, config.data_dir, timeout=config.store_timeout)
        client = await stack.enter_async_context(reach())
        renewing = await stack.enter_async_context(reach())
        await require(client)
        await check_layout(client, keys)
        sources = [await stack.enter_async_context(Embedded(config.data_dir))] if demo else []
        models = await stack.enter_async_context(_models(config, [*sources, *_providers(config)]))
        settings, ledger = RedisSettings(client, keys), RedisUsage(client, keys, clock)
        terms = Terms(config.lease, config.inbox_cap, history_ttl=config.history_ttl)
        inbox = RedisInbox(client, keys, terms, renewing)
        reader = SettingsReader(settings, _defaults(config, demo=demo), _ceilings(config))
        yield Core(
            config=config,
            client=client,
            keys=keys,
            inbox=inbox,
            door=Door(inbox, counters, clock, Limits(config.max_age, config.max_question)),
            commands=Commands(Services(inbox, settings, reader, ledger, models, clock=clock)),
            models=models,
            reader=reader,
            settings=settings,
            ledger=ledger,
            notices=RedisNotices(client, keys),
            counters=counters,
            clock=clock,
        )


def _models(config: Config, sources: Sequence[Source]) -> Models:
    prices = {name: Price(p.input, p.cached, p.output) for name, p in config.prices.items()}
    return Models(
        sources,
        prices={f"{Embedded.name}/{MODEL}": FREE, **prices},
        deadlines=Deadlines(config.first_token_timeout, config.silence_timeout),
        retries=Retries(attempts=config.model_retries + 1),
    )


def _providers(config: Config) -> list[Provider]:
    """The default provider first, where there is one."""
    found = []
    if config.has_provider:
        key = config.openai_api_key.get_secret_value() if config.openai_api_key else NO_KEY
        found.append(Provider("openai", config.openai_base_url or OPENAI, key))
    for name, one in config.providers.items():
        key = one.api_key.get_secret_value() if one.api_key else NO_KEY
        found.append(Provider(name, one.base_url, key, one.context_tokens))
    return found


def _defaults(config: Config, *, demo: bool) -> Effective:
    return Effective(
        model=f"{Embedded.name}/{MODEL}" if demo else config.model,
        persona=config.persona,
        history_turns=config.history_turns,
        history_tokens=config.history_tokens,
        max_output_tokens=config.max_output_tokens,
        place=config.place,
        streaming=config.streaming,
        direct=config.direct,
        guests=config.guests,
        quoted=config.quoted,
    )


def _ceilings(config: Config) -> dict[str, int]:
    """What no setting in a chat passes: the operator pays for it."""
    return {
        "history_turns": config.history_turns,
        "history_tokens": config.history_tokens,
        "max_output_tokens": config.max_output_tokens,
    }
