"""A prompt as a request's parameters, less those that the model has rejected before. Pure."""

from collections.abc import Set as AbstractSet
from typing import Any

from bot.completion import ChatMessage, Image, Prompt
from bot.models import catalogue
from bot.models.providers import Provider

_OLDER = {"max_completion_tokens": "max_tokens"}
"""What older servers call a parameter: tried before it is left out."""


def parameters(
    provider: Provider, model: str, prompt: Prompt, rejected: AbstractSet[str]
) -> dict[str, Any]:
    """Everything but ``stream``, for ``chat.completions.create``."""
    optional = _optional(provider, model, prompt)
    for name in _OLDER.keys() & rejected:
        optional[_OLDER[name]] = optional[name]
    kept = {name: value for name, value in optional.items() if value and name not in rejected}
    if "store" not in rejected:
        kept["store"] = False
    return {"model": model, "messages": [_message(m) for m in prompt.messages], **kept}


def _optional(provider: Provider, model: str, prompt: Prompt) -> dict[str, Any]:
    usage = {"include_usage": True}
    padding = {"include_obfuscation": False} if provider.is_openai else {}
    cap = provider.max_output_tokens or prompt.max_output_tokens
    return {
        "max_completion_tokens": min(cap, prompt.max_output_tokens),
        "stream_options": usage | padding,
        "reasoning_effort": catalogue.effort(model),
        "prompt_cache_key": prompt.cache_key,
        "safety_identifier": prompt.safety_id,
    }


def _message(message: ChatMessage) -> dict[str, Any]:
    """Text alone stays a plain string: what providers cached by it stays cached."""
    text = {"type": "text", "text": message.text}
    parts = [text, *map(_part, message.images)] if message.images else message.text
    return {"role": message.role.value, "content": parts}


def _part(image: Image) -> dict[str, Any]:
    url = f"data:{image.media_type};base64,{image.data}"
    return {"type": "image_url", "image_url": {"url": url}}


def named(request: dict[str, Any], param: str, complaint: str) -> str | None:
    """Which parameter of the request a provider refuses; None: none that it can do without."""
    spare = [name for name in request if name not in {"model", "messages"}]
    if param:
        parent = param.partition(".")[0]
        return parent if parent in spare else None
    return next((name for name in spare if _says(complaint, name)), None)


def _says(complaint: str, name: str) -> bool:
    """Whether it is named: in quotes, if it might also be a plain word."""
    return name in complaint if "_" in name else f"'{name}'" in complaint.replace('"', "'")
