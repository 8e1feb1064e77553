"""The kinds of values that settings have, and how each is read and checked."""

import re
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
)
from pydantic_settings import NoDecode


def _seconds(value: object) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", str(value).strip())
    if found is None:
        raise ValueError("a time is a number with s, m, h or d behind it (nothing: seconds)")
    return float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+\S*", value):
        raise ValueError("a provider's address begins with http:// or https://")
    return value


def _store_address(value: SecretStr) -> SecretStr:
    schemes = ("redis", "rediss", "unix", "redis+sentinel", "redis+cluster")
    if urlsplit(value.get_secret_value()).scheme not in schemes:
        raise ValueError(f"a store's address begins with one of {', '.join(schemes)} and ://")
    return value


def _not_openai(value: str) -> str:
    if value == "openai":
        raise ValueError("the provider openai is set by OPENAI_API_KEY and OPENAI_BASE_URL")
    return value


_Several = BeforeValidator(lambda value: re.findall(r"[^\s,]+", str(value)))
Seconds = Annotated[PositiveFloat, BeforeValidator(_seconds)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Dollars = Annotated[Decimal, Field(ge=0)]
StoreAddress = Annotated[SecretStr, AfterValidator(_store_address)]
ProviderName = Annotated[str, AfterValidator(_not_openai)]
ModelName = Annotated[str, Field(pattern=".+/.+")]
SlashCommand = Annotated[str, Field(pattern=r"^/[a-z0-9_-]{1,31}$")]
Guilds = Annotated[frozenset[Annotated[str, Field(pattern=r"^\d+$")]], NoDecode, _Several]
People = Annotated[frozenset[Annotated[str, Field(pattern=r"^[UW]\w+$")]], NoDecode, _Several]


def plain(secret: SecretStr | None) -> str:
    """What a secret hides; "" where none is set."""
    return secret.get_secret_value() if secret else ""


class Provider(BaseModel):
    """Where models are asked for: any server that speaks OpenAI's chat completions."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    base_url: WebAddress
    """Address of the provider NAME, up to and with `/v1`; its models are `name/model`."""
    api_key: SecretStr | None = None
    """Its API key, where it wants one."""
    context_tokens: PositiveInt | None = None
    """Tokens that its models take, question and answer together; unset: what is known."""


class Price(BaseModel):
    """Dollars per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Dollars
    cached: Dollars
    output: Dollars
