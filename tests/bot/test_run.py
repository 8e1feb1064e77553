"""What keeps ``threadwise run`` from beginning."""

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.config import load
from bot.errors import ConfigError, StoreUnavailable
from bot.run import run

MODEL = {"OPENAI_API_KEY": "key"}
DISCORD = {"DISCORD_BOT_TOKEN": "token"}
AWAY = {"REDIS_URL": "redis://127.0.0.1:9"}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The environment that a test asks for."""
    for name, value in request.param.items():
        monkeypatch.setenv(name, value)


async def problems(*platforms: str, demo: bool = False) -> tuple[str, ...]:
    """The sentences that ``run`` stops with."""
    with pytest.raises(ConfigError) as raised:
        await run(load(None), platforms, demo=demo)
    return raised.value.problems


async def test_everything_that_is_missing_is_said_at_once() -> None:
    """Neither a model nor a platform: two sentences, each with what to set."""
    model, platform = await problems()
    assert "OPENAI_API_KEY" in model
    assert "--demo" not in model
    assert "DISCORD_BOT_TOKEN" in platform


@pytest.mark.parametrize("given", [DISCORD], indirect=True)
@pytest.mark.usefixtures("given")
async def test_run_stops_with_a_sentence_without_a_provider() -> None:
    """The embedded model answers no platform unless it was asked for."""
    (said,) = await problems()
    assert "OPENAI_API_KEY" in said


@pytest.mark.parametrize("given", [MODEL | DISCORD], indirect=True)
@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("kind", ["discord", "worker"])
async def test_processes_that_share_the_work_need_a_store(kind: str) -> None:
    """One half of the bot alone never falls back to a store that the other half does not see."""
    (said,) = await problems(kind)
    assert "REDIS_URL" in said


@pytest.mark.parametrize("given", [MODEL | DISCORD], indirect=True)
@pytest.mark.usefixtures("given")
async def test_a_platform_that_is_named_needs_its_token() -> None:
    """What was asked for by name and cannot be served is said, with what to set."""
    said = await problems("slack", "worker")
    assert "SLACK_BOT_TOKEN" in said[0]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (MODEL | {"SLACK_BOT_TOKEN": "xoxb"}, "SLACK_APP_TOKEN"),
        (MODEL | {"SLACK_BOT_TOKEN": "xoxb", "SLACK_SIGNING_SECRET": "s"}, "PORT"),
        (MODEL | {"SLACK_APP_TOKEN": "xapp"}, "SLACK_BOT_TOKEN"),
        (MODEL | {"SLACK_SIGNING_SECRET": "s", "PORT": "80"}, "SLACK_BOT_TOKEN"),
    ],
    indirect=["given"],
)
@pytest.mark.usefixtures("given")
async def test_half_of_slack_is_none(missing: str) -> None:
    """A token that is of no use without another is one sentence that names the other."""
    (said,) = await problems()
    assert missing in said


@pytest.mark.parametrize("given", [MODEL | DISCORD | AWAY], indirect=True)
@pytest.mark.usefixtures("given")
async def test_a_store_that_is_away_stops_the_start() -> None:
    """Nothing is taken in before the store answers."""
    with pytest.raises(StoreUnavailable):
        await run(load(None), ("discord",), demo=False)


def test_a_platform_that_does_not_exist_is_refused() -> None:
    """A typing error is told before anything begins, with the names that there are."""
    met = CliRunner().invoke(cli, ["run", "telegram"])
    assert met.exit_code == 2
    assert "discord" in met.output
