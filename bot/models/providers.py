"""What a model provider is: plain values from the configuration, and two promises."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import ip_address
from typing import Protocol, Self
from urllib.parse import urlsplit

from bot.completion import ModelEvent, Prompt

_OPENAI = "api.openai.com"


@dataclass(frozen=True, slots=True)
class Provider:
    """A server that speaks OpenAI's chat completions."""

    name: str
    base_url: str
    """With its ``/v1``, where it has one."""
    api_key: str = field(repr=False)
    context_tokens: int | None = None
    """Tokens that a prompt may have; None: what is known of the model."""
    max_output_tokens: int | None = None
    """A cap on every answer; None: none of its own."""

    @property
    def host(self) -> str:
        """The host's name or address."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_openai(self) -> bool:
        """Whether this is OpenAI itself, in any of its regions."""
        return self.host == _OPENAI or self.host.endswith(f".{_OPENAI}")

    @property
    def is_loopback(self) -> bool:
        """Whether no request to it leaves this machine."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:  # a name, not an address
            return False

    @property
    def sees(self) -> bool:
        """Whether its models may be given images; of those, some will refuse."""
        return True

    async def ready(self) -> Self:
        """Itself: it is reachable, or it is not."""
        return self


class Source(Protocol):
    """A provider that is there, or can be started."""

    @property
    def name(self) -> str:
        """What stands before the slash in ``provider/model``."""
        ...

    @property
    def context_tokens(self) -> int | None:
        """See Provider."""
        ...

    @property
    def is_openai(self) -> bool:
        """See Provider."""
        ...

    @property
    def sees(self) -> bool:
        """See Provider."""
        ...

    async def ready(self) -> Provider:
        """The provider, started where it has to be.

        Raises:
            ModelAbsent: it is not on this machine.
            ModelUnavailable: it did not start.
        """
        ...


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One line of a provider's list."""

    provider: str
    id: str
    shutdown: str | None = None
    """The date (ISO 8601) on which its provider ends it, once that is announced."""


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens."""

    input: Decimal
    cached: Decimal
    output: Decimal


FREE = Price(Decimal(), Decimal(), Decimal())
"""Of a model that runs on this machine."""


class Client(Protocol):
    """One provider's API."""

    def stream(self, prompt: Prompt, model: str) -> AsyncGenerator[ModelEvent]:
        """As ChatModel.stream, asked once, of this provider's ``model``."""
        ...

    async def models(self) -> Sequence[ModelInfo]:
        """The models that it lists.

        Raises:
            ModelError: it gave no list.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...
