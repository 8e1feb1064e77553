"""What an answer costs."""

from decimal import Decimal

import pytest

from bot.messages import Metered, Usage
from bot.models.prices import Prices
from bot.models.providers import Price, Provider
from tests.bot.models.asking import ask_server
from tests.platforms.model_server import ModelServer, Reply

OPENAI = Provider("openai", "https://api.openai.com/v1", "sk-x")
LOCAL = Provider("local", "http://127.0.0.1:1/v1", "")
USED = Usage(prompt_tokens=1200, cached_tokens=1024, completion_tokens=300)
OWN = {"openai/gpt-6-luna": Price(Decimal(1), Decimal("0.5"), Decimal(2))}


def test_public_price() -> None:
    """OpenAI's answers cost what its price list says, cached tokens less."""
    assert Prices({}).cost(OPENAI, "gpt-6-luna", USED) == Decimal("0.00017784")


def test_cache_writes_are_charged() -> None:
    """Tokens that go into the provider's cache cost what its price list says."""
    cost = Prices({}).cost(OPENAI, "gpt-6-luna", USED, cache_writes=100)
    assert cost == Decimal("0.00018034")


@pytest.mark.parametrize(
    ("provider", "model", "usage"),
    [
        (OPENAI, "gpt-99", USED),
        (LOCAL, "gpt-6-luna", USED),
        (OPENAI, "gpt-6-luna", Usage(prompt_tokens=1, cached_tokens=2)),
    ],
)
def test_unknown_is_not_free(provider: Provider, model: str, usage: Usage) -> None:
    """An unknown model, a server of one's own, counts that cannot be: the cost is unknown."""
    assert Prices({}).cost(provider, model, usage) is None


def test_own_price_wins() -> None:
    """A price from the configuration goes before the public one."""
    cost = Prices(OWN).cost(OPENAI, "gpt-6-luna", USED)
    assert cost == Decimal(176 * 1 + 512 + 600) / 1_000_000


async def test_cost_of_an_answer(server: ModelServer) -> None:
    """An answer of a priced model says what it cost."""
    server.script(Reply(["a"] * 10))
    price = Price(Decimal(3), Decimal(1), Decimal(5))
    events = await ask_server(server, prices={"here/m": price})
    assert Metered(Usage(1, 0, 10), Decimal("0.000053")) in events
