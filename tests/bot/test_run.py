"""What keeps ``threadwise run`` from beginning."""

import pytest

from bot.config import load
from bot.errors import ConfigError
from bot.run import problems, run


def test_run_stops_with_a_sentence_without_a_provider() -> None:
    """The embedded model never answers for a platform unless it was asked for."""
    missing = problems(load(None), [], demo=False)
    assert [sentence for sentence in missing if "OPENAI_API_KEY" in sentence]
    assert not [s for s in problems(load(None), [], demo=True) if "OPENAI_API_KEY" in s]


def test_a_provider_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key, or another server's address, is a provider."""
    for name, value in (("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert len(problems(load(None), [], demo=False)) == 1


def test_processes_of_one_kind_need_a_shared_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded store is not for a fleet: single process types ask for REDIS_URL."""
    assert [s for s in problems(load(None), ["worker"], demo=True) if "REDIS_URL" in s]
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    assert not [s for s in problems(load(None), ["worker"], demo=True) if "REDIS_URL" in s]


async def test_everything_in_the_way_is_said_at_once() -> None:
    """One start shows every problem, and that no platform is in this version."""
    with pytest.raises(ConfigError) as raised:
        await run(load(None), ["discord"], demo=False)
    assert len(raised.value.problems) == 3
