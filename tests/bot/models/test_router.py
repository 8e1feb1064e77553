"""Several providers behind one model."""

import asyncio
import subprocess
import sys

import pytest
from structlog.testing import capture_logs

from bot.errors import ModelAbsent, ModelUnknown, WrongKey
from bot.models import catalogue
from bot.models.providers import ModelInfo, Provider
from bot.models.router import Models
from tests.bot.models.asking import ask, models, prompt, provider, text
from tests.platforms.model_server import UNKNOWN_MODEL, ModelServer


@pytest.mark.parametrize(
    ("asked", "provider_name", "model"),
    [
        ("first/a", "first", "a"),
        ("second/a", "second", "a"),
        ("a", "first", "a"),
        ("meta-llama/llama-3", "first", "meta-llama/llama-3"),
        ("second/meta-llama/llama-3", "second", "meta-llama/llama-3"),
        ("second", "first", "second"),
    ],
)
async def test_route(asked: str, provider_name: str, model: str) -> None:
    """A provider's name before the slash leads to it; all else goes whole to the first one."""
    async with ModelServer() as first, ModelServer() as second:
        servers = {"first": first, "second": second}
        sources = [provider(server, name=name) for name, server in servers.items()]
        async with Models(sources) as running:
            await ask(running, prompt(model=asked))
        got = {n: [r.body["model"] for r in s.requests] for n, s in servers.items()}
        assert got == {"first": [], "second": []} | {provider_name: [model]}


async def test_many_at_once(server: ModelServer) -> None:
    """Questions asked together get each its own answer."""
    async with models(server) as running, asyncio.TaskGroup() as group:
        asked = [prompt(f"question {n}") for n in range(50)]
        tasks = [group.create_task(ask(running, question)) for question in asked]
    answers = [text(task.result()) for task in tasks]
    assert answers == [f"answer to: question {n} [1 messages]" for n in range(50)]


async def test_no_provider() -> None:
    """Without a provider there is no model."""
    async with Models([]) as running:
        with pytest.raises(ModelAbsent):
            await ask(running)


async def test_no_key(server: ModelServer) -> None:
    """A server without keys needs none."""
    async with Models([provider(server, api_key="")]) as running:
        assert text(await ask(running)) == "answer to: hello [1 messages]"


async def test_other_machines_are_forbidden_here() -> None:
    """With the switch on, no question leaves this machine."""
    async with Models([Provider("openai", "https://api.openai.com/v1", "sk-x")]) as running:
        with pytest.raises(RuntimeError, match="openai is not on this machine"):
            await ask(running)


@pytest.mark.parametrize(
    ("url", "loopback", "openai"),
    [
        ("http://127.0.0.1:1/v1", True, False),
        ("http://[::1]:1/v1", True, False),
        ("http://localhost:11434/v1", True, False),
        ("http://192.168.0.2/v1", False, False),
        ("https://api.openai.com/v1", False, True),
        ("https://eu.api.openai.com/v1", False, True),
        ("https://api.openai.com.example.org/v1", False, False),
        ("https://127.0.0.1.example.org/v1", False, False),
    ],
)
def test_addresses(url: str, *, loopback: bool, openai: bool) -> None:
    """A provider knows from its address whether it is OpenAI, and whether it is this machine."""
    known = Provider("p", url, "k")
    assert (known.is_loopback, known.is_openai) == (loopback, openai)


def test_key_is_not_printed() -> None:
    """A provider in a log does not show its key."""
    assert "sk-secret" not in repr(Provider("p", "http://127.0.0.1/v1", "sk-secret"))


async def test_context_tokens(server: ModelServer) -> None:
    """The provider's own limit holds, else what is known of the model."""
    sources = [provider(server), provider(server, name="small", context_tokens=99)]
    async with Models(sources) as running:
        assert running.context_tokens("small/gpt-6-luna") == 99
        assert running.context_tokens("gpt-6-luna") == catalogue.context_tokens("gpt-6-luna")


async def test_list(server: ModelServer) -> None:
    """All providers' models are listed; one out of reach is missing, and the log says so."""
    server.models = {"a": None, "b": "2027-01-14"}
    gone = provider(server, name="gone", base_url="http://127.0.0.1:9/v1")
    async with Models([gone, provider(server)]) as running:
        with capture_logs() as logs:
            listed = await running.models()
    assert listed == [ModelInfo("here", "a"), ModelInfo("here", "b", "2027-01-14")]
    assert [(line["event"], line["provider"]) for line in logs] == [("models_unlisted", "gone")]


async def test_check_of_a_good_model(server: ModelServer) -> None:
    """A listed model that answers is fine, and a few tokens were enough to see it."""
    async with models(server) as running:
        health = await running.check("here/gpt-6-luna")
    assert (health.listed, health.error) == (True, None)
    assert server.requests[0].body["max_completion_tokens"] == 16


async def test_check_of_a_wrong_key(server: ModelServer) -> None:
    """A key that the provider does not know is found by both steps."""
    server.key = "another"
    async with models(server) as running:
        health = await running.check("gpt-6-luna")
    assert health.listed is None
    assert isinstance(health.error, WrongKey)


async def test_check_of_an_unknown_model(server: ModelServer) -> None:
    """A model that is not listed and does not answer is unknown."""
    server.for_model("nope", UNKNOWN_MODEL)
    async with models(server) as running:
        health = await running.check("nope")
    assert health.listed is False
    assert isinstance(health.error, ModelUnknown)


async def test_warning_of_a_listed_date(server: ModelServer) -> None:
    """A model whose provider announces its end is warned of, with the day."""
    server.models = {"old": "2027-01-14", "new": None}
    async with models(server) as running:
        assert await running.warnings("new") == []
        (warning,) = await running.warnings("here/old")
    assert "old on 2027-01-14" in warning


async def test_no_guess_about_other_providers(server: ModelServer) -> None:
    """OpenAI's dates say nothing of another provider's model of the same name."""
    async with models(server) as running:
        assert await running.warnings("gpt-4o") == []


@pytest.mark.parametrize(
    ("model", "date"),
    [
        ("gpt-4o-mini", "2027-01-14"),
        ("gpt-5-mini-2025-08-07", "2026-12-11"),
        ("gpt-4o-2024-05-13", "2026-10-23"),
        ("gpt-6-luna", None),
    ],
)
def test_known_dates(model: str, date: str | None) -> None:
    """The catalogue knows OpenAI's announced ends, of snapshots too."""
    assert catalogue.shutdown(model) == date


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("gpt-6-luna", 272_000),
        ("openai/gpt-4o", 112_000),
        ("gpt-5.4-mini", 272_000),
        ("gpt-5.3-chat-latest", 112_000),
        ("llama3", catalogue.UNKNOWN_CONTEXT),
    ],
)
def test_known_contexts(model: str, tokens: int) -> None:
    """The longest name that a model begins with says how long its prompts may be."""
    assert catalogue.context_tokens(model) == tokens


def test_nothing_heavy_at_start() -> None:
    """Neither the SDK nor the price tables are imported before somebody asks."""
    code = (
        "import sys, bot.models.router, bot.models.embedded; "
        "print({'openai', 'genai_prices', 'pydantic'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
