"""``threadwise run``: the platforms, until they are told to stop."""

from collections.abc import Sequence

from bot.config import Config
from bot.errors import ConfigError


async def run(config: Config, platforms: Sequence[str], *, demo: bool) -> None:
    """Serve these platforms, or with none named all that have a token.

    Raises:
        ConfigError: everything that stands in the way, at once.
    """
    raise ConfigError(*problems(config, platforms, demo=demo))


def problems(config: Config, platforms: Sequence[str], *, demo: bool) -> list[str]:
    """What stands in the way, a sentence each. Pure."""
    found = [_NO_PROVIDER] if not (config.has_provider or demo) else []
    if platforms and config.redis_url is None:
        found.append(_OWN_STORE.format(", ".join(platforms)))
    return [*found, _NO_PLATFORM]


_NO_PROVIDER = (
    "A model is missing: set OPENAI_API_KEY, or OPENAI_BASE_URL for another provider"
    " (or try `threadwise run --demo`, with a tiny model that is often wrong)."
)
_OWN_STORE = (
    "{} alone needs a store that other processes share: set REDIS_URL"
    " (the embedded one serves a whole `threadwise run` on one machine)."
)
_NO_PLATFORM = (
    "This version speaks to people in the terminal only: use `threadwise chat`."
    " Discord and Slack are not in it yet, whatever tokens are set."
)
