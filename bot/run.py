"""``threadwise run``: the platforms, until they are told to stop."""

from collections.abc import Sequence

from bot.config import Config
from bot.errors import ConfigError


async def run(config: Config, platforms: Sequence[str], *, demo: bool) -> None:
    """Serve these platforms, or with none named all that have a token.

    Raises:
        ConfigError: there is no model that may answer, or no such platform in this version.
    """
    if not (config.has_provider or demo):
        raise ConfigError(_NO_PROVIDER)
    raise ConfigError(_NO_PLATFORM.format(" or ".join(platforms) or "Discord or Slack"))


_NO_PROVIDER = (
    "A model is missing: set OPENAI_API_KEY, or OPENAI_BASE_URL for a provider other than OpenAI."
)
_NO_PLATFORM = (
    "This version speaks to people in the terminal only, with `threadwise chat`:"
    " it has no {} yet, whatever tokens are set."
)
