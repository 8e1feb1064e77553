"""The command line, where it leads to something else than a chat."""

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
