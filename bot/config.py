"""The configuration: the environment, and a ``.env`` beside it. Nothing else reads either."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    Field,
    Json,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
    ValidationError,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import ConfigError
from bot.values import (
    Dollars,
    Guilds,
    ModelName,
    People,
    Price,
    Provider,
    ProviderName,
    Seconds,
    SlashCommand,
    StoreAddress,
    WebAddress,
)

PREFIX = "THREADWISE_"


def _written_as(default: str, name: str | None = None) -> Any:
    return Field(default, validation_alias=name)


class Config(BaseSettings):
    """Every setting, checked. Times are seconds."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        use_attribute_docstrings=True,
    )

    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    """The API key of the provider `openai`."""
    openai_base_url: WebAddress | None = Field(None, validation_alias="OPENAI_BASE_URL")
    """Another server that speaks OpenAI's chat completions; it becomes the provider `openai`."""
    redis_url: StoreAddress | None = Field(None, validation_alias="REDIS_URL")
    """The store: `redis://`, `rediss://`, `unix://`, `redis+sentinel://host:port,…/service` or
    `redis+cluster://`. Unset: an embedded server in the data directory, for this machine only."""
    port: int | None = Field(None, validation_alias="PORT", ge=1, le=65535)
    """Where `/healthz` and `/metrics` are served; unset: nowhere."""
    discord_bot_token: SecretStr | None = Field(None, validation_alias="DISCORD_BOT_TOKEN")
    """Turns Discord on."""
    discord_guilds: Guilds = _written_as("", "DISCORD_GUILDS")
    """Ids of the guilds that are served, with commas between; unset: all, if the application is
    not public."""
    discord_api_url: WebAddress | None = Field(None, validation_alias="DISCORD_API_URL")
    """Another server that speaks Discord's API, such as `https://discord.example.org/api/v10`."""
    slack_bot_token: SecretStr | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    """Turns Slack on, with one of the next two beside it."""
    slack_app_token: SecretStr | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    """Slack over Socket Mode."""
    slack_signing_secret: SecretStr | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    """Slack over HTTP on PORT."""
    slack_api_url: WebAddress | None = Field(None, validation_alias="SLACK_API_URL")
    """Another server that speaks Slack's API, such as `https://slack-gov.com/api/`."""
    slack_command: SlashCommand = Field("/ai", validation_alias="SLACK_COMMAND")
    """The slash command of the bot in Slack, as its app's manifest names it."""
    slack_admins: People = _written_as("", "SLACK_ADMINS")
    """Ids of people in Slack who are admins of the bot beside the workspace's own admins and
    owners, with commas between."""
    slack_client_id: str | None = Field(None, validation_alias="SLACK_CLIENT_ID")
    """Not used, and better unset: one token serves one workspace here, without OAuth."""

    model: str = "gpt-6-luna"
    """The model that answers: `provider/model`, or a model of the provider `openai`."""
    persona: str = "You are a helpful assistant."
    """The system prompt."""
    history_turns: NonNegativeInt = 20
    """Turns (a question and its answer) of a conversation that are kept and sent."""
    history_ttl: Seconds = _written_as("30d")
    """How long a conversation's history lives after its last turn."""
    direct_silence: Seconds = _written_as("8h")
    """After so long without a word a direct conversation starts anew."""
    history_tokens: PositiveInt = 24000
    """Tokens that a prompt may have, persona and question included; older turns are left out."""
    max_output_tokens: PositiveInt = 4000
    """Tokens that one answer may have, hidden reasoning included."""
    place: Literal["auto", "thread", "reply"] = "auto"
    """Where an answer to a mention in a channel goes: a `thread` of its own, a `reply`, or by
    what the platform lets the bot read (`auto`)."""
    streaming: Literal["auto", "native", "edits", "off"] = "auto"
    """How an answer grows in Slack: as a native stream, which one person sees live; by `edits`,
    which all see; not at all (`off`); or natively in direct messages, else by edits (`auto`)."""
    direct: Literal["auto", "sessions", "flat"] = "auto"
    """What a direct message in Slack belongs to: a conversation of its own (`sessions`), the only
    one there (`flat`), or by what the workspace has (`auto`)."""
    guests: Literal["refused", "allowed"] = "refused"
    """Whether guests of a Slack workspace, and people of other organisations, may ask."""
    quoted: int = Field(20, ge=0, le=100)
    """Earlier messages that are read when the bot is first mentioned in a thread or a chain of
    replies, at most 100; 0 is none."""
    providers: dict[ProviderName, Provider] = {}
    """More providers, by name."""
    prices: Json[dict[ModelName, Price]] = _written_as("{}")
    """Prices of models that the built-in list does not know, in dollars per million tokens, as
    JSON: `{"ollama/llama3": {"input": 0.1, "cached": 0.05, "output": 0.4}}`."""

    quotas: Literal["on", "off"] = "on"
    """`off` lifts the limits of persons and workspaces, never the installation's budget."""
    questions_per_hour: PositiveInt = 20
    """Questions that one person may ask in an hour, in each workspace; more are refused."""
    answers_at_once: PositiveInt = 2
    """Answers that one person may have running in a workspace; more wait."""
    workspace_budget: Dollars = _written_as("2")
    """Dollars that the answers of one workspace may cost in a day (UTC). A model whose price is
    not known counts a dollar for a million tokens, for budgets alone."""
    budget: Dollars = _written_as("10")
    """Dollars that all answers of this installation may cost in a day (UTC), counted likewise."""

    data_dir: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default_factory=lambda: user_data_path("threadwise", appauthor=False)
    )
    """Where the embedded store and the terminal's log live. Unset: the platform's directory for
    a user's data, such as `~/.local/share/threadwise`."""
    namespace: str = Field("tw", pattern=r"^[\w.-]+$")
    """First part of every key: separates installations that share one store."""
    log_format: Literal["text", "json"] = "text"
    """How log lines are written: `text` or `json`."""

    lease: Seconds = _written_as("10s")
    """How long a worker holds a conversation without a sign of life; after a crash, the longest
    time until another takes over. Renewed after a quarter; its holder stops at four fifths."""
    sweep: Seconds = _written_as("1s")
    """How often a worker looks for conversations that nobody woke it for."""
    max_running: PositiveInt = 1000
    """Answers at once in one process; the rest wait in the store."""
    inbox_cap: PositiveInt = Field(50, le=1000)
    """Messages that may wait in one conversation, at most 1000; more are refused."""
    max_question: PositiveInt = 100_000
    """Characters that one message may have; longer ones are refused."""
    max_age: Seconds = _written_as("15m")
    """How old a question may be that was asked while the bot was away; older ones are asked to
    be asked again."""
    drain: Seconds = _written_as("25s")
    """How long running answers may go on after SIGTERM; most hosts kill after 30 s."""
    store_timeout: Seconds = _written_as("2s")
    """How long one call to the store may take."""
    first_token_timeout: Seconds = _written_as("60s")
    """How long a model may take until its first token."""
    silence_timeout: Seconds = _written_as("60s")
    """How long a model may be silent within an answer."""
    turn_timeout: Seconds = _written_as("300s")
    """How long a whole answer may take."""
    model_retries: NonNegativeInt = 3
    """How often a failed request to a model is sent again, before its first token only."""

    @property
    def renew(self) -> float:
        """Seconds between two renewals of a lease."""
        return self.lease / 4

    @property
    def local_stop(self) -> float:
        """Seconds after which a worker whose renewals fail stops by itself."""
        return self.lease * 0.8

    @property
    def has_provider(self) -> bool:
        """Whether there is a default provider: a key for OpenAI, or another server's address."""
        return bool(self.openai_api_key or self.openai_base_url)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown, the store's password included."""
        held = [value for _, value in self] + [one.api_key for one in self.providers.values()]
        texts = [value.get_secret_value() for value in held if isinstance(value, SecretStr)]
        password = self.redis_url and urlsplit(self.redis_url.get_secret_value()).password
        return (*texts, password) if password else tuple(texts)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what ``load`` gives: it reads the environment itself."""
        return (init_settings,)


def variables() -> dict[str, FieldInfo]:
    """Every variable that is read; NAME in one stands for a provider's name."""
    found: dict[str, FieldInfo] = {}
    for name, field in Config.model_fields.items():
        if name == "providers":
            found |= {_of_provider("NAME", part): at for part, at in Provider.model_fields.items()}
        else:
            found[str(field.validation_alias or PREFIX + name.upper())] = field
    return found


