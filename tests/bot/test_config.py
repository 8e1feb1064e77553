"""The configuration says what it read, or everything that is wrong with it."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, load
from bot.errors import ConfigError

HIDDEN = "sk-${HOME}-do-not-show"

WRONG = {
    "OPENAI_BASE_URL": "localhost:11434",
    "PORT": "80000",
    "REDIS_URL": f"http://:{HIDDEN}@store",
    "THREADWISE_BUDGET": "-1",
    "THREADWISE_HISTORY_TURNS": "many",
    "THREADWISE_INBOX_CAP": "1001",
    "THREADWISE_LEASE": "soon",
    "THREADWISE_LOG_FORMAT": "xml",
    "THREADWISE_MAX_QUESTION": "0",
    "THREADWISE_MODELL": HIDDEN,
    "THREADWISE_PRICES": "{",
    "THREADWISE_PROVIDERS__BOX__BASE_URL": f"ftp://{HIDDEN}@box",
    "THREADWISE_PROVIDERS__OPENAI__BASE_URL": "http://box/v1",
    "THREADWISE_QUOTAS": "no",
}
"""Variables with values that no setting takes."""


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The process's environment, empty."""
    variables: dict[str, str] = {}
    monkeypatch.setattr("os.environ", variables)
    return variables


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    """Where a ``.env`` may be written."""
    return tmp_path / ".env"


def problems(env_file: Path | None = None) -> tuple[str, ...]:
    """What ``load`` complains about."""
    with pytest.raises(ConfigError) as caught:
        load(env_file)
    return caught.value.problems


def secret(config: Config) -> str:
    """The API key that was read."""
    assert config.openai_api_key is not None
    return config.openai_api_key.get_secret_value()


@pytest.mark.usefixtures("environment")
def test_nothing_set_is_a_whole_configuration() -> None:
    """With no variable at all every setting has its default, derived times included."""
    config = load(None)
    assert (config.model, config.history_ttl, config.lease) == ("gpt-6-luna", 2_592_000, 10)
    assert (config.renew, config.local_stop) == (2.5, 8)
    assert config.openai_api_key is None
    assert config.providers == {}


def test_the_real_environment_wins(environment: dict[str, str], env_file: Path) -> None:
    """A variable of the environment hides the one in .env; the others of .env count."""
    env_file.write_text("THREADWISE_MODEL=from-file\nTHREADWISE_PERSONA=from-file\n")
    environment["THREADWISE_MODEL"] = "from-environment"
    config = load(env_file)
    assert (config.model, config.persona) == ("from-environment", "from-file")


def test_empty_means_unset(environment: dict[str, str], env_file: Path) -> None:
    """An empty variable gives the default, and takes back what .env says."""
    env_file.write_text("THREADWISE_MODEL=from-file\nTHREADWISE_LEASE=\n")
    environment |= {"THREADWISE_MODEL": "", "THREADWISE_NO_SUCH": ""}
    config = load(env_file)
    assert (config.model, config.lease) == ("gpt-6-luna", 10)


def test_a_secret_is_taken_as_it_stands(environment: dict[str, str], env_file: Path) -> None:
    """A ${…} inside a value of .env is no reference to another variable."""
    environment["HOME"] = "/somewhere"
    env_file.write_text(f"OPENAI_API_KEY={HIDDEN}\n")
    assert secret(load(env_file)) == HIDDEN


@pytest.mark.usefixtures("environment")
def test_a_byte_order_mark_is_no_part_of_a_name(env_file: Path) -> None:
    """A .env that a Windows editor saved is read like any other."""
    env_file.write_text("OPENAI_API_KEY=key\n", encoding="utf-8-sig")
    assert secret(load(env_file)) == "key"


@pytest.mark.usefixtures("environment")
def test_a_missing_file_is_no_problem(env_file: Path) -> None:
    """Nobody needs a .env."""
    assert load(env_file).model == "gpt-6-luna"


@pytest.mark.usefixtures("environment")
def test_an_unreadable_file_is_one_sentence(env_file: Path) -> None:
    """A .env that is a folder is named, with what to do."""
    env_file.mkdir()
    (problem,) = problems(env_file)
    assert problem.startswith(f"{env_file} cannot be read (")


@pytest.mark.usefixtures("environment")
def test_a_file_in_another_encoding_is_one_sentence(env_file: Path) -> None:
    """A .env that is not UTF-8 is named, with what to do."""
    env_file.write_bytes("THREADWISE_PERSONA=Grüß\n".encode("latin-1"))
    assert problems(env_file) == (
        f"{env_file} is not UTF-8 text: save it as UTF-8, or remove it.",
    )


