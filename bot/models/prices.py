"""What an answer cost, in dollars: never a guess, and never 0 for "unknown"."""

from collections.abc import Mapping
from decimal import Decimal

import genai_prices
import genai_prices.data  # its tables, loaded with this module and not while an answer waits

from bot.messages import Usage
from bot.models.providers import Price, Provider, Source

_MILLION = 1_000_000


class Prices:
    """The operator's own prices, by ``provider/model``, before the public ones."""

    def __init__(self, own: Mapping[str, Price]) -> None:
        self._own = own

    def cost(
        self, source: Source, model: str, usage: Usage, *, cache_writes: int = 0
    ) -> Decimal | None:
        """The price of one answer; None: unknown."""
        price = self._own.get(f"{source.name}/{model}")
        return _own(price, usage) if price else _public(source, model, usage, cache_writes)


def _own(price: Price, usage: Usage) -> Decimal:
    fresh = usage.prompt_tokens - usage.cached_tokens
    dollars = (
        price.input * fresh
        + price.cached * usage.cached_tokens
        + price.output * usage.completion_tokens
    )
    return dollars / _MILLION


def _public(source: Source, model: str, usage: Usage, cache_writes: int) -> Decimal | None:
    """By the provider's address: a server of one's own never has OpenAI's prices."""
    if not isinstance(source, Provider):  # it has no address yet: it runs on this machine
        return None
    try:
        return genai_prices.calc_price(
            genai_prices.Usage(
                input_tokens=usage.prompt_tokens,
                cache_read_tokens=usage.cached_tokens,
                cache_write_tokens=cache_writes,
                output_tokens=usage.completion_tokens,
            ),
            model,
            provider_api_url=source.base_url,
        ).total_price
    except (LookupError, ValueError):  # not in its tables; or counts that contradict each other
        return None
