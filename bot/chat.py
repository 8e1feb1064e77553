"""``threadwise chat``: puts the terminal together with the core, for one conversation."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from adapters.console.client import HOW_TO_LEAVE, Chat, Setup, Ways
from adapters.console.footer import footer, raw
from adapters.console.inbound import account_of, place_of
from adapters.console.lines import Lines, PipedLines
from adapters.console.messenger import ConsoleMessenger, FramePacer
from adapters.console.screen import Pipe, Screen
from bot import __version__
from bot.app import CONSOLE, Core, assembled
from bot.config import Config
from bot.errors import ConfigError, MessengerError, ModelError, StoreError
from bot.logs import configure
from bot.messages import KEPT, ConversationKey
from bot.settings import PARSERS, Value, nearest
from bot.words import sentence
from bot.worker import Worker

TINY = (
    "This model is a tiny one that runs on this machine: it is often wrong, and knows English"
    " only. For a real one set OPENAI_API_KEY, or OPENAI_BASE_URL for another provider."
)
LOADING = "Loading the model …"
_EMBEDDED = "embedded/"
_PATIENCE = 2.0
"""Seconds for a provider's list of models."""
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    conversation: str | None
    """None: one without a name, forgotten at the end."""
    settings: Mapping[str, Value]
    """They hold for this run, whatever is stored."""
    raw: bool
    """Show the fields of the model's response."""


@dataclass(frozen=True, slots=True)
class Surface:
    """Where a person, or another program, sits."""

    screen: Screen
    lines: Lines
    interactive: bool


async def chat(config: Config, options: Options) -> int:
    """Talk until somebody leaves, or SIGTERM or SIGHUP comes; the exit status.

    Raises:
        ConfigError: it cannot begin.
        StoreError: it cannot begin, or the store was away when it was needed.
    """
    configure(config.log_format, _log_file(config.data_dir), config.secrets)
    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(assembled(config, demo=not config.has_provider))
        core.reader.defaults = replace(core.reader.defaults, **dict[str, Any](options.settings))
        place = place_of(options.conversation or secrets.token_hex(8))
        if options.conversation is None:
            stack.push_async_callback(_forget, core, place)
        if config.port:
            await stack.enter_async_context(_serving(config.port, core))
        surface = stack.enter_context(_surface())
        await _greet(core, place, options, surface.screen)
        failed = await _converse(core, place, options, surface)
        return int(failed and not surface.interactive)


async def _converse(
    core: Core, place: ConversationKey, options: Options, surface: Surface
) -> bool:
    """Chat, with a worker of its own beside it; whether a question stayed unanswered."""
    setup = Setup()
    ways = Ways(core.door.accept, core.commands.run, core.inbox, core.clock)
    client = Chat(ways, place, surface.screen, setup, raw if options.raw else footer)
    messengers = {CONSOLE: ConsoleMessenger(surface.screen)}
    pacers = {CONSOLE: FramePacer(core.clock)}
    worker = core.worker([account_of(place)], messengers, pacers, client)
    left = await core.inbox.waiting(place)
    async with asyncio.TaskGroup() as group:
        working = group.create_task(_work(worker, setup))
        preparing = group.create_task(_prepare(core, place, options, surface.screen, setup))
        talking = group.create_task(client.talk(surface.lines, left))
        calls: Mapping[str, Callable[[], object]] = {
            "SIGTERM": talking.cancel,
            "SIGHUP": lambda: (working.cancel(), talking.cancel()),
            "SIGINT": lambda: group.create_task(client.interrupt()),
        }
        with _signals(calls):
            await asyncio.wait([talking])
            preparing.cancel()
            worker.stop()
            await asyncio.wait([working])
    return client.failed


async def _work(worker: Worker, setup: Setup) -> None:
    """Nothing is answered before it is known by which model, not even what a crash left open."""
    await setup.ready.wait()
    await worker.run()