@pytest.mark.usefixtures("environment")
def test_a_line_that_is_no_setting_is_named(env_file: Path) -> None:
    """A line of .env that cannot be read is reported by its number, without its text."""
    env_file.write_text(f"THREADWISE_MODEL=x\n'{HIDDEN}\n")
    assert problems(env_file) == (f"{env_file}, line 2: write NAME=value.",)


@given(names=st.sets(st.sampled_from(sorted(WRONG)), min_size=1))
def test_every_problem_is_said_at_once(names: set[str]) -> None:
    """Whatever is wrong together is reported together: one sentence each, no secret in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.environ", {name: WRONG[name] for name in names})
        said = problems()
    assert len(said) == len(names)
    for name in names:
        assert any(sentence.startswith(name.removesuffix("BASE_URL")) for sentence in said)
    assert HIDDEN not in "".join(said)


def test_problems_of_file_and_environment_come_together(
    environment: dict[str, str], env_file: Path
) -> None:
    """An unreadable .env does not hide what is wrong in the environment."""
    env_file.mkdir()
    environment["PORT"] = "x"
    assert len(problems(env_file)) == 2


def test_a_typo_is_answered_with_the_right_name(environment: dict[str, str]) -> None:
    """An unknown variable of ours is reported, with the closest one that exists."""
    environment["THREADWISE_HISTORI_TURNS"] = "3"
    assert problems() == (
        "THREADWISE_HISTORI_TURNS is no setting: did you mean THREADWISE_HISTORY_TURNS?",
    )


def test_providers_have_names(environment: dict[str, str]) -> None:
    """Any number of providers are read by name, each with its address, key and context."""
    box = "THREADWISE_PROVIDERS__MY_BOX__"
    environment |= {f"{box}BASE_URL": "http://box/v1", f"{box}API_KEY": "k-box"}
    environment[f"{box}CONTEXT_TOKENS"] = "4096"
    provider = load(None).providers["my_box"]
    assert (provider.base_url, provider.context_tokens) == ("http://box/v1", 4096)
    assert load(None).secrets == ("k-box",)


def test_a_provider_needs_its_address(environment: dict[str, str]) -> None:
    """A provider with a key alone is reported by the variable that is missing."""
    environment["THREADWISE_PROVIDERS__BOX__API_KEY"] = "key"
    assert problems() == ("THREADWISE_PROVIDERS__BOX__BASE_URL is missing: set it.",)


def test_prices_are_exact(environment: dict[str, str]) -> None:
    """Prices are decimals, as written; a wrong one is reported with its place."""
    environment["THREADWISE_PRICES"] = '{"box/llama": {"input": 0.1, "cached": 0, "output": 2}}'
    assert str(load(None).prices["box/llama"].input) == "0.1"
    environment["THREADWISE_PRICES"] = '{"box/llama": {"input": -1, "cached": 0, "output": 2}}'
    (problem,) = problems()
    assert problem.startswith("THREADWISE_PRICES (box/llama, input): ")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("0.5", 0.5), ("10s", 10), ("5m", 300), ("8 h", 28_800), ("30d", 2_592_000)],
)
def test_times_have_units(environment: dict[str, str], text: str, seconds: float) -> None:
    """A time is a number of seconds, or of what the letter behind it says."""
    environment["THREADWISE_HISTORY_TTL"] = text
    assert load(None).history_ttl == seconds


@pytest.mark.usefixtures("environment")
def test_money_is_safe_by_default() -> None:
    """Who sets nothing has limits for persons, workspaces and the whole installation."""
    config = load(None)
    assert config.quotas == "on"
    assert (config.questions_per_hour, config.answers_at_once) == (20, 2)
    assert (config.workspace_budget, config.budget) == (Decimal(2), Decimal(10))


def test_no_secret_is_shown_by_the_configuration(environment: dict[str, str]) -> None:
    """Printing a configuration shows no secret; ``secrets`` knows each, the store's too."""
    environment |= {"OPENAI_API_KEY": HIDDEN, "REDIS_URL": "rediss://:hidden@store:6379"}
    config = load(None)
    assert set(config.secrets) == {HIDDEN, "rediss://:hidden@store:6379", "hidden"}
    assert not any(text in repr(config) for text in config.secrets)


def test_a_tilde_is_the_home_folder(environment: dict[str, str]) -> None:
    """The data directory may be given as in a shell, also where no shell reads it."""
    environment |= {"HOME": "/somewhere", "THREADWISE_DATA_DIR": "~/data"}
    assert load(None).data_dir == Path("/somewhere/data")
