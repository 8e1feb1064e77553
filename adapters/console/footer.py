"""The line under an answer. Pure."""

import json
from dataclasses import asdict

from bot.messages import Ending
from bot.words import money


def footer(ending: Ending) -> str:
    """Tokens in and out, and their cost; "" where nothing was used."""
    usage = ending.usage
    if usage is None:
        return ""
    about = "about " if usage.estimated else ""
    cost = money(ending.cost) if ending.cost is not None else "cost unknown"
    return f"{about}{usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens, {cost}"


def raw(ending: Ending) -> str:
    """The fields of the model's response as JSON; null where it had none."""
    fields = {
        "id": ending.response_id or None,
        "model": ending.response_model or None,
        "finish_reason": ending.finish_reason or None,
        "usage": asdict(ending.usage) if ending.usage else None,
    }
    return json.dumps(fields, indent=2)
