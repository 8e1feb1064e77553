"""What keeps ``threadwise run`` from beginning."""

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.config import load
from bot.errors import ConfigError
from bot.run import run


async def problem(*platforms: str, demo: bool = False) -> str:
    """The one sentence that ``run`` stops with."""
    with pytest.raises(ConfigError) as raised:
        await run(load(None), platforms, demo=demo)
    (sentence,) = raised.value.problems
    assert sentence.count(".") == 1
    return sentence


async def test_run_stops_with_a_sentence_without_a_provider() -> None:
    """A provider is missing; the embedded model answers no platform unless it was asked for."""
    for platforms in ((), ("discord", "worker")):
        said = await problem(*platforms)
        assert "OPENAI_API_KEY" in said
        assert "--demo" not in said


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL"])
async def test_a_provider_is_enough(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """With a key, or another server's address, it is the platforms that are missing."""
    monkeypatch.setenv(name, "http://127.0.0.1:1/v1")
    said = await problem()
    assert "terminal only" in said
    assert "OPENAI" not in said


async def test_the_demo_has_no_platform_either() -> None:
    """With the embedded model nothing but the platform is missing, and the one asked is named."""
    assert "has no slack yet" in await problem("slack", demo=True)


def test_a_platform_that_does_not_exist_is_refused() -> None:
    """A typing error is told before anything begins, with the names that there are."""
    met = CliRunner().invoke(cli, ["run", "telegram"])
    assert met.exit_code == 2
    assert "discord" in met.output
