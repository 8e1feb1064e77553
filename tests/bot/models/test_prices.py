"""What an answer costs."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from bot.completion import Metered
from bot.messages import Usage
from bot.models.embedded import MODEL, Embedded
from bot.models.prices import Prices
from bot.models.providers import FREE, Price, Provider, Source
from bot.models.router import Models
from tests.bot.models.asking import ask_server
from tests.platforms.model_server import ModelServer, Reply

TABLES = ("bot.models.prices", "genai_prices")
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


@pytest.mark.parametrize(
    ("model", "cost"),
    [
        ("gpt-6-luna", Decimal("0.00017784")),
        ("local/gpt-6-luna", None),
        (f"embedded/{MODEL}", Decimal()),
        ("embedded/gpt-6-luna", None),
    ],
)
async def test_list_price_of_any_model(model: str, cost: Decimal | None) -> None:
    """What an answer would cost is known without asking, of whichever provider; or it is not."""
    sources: list[Source] = [OPENAI, LOCAL, Embedded(Path())]
    models = Models(sources, prices={f"embedded/{MODEL}": FREE})
    assert models.cost(model, USED) == await models.quote(model, USED) == cost


async def test_a_first_quote_blocks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of prices, which take long to load, are loaded beside the loop."""
    for name in [name for name in sys.modules if name.startswith(TABLES)]:
        monkeypatch.delitem(sys.modules, name)
    assert await Models([OPENAI]).quote("gpt-6-luna", USED)


async def test_cost_of_an_answer(server: ModelServer) -> None:
    """An answer of a priced model says what it cost."""
    server.script(Reply(["a"] * 10))
    price = Price(Decimal(3), Decimal(1), Decimal(5))
    events = await ask_server(server, prices={"here/m": price})
    assert Metered(Usage(1, 0, 10), Decimal("0.000053")) in events
