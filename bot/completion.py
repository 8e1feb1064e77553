"""What a model is asked, and what comes back: the nouns between the core and its models."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.messages import Usage


class Role(StrEnum):
    """Who speaks in a prompt."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as a model gets it."""

    media_type: str
    data: str
    """Its bytes, in base64."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a prompt."""

    role: Role
    text: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked of a model, and how."""

    model: str
    """``provider/model``, or a model of the default provider."""
    messages: tuple[ChatMessage, ...]
    max_output_tokens: int
    cache_key: str = ""
    """Equal for the prompts of one conversation; says nothing about it."""
    safety_id: str = ""
    """Equal for the prompts of one person; says nothing about them."""
    estimate: int = 0
    """Our estimate of its tokens, before correction."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """A sign of life that shows nothing: hidden reasoning, or an empty chunk."""


@dataclass(frozen=True, slots=True)
class Metered:
    """What the answer used, and what it cost in dollars if that is known."""

    usage: Usage
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The model's own end of the answer."""

    reason: str
    """As the provider says it: stop, length, content_filter, refusal …"""
    response_id: str = ""
    response_model: str = ""


ModelEvent = TextDelta | Thinking | Metered | Finished