def _log_file(data_dir: Path) -> Path:
    """The log, in a folder that nobody else reads."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"The data directory {data_dir} cannot be made ({error.strerror}): set"
            " THREADWISE_DATA_DIR to another."
        ) from error
    return data_dir / "threadwise.log"


@asynccontextmanager
async def _serving(port: int, core: Core) -> AsyncIterator[None]:
    from adapters.http import serving  # noqa: PLC0415 - 0.2 s that few chats need

    async with serving(port, core.healthy, core.counters.render):
        yield


@contextmanager
def _surface() -> Iterator[Surface]:
    """The person's screen and keyboard; or pipes, for which nothing slow is imported."""
    if not sys.stdout.isatty():
        yield Surface(Pipe(sys.stdout.buffer, sys.stderr.buffer), _piped(), interactive=False)
        return
    from adapters.console.terminal import Terminal  # noqa: PLC0415

    if not sys.stdin.isatty():
        yield Surface(Terminal(), _piped(), interactive=False)
        return
    from adapters.console.prompt import PromptLines, quiet_keys  # noqa: PLC0415

    with quiet_keys():
        yield Surface(Terminal(), PromptLines(), interactive=True)


def _piped() -> PipedLines:
    """With a reader of its own: Python ends by closing ``sys.stdin``, which a thread may hold."""
    return PipedLines(os.fdopen(sys.stdin.fileno(), "rb", closefd=False))


@contextmanager
def _signals(calls: Mapping[str, Callable[[], object]]) -> Iterator[None]:
    """Call these inside the loop when their signals come; a system need not have all."""
    loop = asyncio.get_running_loop()
    known = {getattr(signal, name): call for name, call in calls.items() if hasattr(signal, name)}

    def hear(number: int, _: object) -> None:
        loop.call_soon_threadsafe(known[number])

    before = {number: signal.signal(number, hear) for number in known}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _greet(core: Core, place: ConversationKey, options: Options, screen: Screen) -> None:
    for name in options.settings:  # the command line wins over what was set here before
        await core.settings.store(nearest(place), name, None)
    model = (await core.terms(place)).model
    await screen.note(f"Threadwise {__version__}, {model}. /help lists commands. {HOW_TO_LEAVE}")
    if model.startswith(_EMBEDDED):
        await screen.note(TINY)
    if options.conversation:
        kept = [turn for turn in await core.inbox.turns(place) if turn.ending.state in KEPT]
        turns = f"{len(kept)} turn{'s' * (len(kept) != 1)}"
        await screen.note(f"{options.conversation}: {turns} remembered.")


async def _prepare(
    core: Core, place: ConversationKey, options: Options, screen: Screen, setup: Setup
) -> None:
    """What goes on while the prompt is already there."""
    try:
        if core.config.openai_base_url and "model" not in {
            *core.config.model_fields_set,
            *options.settings,
        }:
            await _choose(core, screen)
        model = (await core.terms(place)).model
        setup.progress = LOADING * model.startswith(_EMBEDDED)
        setup.ready.set()
        await core.models.warm(model)
        setup.progress = ""
        for warning in await core.models.warnings(model):
            await screen.note(warning)
    except MessengerError:
        return
    except (ModelError, StoreError) as error:
        await screen.note(f"{sentence(error)} ({error})")
    finally:
        setup.progress = ""
        setup.ready.set()


async def _choose(core: Core, screen: Screen) -> None:
    """Where another provider does not list the default model, take the first that it lists."""
    default, listed = core.default_model, []
    await core.models.warm(default)  # imports, which are not the provider's time
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            models = await core.models.models()
            listed = [model.id for model in models if model.provider == "openai"]
    if listed and default not in listed:
        core.reader.defaults = replace(core.reader.defaults, model=listed[0])
        await screen.note(
            f"{default} is not offered there: {listed[0]} answers, the first that is."
            " THREADWISE_MODEL, --model or /model choose another."
        )


async def _forget(core: Core, place: ConversationKey) -> None:
    """Nobody can come back to a conversation without a name."""
    try:
        for question in await core.inbox.waiting(place):
            await core.inbox.change(account_of(place).name, place, question, "", None)
        await core.inbox.forget(place)
        for name in PARSERS:
            await core.settings.store(nearest(place), name, None)
    except StoreError as error:  # then it expires
        _log.warning("not forgotten", conversation=place, error=str(error))
