"""The command line, where it leads to something else than a chat."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.errors import ConfigError
from tests.platforms.stores import Server


@pytest.fixture(autouse=True)
def no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands read the folder that they are started in."""
    monkeypatch.chdir(tmp_path)


def test_run_serves_what_is_configured() -> None:
    """``run`` reads the configuration, and stops where it does not suffice."""
    done = CliRunner().invoke(cli, ["run"])
    assert isinstance(done.exception, ConfigError)
    assert "OPENAI_API_KEY" in str(done.exception)


def test_doctor_fails_where_something_is_wrong(
    valkey: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """``doctor`` prints what it finds, and its status is 1 where that needs a remedy."""
    monkeypatch.setenv("REDIS_URL", valkey.url)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("THREADWISE_DATA_DIR", str(tmp_path))
    done = CliRunner().invoke(cli, ["doctor"])
    assert "provider cannot be reached" in done.output
    assert done.exit_code == 1


def test_the_manifest_has_the_configured_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """``slack manifest`` prints JSON alone; an option wins over the environment."""
    monkeypatch.setenv("SLACK_COMMAND", "/ann")
    done = CliRunner().invoke(cli, ["slack", "manifest", "--name", "Ann"])
    made = json.loads(done.output)
    assert made["display_information"]["name"] == "Ann"
    assert made["features"]["slash_commands"][0]["command"] == "/ann"
    done = CliRunner().invoke(cli, ["slack", "manifest", "--command", "/bob"])
    assert json.loads(done.output)["features"]["slash_commands"][0]["command"] == "/bob"


def test_the_least_manifest_over_http() -> None:
    """The other options choose the scopes and the way in."""
    done = CliRunner().invoke(cli, ["slack", "manifest", "--least", "--http", "https://b.example"])
    made = json.loads(done.output)
    assert "channels:history" not in made["oauth_config"]["scopes"]["bot"]
    assert made["settings"]["interactivity"]["request_url"] == "https://b.example/slack/events"
