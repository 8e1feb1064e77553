"""What is known of OpenAI's models beforehand, as its documentation said in November 2026.

Sources: https://developers.openai.com/api/docs/deprecations, ``…/docs/models`` and
``…/docs/guides/deployment-checklist``. A provider's own list, where it has the same fact, wins.
"""

import re

SUCCESSOR = "gpt-6-luna"
"""What OpenAI names as the replacement of its small chat models."""

UNKNOWN_CONTEXT = 8_000
"""Prompt tokens for a model of which nothing is known: most have room for these."""

_SHUTDOWNS = {
    "2026-02-17": "chatgpt-4o-latest",
    "2026-07-23": "gpt-5-chat-latest gpt-5.1-chat-latest gpt-4o-search-preview",
    "2026-08-10": "gpt-5.2-chat-latest gpt-5.3-chat-latest",
    "2026-10-23": "gpt-3.5-turbo gpt-4 gpt-4-turbo gpt-4.1-nano gpt-4o-2024-05-13 "
    "o1 o3-mini o4-mini",
    "2026-12-11": "gpt-5 gpt-5-mini gpt-5-nano o3",
    "2027-01-14": "gpt-4o gpt-4o-mini gpt-4.1 gpt-4.1-mini",
    "2027-01-20": "gpt-audio-mini",
    "2027-04-01": "gpt-5.1 gpt-5.4-nano",
}
_DATES = {model: date for date, models in _SHUTDOWNS.items() for model in models.split()}
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")

# They think by default, which a chat pays for in seconds and tokens; these take "none".
_EFFORTS = {"gpt-6-luna": "none", "gpt-6-sol": "none", "gpt-6.1-terra": "none"}

# The window less the longest answer; for the newest only as far as the plain price goes.
_CONTEXTS = {
    "gpt-4.1": 272_000,
    "gpt-4o": 112_000,
    "gpt-5": 272_000,
    "gpt-5.3": 112_000,
    "gpt-6": 272_000,
    "o3": 100_000,
}


def shutdown(model: str) -> str | None:
    """The announced day (ISO 8601) on which OpenAI ends this model, or one of its snapshots."""
    return _DATES.get(model) or _DATES.get(_SNAPSHOT.sub("", model))


def effort(model: str) -> str | None:
    """The reasoning effort to ask for; None: leave it to the provider."""
    return _EFFORTS.get(_bare(model))


def context_tokens(model: str) -> int:
    """Tokens that a prompt may have."""
    known = [prefix for prefix in _CONTEXTS if _bare(model).startswith(prefix)]
    return _CONTEXTS[max(known, key=len)] if known else UNKNOWN_CONTEXT


def _bare(model: str) -> str:
    """Without the maker that routers put before a model's name."""
    return model.rsplit("/", 1)[-1]
