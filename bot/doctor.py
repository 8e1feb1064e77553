"""``threadwise doctor``: looks at everything that Threadwise needs, and says what to do."""

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

from adapters.discord import checks as discord
from adapters.slack import checks as slack
from adapters.slack.manifest import manifest
from bot import logs
from bot.app import Core, assembled
from bot.config import Config
from bot.errors import ConfigError, MessengerError, ModelError, StoreError
from bot.models.router import Health
from bot.values import plain
from bot.words import sentence
from storage.connect import LAYOUT
from storage.health import Finding, examine
from storage.tokens import RedisFingerprints


async def doctor(config: Config, say: Callable[[str], None]) -> int:
    """Say each finding in a line, with what to do; the number of things that are wrong.

    What is logged meanwhile goes to stderr.
    """
    logs.configure(config.log_format, sys.stderr, config.secrets)
    wrong = 0
    async for found in _findings(config):
        wrong += not found.ok
        say(f"{'ok ' if found.ok else '!! '} {found.what}{'' if found.ok else f': {found.fix}'}")
    return wrong


def slack_manifest(config: Config, command: str, *, least: bool, name: str, url: str) -> str:
    """What to create a Slack app from, as JSON; ``doctor`` compares apps with it.

    Args:
        config: names the slash command where ``command`` is "".
        command: the slash command.
        least: with the fewest scopes.
        name: of the app.
        url: where Slack reaches PORT; "": Socket Mode.
    """
    command = command or config.slack_command
    return json.dumps(manifest(least=least, name=name, command=command, url=url), indent=2)


async def _findings(config: Config) -> AsyncIterator[Finding]:
    """The configuration was read already, or we were not here."""
    yield Finding(ok=True, what="The configuration can be read")
    async with AsyncExitStack() as stack:
        try:
            core = await stack.enter_async_context(assembled(config, demo=not config.has_provider))
        except (ConfigError, StoreError) as error:
            yield Finding(ok=False, what="The store cannot be used", fix=str(error))
            return
        yield Finding(ok=True, what=f"The store answers ({_store(config)})")
        yield Finding(ok=True, what=f"The store's layout fits: {LAYOUT}")
        for found in await examine(core.client):
            yield found
        async for found in _model(core):
            yield found
        async for found in _discord(core):
            yield found
        async for found in _slack(core):
            yield found


def _store(config: Config) -> str:
    return "REDIS_URL" if config.redis_url else f"embedded, in {config.data_dir}"


async def _model(core: Core) -> AsyncIterator[Finding]:
    if not core.config.has_provider:
        yield Finding(
            ok=True, what="No provider is set: chat uses a tiny embedded model, run needs one"
        )
    model = core.default_model
    try:
        health = await core.models.check(model)
    except ModelError as error:
        yield Finding(ok=False, what=f"The model {model}", fix=f"{sentence(error)} ({error})")
        return
    yield _listed(health)
    fix = f"{sentence(health.error)} ({health.error})" if health.error else ""
    yield Finding(health.error is None, f"The model {model} answers a short question", fix)
    for warning in health.warnings:
        yield Finding(ok=False, what="The model", fix=warning)


def _listed(health: Health) -> Finding:
    """Without a list nothing is wrong yet: the model's answer decides."""
    if health.listed is None:
        return Finding(
            ok=True, what="The provider's list of models could not be read, or is empty"
        )
    fix = "THREADWISE_MODEL must name one that the provider lists"
    return Finding(health.listed, f"The provider's list has {health.model}", fix)


async def _discord(core: Core) -> AsyncIterator[Finding]:
    config = core.config
    if config.discord_bot_token is None:
        yield Finding(ok=True, what="Discord is off: no DISCORD_BOT_TOKEN is set")
        return
    token, fingerprints = (
        plain(config.discord_bot_token),
        RedisFingerprints(core.client, core.keys),
    )
    checks = discord.examined(token, config.discord_api_url, config.discord_guilds, fingerprints)
    async for found in _found("Discord", checks):
        yield found


async def _slack(core: Core) -> AsyncIterator[Finding]:
    config = core.config
    given = slack.Given(
        plain(config.slack_bot_token),
        plain(config.slack_app_token),
        plain(config.slack_signing_secret),
        config.port,
        config.slack_api_url,
        config.slack_client_id or "",
    )
    if not (given.bot_token or given.app_token or given.signing_secret):
        yield Finding(ok=True, what="Slack is off: no SLACK_BOT_TOKEN is set")
        return
    async for found in _found("Slack", slack.examined(given, core.inbox, core.clock)):
        yield found


async def _found(
    platform: str, checks: AsyncIterator[tuple[bool, str, str]]
) -> AsyncIterator[Finding]:
    """What was found, up to where the platform says no more."""
    try:
        async for check in checks:
            yield Finding(*check)
    except ConfigError as error:
        yield Finding(ok=False, what=platform, fix=str(error))
    except MessengerError as error:
        yield Finding(ok=False, what=platform, fix=f"{sentence(error)} ({error})")