def load(env_file: Path | None = Path(".env")) -> Config:
    """Read the environment, which wins, and ``env_file`` if it exists; empty means unset.

    Raises:
        ConfigError: every problem at once, one sentence each; none shows a value.
    """
    written, problems = _written(env_file) if env_file else ({}, [])
    given = {name: value for name, value in (written | dict(os.environ)).items() if value}
    unknown = [name for name in given if name.startswith(PREFIX) and not _known(name)]
    problems += [_unknown(name) for name in unknown]
    try:
        config = _read({name: given[name] for name in given if name not in unknown})
    except ValidationError as error:
        problems += [_sentence(one["type"], one["loc"], one["msg"]) for one in error.errors()]
        raise ConfigError(*problems) from None  # its text would show values
    if problems:
        raise ConfigError(*problems)
    return config


def _read(given: Mapping[str, str]) -> Config:
    source = EnvSettingsSource(Config)
    source.env_vars = {name.lower(): value for name, value in given.items()}
    return Config(**source())


def _written(path: Path) -> tuple[dict[str, str | None], list[str]]:
    """What a ``.env`` says, ``${}`` taken as it stands: a secret may contain it."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        return {}, [f"{path} cannot be read ({error.strerror}): correct that, or remove it."]
    except UnicodeDecodeError:
        return {}, [f"{path} is not UTF-8 text: save it as UTF-8, or remove it."]
    lines = list(parse_stream(StringIO(text)))
    wrong = [f"{path}, line {at.original.line}: write NAME=value." for at in lines if at.error]
    return {line.key: line.value for line in lines if line.key}, wrong


def _of_provider(name: str, part: str) -> str:
    return f"{PREFIX}PROVIDERS__{name}__{part}".upper()


def _known(name: str) -> bool:
    return re.sub(r"(?<=_PROVIDERS__)[A-Z0-9]+(_[A-Z0-9]+)*(?=__)", "NAME", name) in variables()


def _unknown(name: str) -> str:
    near = get_close_matches(name, variables(), n=1)
    return f"{name} is no setting: " + (f"did you mean {near[0]}?" if near else "remove it.")


def _sentence(kind: str, place: tuple[int | str, ...], said: str) -> str:
    name = _name([str(part) for part in place if part != "[key]"])
    if kind == "missing":
        return f"{name} is missing: set it."
    said = said.removeprefix("Value error, ").removeprefix("Input ")
    return f"{name}: {said}; correct it, or remove it."


def _name(place: list[str]) -> str:
    first, *rest = place
    if first == "providers":
        return _of_provider(rest[0], *(rest[1:] or "…"))
    if first == "prices" and rest:
        return f"{PREFIX}PRICES ({', '.join(rest)})"
    return first if first.isupper() else PREFIX + first.upper()
