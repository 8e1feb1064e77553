"""``threadwise run``: the platforms, until they are told to stop."""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)

import structlog

from bot import logs
from bot.app import Core, assembled
from bot.config import Config
from bot.errors import ConfigError, ModelError
from bot.quota import Limits, Quotas
from bot.side import Side
from bot.sources import Library
from bot.worker import Worker
from storage.images import RedisImages
from storage.quotas.reservations import RedisReservations

_log = structlog.stdlib.get_logger(__name__)
_YOUNG = 5_000
"""New objects until the collector looks for cycles among them; Python's own is 700."""
WORKER, DISCORD, SLACK = "worker", "discord", "slack"
_NO_PROVIDER = (
    "A model is missing: set OPENAI_API_KEY, or OPENAI_BASE_URL for a provider other than OpenAI."
)
_NO_PLATFORM = (
    "A platform is missing: set DISCORD_BOT_TOKEN or SLACK_BOT_TOKEN, or talk in the terminal"
    " with `threadwise chat`."
)
_NAMED_ALONE = "{0} is named, but has no token: set {1}_BOT_TOKEN, or leave `{0}` out."
_HALF_SLACK = (
    "SLACK_BOT_TOKEN is half of what Slack needs: set SLACK_APP_TOKEN for Socket Mode, or"
    " SLACK_SIGNING_SECRET and PORT for HTTP."
)
_NO_BOT = "SLACK_BOT_TOKEN is missing: SLACK_APP_TOKEN and SLACK_SIGNING_SECRET need it."
_NO_STORE = (
    "REDIS_URL is missing: processes that share the work share a store, so set it, or say"
    " `threadwise run` without more for everything in one process."
)


async def run(config: Config, platforms: Sequence[str], *, demo: bool) -> None:
    """Serve these platforms, or with none named all that have a token, until SIGTERM or SIGINT.

    Args:
        config: the environment.
        platforms: what this process does: listen to platforms, and be a ``worker`` that answers;
            with none named it does all.
        demo: let the embedded model answer.

    Raises:
        ConfigError: everything that is missing, or what the platform refused.
        StoreError: the store is not there, or not fit.
    """
    if problems := list(_problems(config, platforms, demo=demo)):
        raise ConfigError(*problems)
    logs.configure(config.log_format, sys.stderr, config.secrets)
    stop = asyncio.Event()
    with _told(stop):
        async with serving(config, platforms, demo=demo):
            _spare_the_collector()
            await stop.wait()


@asynccontextmanager
async def serving(
    config: Config, platforms: Sequence[str] = (), *, demo: bool = False
) -> AsyncIterator[Core]:
    """Serve for as long as the block runs, then let running answers end or hand them over."""
    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(assembled(config, demo=demo))
        await _warmed(core)
        sides = [await stack.enter_async_context(one) for one in _sides(core, platforms)]
        if config.port:
            await stack.enter_async_context(_watched(config.port, core, sides))
        with _plain():
            async with asyncio.TaskGroup() as group, _work(core, sides, platforms, group):
                yield core


def _sides(core: Core, platforms: Sequence[str]) -> Iterator[AbstractAsyncContextManager[Side]]:
    """What this process has to do with: whoever answers needs every platform with a token."""
    every = WORKER in platforms or not platforms
    wanted = _with_token(core.config) & ({DISCORD, SLACK} if every else set(platforms))
    if DISCORD in wanted:
        from bot.on_discord import discord_side  # noqa: PLC0415 - half a second that not all need

        yield discord_side(core)
    if SLACK in wanted:
        from bot.on_slack import slack_side  # noqa: PLC0415 - likewise

        yield slack_side(core)


def _with_token(config: Config) -> set[str]:
    tokens = {DISCORD: config.discord_bot_token, SLACK: config.slack_bot_token}
    return {platform for platform, token in tokens.items() if token}


def _spare_the_collector() -> None:
    """What is loaded stays, and answers live for seconds: both need no look again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20)


@asynccontextmanager
async def _work(
    core: Core, sides: Sequence[Side], platforms: Sequence[str], group: asyncio.TaskGroup
) -> AsyncIterator[None]:
    """Listen, and answer, as far as this process is asked to; drained at the end."""
    heard = [side for side in sides if not platforms or side.platform in platforms]
    background = [group.create_task(side.pace()) for side in sides]
    background += [group.create_task(side.listen()) for side in heard]
    worker = _worker(core, sides)
    working = [group.create_task(worker.run())] * (not platforms or WORKER in platforms)
    yield
    worker.stop()
    await asyncio.gather(*working)
    for task in background:
        task.cancel()


@contextmanager
def _plain() -> Iterator[None]:
    """What went wrong first, without the group that it comes in."""
    try:
        yield
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


def _problems(config: Config, platforms: Sequence[str], *, demo: bool) -> Iterator[str]:
    if not (config.has_provider or demo):
        yield _NO_PROVIDER
    served = _with_token(config)
    slack = config.slack_app_token or config.slack_signing_secret
    for name in sorted({*platforms} - {WORKER} - served):
        yield _NAMED_ALONE.format(name, name.upper())
    if slack and SLACK not in served:
        yield _NO_BOT
    elif not served and not platforms:
        yield _NO_PLATFORM
    if SLACK in served and not (config.slack_app_token or (slack and config.port)):
        yield _HALF_SLACK
    if platforms and set(platforms) != {*served, WORKER} and not config.redis_url:
        yield _NO_STORE


def _worker(core: Core, sides: Sequence[Side]) -> Worker:
    config = core.config
    on = config.quotas == "on"
    limits = Limits(
        config.budget,
        config.workspace_budget if on else None,
        config.questions_per_hour if on else None,
        config.answers_at_once if on else None,
        config.turn_timeout,
    )
    reservations = RedisReservations(core.client, core.keys)
    return core.worker(
        [side.account for side in sides],
        {side.platform: side.messenger for side in sides},
        {side.platform: side.pacer for side in sides},
        sources=Library(
            {side.platform: side.reader for side in sides},
            RedisImages(core.client, core.keys),
            core.reader.effective,
            config.history_ttl,
        ),
        quota=Quotas(reservations, core.notices, core.models, limits, core.clock),
    )


async def _warmed(core: Core) -> None:
    """Load what asking needs: the first question must not wait for it."""
    try:
        await core.models.warm(core.default_model)
    except ModelError as error:
        _log.warning("the model is not ready", model=core.default_model, error=str(error))


@asynccontextmanager
async def _watched(port: int, core: Core, sides: Sequence[Side]) -> AsyncIterator[None]:
    from adapters.http import serving as watched  # noqa: PLC0415 - 0.2 s that not all need

    posts = {path: handler for side in sides for path, handler in side.posts.items()}
    async with watched(port, core.healthy, core.counters.render, posts=posts):
        yield


@contextmanager
def _told(stop: asyncio.Event) -> Iterator[None]:
    """Set the event when somebody wants this process to end."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
