"""``threadwise doctor`` against a real store and a real provider's protocol."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from bot.config import load
from bot.doctor import doctor
from storage.keys import Keys
from storage.scripts import Client
from tests.platforms.discord import DOWN, Discord
from tests.platforms.model_server import UNKNOWN_MODEL, WRONG_KEY, ModelServer
from tests.platforms.slack import Slack
from tests.platforms.stores import Server

pytestmark = pytest.mark.usefixtures("restored_logging")


@pytest.fixture
async def world(
    monkeypatch: pytest.MonkeyPatch,
    client: Client,
    valkey: Server,
    server: ModelServer,
    tmp_path: Path,
) -> AsyncIterator[None]:
    """A store and a provider in which nothing is wrong."""
    await client.config_set("appendonly", "yes")
    monkeypatch.setenv("REDIS_URL", valkey.url)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-a-test")
    monkeypatch.setenv("THREADWISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("THREADWISE_MODEL_RETRIES", "0")
    yield
    await client.config_set("appendonly", "no")


async def examined() -> tuple[int, str]:
    """How many things are wrong, and all that was said."""
    said: list[str] = []
    wrong = await doctor(load(None), said.append)
    return wrong, "\n".join(said)


@pytest.mark.usefixtures("world")
async def test_all_is_well() -> None:
    """A fit store and a model that answers: nothing is wrong, and each thing is named."""
    wrong, said = await examined()
    assert (wrong, "!!" in said) == (0, False)
    assert "Valkey" in said
    assert "gpt-6-luna" in said
    assert "The store's layout fits: 64 partitions" in said
    assert "Discord is off" in said
    assert "Slack is off" in said


@pytest.mark.usefixtures("world")
async def test_a_store_that_evicts_is_refused(client: Client) -> None:
    """A store that may drop messages is named, with the setting to change."""
    await client.config_set("maxmemory-policy", "allkeys-lru")
    wrong, said = await examined()
    await client.config_set("maxmemory-policy", "noeviction")
    assert wrong == 1
    assert "noeviction" in said


@pytest.mark.usefixtures("world")
async def test_a_store_of_another_layout(client: Client) -> None:
    """A store that was written with other partitions is refused, and they are named."""
    await client.set(Keys().layout, "128 partitions")
    wrong, said = await examined()
    assert wrong == 1
    assert "128 partitions" in said


@pytest.mark.usefixtures("world")
async def test_a_store_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that does not answer is named."""
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    wrong, said = await examined()
    assert wrong == 1
    assert "127.0.0.1:1" in said


@pytest.mark.usefixtures("world")
async def test_a_wrong_key(server: ModelServer) -> None:
    """The provider's refusal is told in our words, and the key is not shown."""
    server.for_model("gpt-6-luna", WRONG_KEY)
    wrong, said = await examined()
    assert wrong >= 1
    assert "API key" in said
    assert "sk-of-a-test" not in said


@pytest.mark.usefixtures("world")
async def test_a_model_that_the_provider_does_not_have(
    monkeypatch: pytest.MonkeyPatch, server: ModelServer
) -> None:
    """Both the list and the question say that there is no such model."""
    monkeypatch.setenv("THREADWISE_MODEL", "gpt-99")
    server.for_model("gpt-99", UNKNOWN_MODEL)
    wrong, said = await examined()
    assert wrong == 2
    assert "THREADWISE_MODEL" in said


@pytest.mark.usefixtures("world")
async def test_a_list_that_cannot_be_read(
    server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a list the answer decides; it is asked for once, and the log is no finding."""
    server.lists = False
    wrong, said = await examined()
    assert wrong == 0
    assert "list of models could not be read" in said
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("models_unlisted")) == ("", 1)


@pytest.mark.usefixtures("world")
async def test_the_doctors_log_shows_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    """What is logged meanwhile goes to stderr, without the key."""
    await examined()
    structlog.get_logger("bot.test").warning("a key", key="sk-of-a-test")
    printed = capsys.readouterr()
    assert "sk-of-a-test" not in printed.out + printed.err
    assert "a key" in printed.err


@pytest.mark.usefixtures("world")
async def test_a_model_that_ends_soon(server: ModelServer) -> None:
    """A shutdown that the provider announced is something to do."""
    server.models["gpt-6-luna"] = "2027-03-01"
    _, said = await examined()
    assert "2027-03-01" in said


@pytest.fixture
async def there(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Discord]:
    """A Discord that the bot is set up for."""
    async with Discord() as running:
        monkeypatch.setenv("DISCORD_API_URL", running.api)
        monkeypatch.setenv("DISCORD_BOT_TOKEN", running.token)
        monkeypatch.setenv("DISCORD_GUILDS", running.guild().id)
        yield running


@pytest.mark.usefixtures("world", "there")
async def test_discord_is_looked_at_where_it_is_set_up() -> None:
    """With a token, Discord's findings follow those of the store and the model."""
    wrong, said = await examined()
    assert wrong == 0
    assert "ok  town: it answers in 1 of 1 text channels" in said
    assert "&scope=bot+applications.commands&permissions=" in said.splitlines()[-2]


@pytest.mark.usefixtures("world", "there")
async def test_discord_refuses_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way to a new token is said, and the old one is not shown."""
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "old-token")
    wrong, said = await examined()
    assert wrong == 1
    assert "Reset Token" in said
    assert "old-token" not in said


@pytest.mark.usefixtures("world")
async def test_discord_is_half_away(there: Discord) -> None:
    """What was found stands, and one line says that the rest is unknown."""
    there.fault("channels", DOWN, times=9)
    wrong, said = await examined()
    assert wrong == 1
    assert "Message Content is granted" in said
    assert "!!  Discord: The platform did not respond" in said


@pytest.fixture
async def workspace(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slack]:
    """A Slack that the bot is set up for."""
    async with Slack() as running:
        monkeypatch.setenv("SLACK_API_URL", running.api)
        monkeypatch.setenv("SLACK_BOT_TOKEN", running.token)
        monkeypatch.setenv("SLACK_APP_TOKEN", running.app_token)
        yield running


@pytest.mark.usefixtures("world", "workspace")
async def test_slack_is_looked_at_where_it_is_set_up() -> None:
    """With its tokens, Slack's findings follow those of the store and the model."""
    wrong, said = await examined()
    assert wrong == 0
    assert "ok  Slack opens connections for SLACK_APP_TOKEN" in said
    assert "threadwise slack manifest" in said.splitlines()[-1]


@pytest.mark.usefixtures("world")
async def test_what_is_set_for_slack_is_handed_on(
    workspace: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTP the secret and the port are looked at; a client id is one thing to do."""
    monkeypatch.delenv("SLACK_APP_TOKEN")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", workspace.signing_secret)
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    assert (await examined())[0] == 2
    monkeypatch.setenv("PORT", "8080")
    wrong, said = await examined()
    assert (wrong, "PORT 8080" in said) == (1, True)


@pytest.mark.usefixtures("world", "workspace")
async def test_half_of_slack_is_not_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app token without a bot token is a mistake, and what is missing is named."""
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    wrong, said = await examined()
    assert wrong == 1
    assert "!!  Slack: SLACK_BOT_TOKEN is no bot token" in said


@pytest.mark.embedded
@pytest.mark.usefixtures("world")
async def test_without_a_provider_the_tiny_model_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No provider is no fault: chat has a model of its own, and run is said to need one."""
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.delenv("OPENAI_API_KEY")
    _, said = await examined()
    assert "run needs one" in said
    assert "!!  The model" not in said
