"""The kinds of values that settings have, and how each is read and checked."""

import re
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PositiveFloat, SecretStr


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


Seconds = Annotated[PositiveFloat, BeforeValidator(_seconds)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Dollars = Annotated[Decimal, Field(ge=0)]
StoreAddress = Annotated[SecretStr, AfterValidator(_store_address)]
ProviderName = Annotated[str, AfterValidator(_not_openai)]
ModelName = Annotated[str, Field(pattern=".+/.+")]
