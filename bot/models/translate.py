"""What a provider's failure means to us: two tables, by its word and by its status. Pure.

The texts are for the log, so they hold nothing that a provider may have copied from the request:
no sentence of its own, only short identifiers.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from bot.errors import (
    AddressWrong,
    ModelError,
    ModelUnavailable,
    ModelUnknown,
    PromptRejected,
    PromptTooLong,
    QuotaExhausted,
    RateLimited,
    StreamBroken,
    WrongKey,
)

_BY_WORD: dict[str, type[ModelError]] = {
    "insufficient_quota": QuotaExhausted,
    "billing_hard_limit_reached": QuotaExhausted,
    "billing_not_active": QuotaExhausted,
    "context_length_exceeded": PromptTooLong,
    "exceed_context_size_error": PromptTooLong,
    "invalid_api_key": WrongKey,
    "model_not_found": ModelUnknown,
    "rate_limit_exceeded": RateLimited,
    "rate_limit_error": RateLimited,
    "server_error": ModelUnavailable,
    "overloaded_error": ModelUnavailable,
}
_BY_STATUS: dict[int, type[ModelError]] = {
    401: WrongKey,
    402: QuotaExhausted,
    403: WrongKey,
    404: ModelUnknown,
    408: ModelUnavailable,
    409: ModelUnavailable,
    413: PromptTooLong,
    429: RateLimited,
}
_REFUSED, _BROKEN = 400, 500
_TOO_LONG = re.compile(r"context (length|size|window)", re.IGNORECASE)
_BLIND = re.compile(r"image input is not supported", re.IGNORECASE)
"""llama.cpp's server says it with a 500: https://github.com/ggml-org/llama.cpp"""
_IDENTIFIER = re.compile(r"[\w.\[\]-]{1,80}")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a provider said of a failed call; ``text`` is read here, and never shown."""

    status: int | None = None
    """None: said inside a stream."""
    code: str = ""
    kind: str = ""
    param: str = ""
    request_id: str = ""
    text: str = ""
    retry_after: float | None = None
    model: str = ""
    """What was asked for."""

    def summary(self) -> str:
        """For the log: identifiers only."""
        words = (f"{self.status or 'in-stream'}", self.code, self.kind, self.param)
        known = [word for word in (*words, self.request_id) if _IDENTIFIER.fullmatch(word)]
        return " ".join(known)

    def is_of_model(self) -> bool:
        """Whether it speaks of the model: servers send 404 for an address that they lack, too."""
        named = self.model and re.search(rf"(?<!\w){re.escape(self.model)}(?!\w)", self.text)
        return self.param == "model" or bool(named)


def translate(complaint: Complaint, provider: str) -> ModelError:
    """Our error for a provider's."""
    kind = _kind(complaint)
    text = f"{provider}: {complaint.summary()}"
    if issubclass(kind, RateLimited | ModelUnavailable):
        return kind(text, complaint.retry_after)
    return kind(text)


def _kind(complaint: Complaint) -> type[ModelError]:
    if _BLIND.search(complaint.text):
        return PromptRejected
    for word in (complaint.code, complaint.kind):
        if word in _BY_WORD:
            return _BY_WORD[word]
    kind = _by_status(complaint.status or _number(complaint.code) or 0)
    if kind is ModelUnknown and complaint.status and not complaint.is_of_model():
        return AddressWrong
    if kind in (PromptRejected, StreamBroken) and _TOO_LONG.search(complaint.text):
        return PromptTooLong
    return kind


def _by_status(status: float) -> type[ModelError]:
    """The class for an HTTP status; some providers give one as the code inside a stream."""
    if status >= _BROKEN:
        return ModelUnavailable
    return _BY_STATUS.get(int(status), PromptRejected if status >= _REFUSED else StreamBroken)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, as a provider's headers say; None: they do not.

    ``retry-after-ms`` goes before ``Retry-After``, which holds seconds or a date
    (RFC 9110, section 10.2.3). ``now``: seconds since 1970.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "")
    seconds = _number(value)
    return seconds if seconds is not None else _until(value, now)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return max(number, 0.0) if math.isfinite(number) else None


def _until(date: str, now: float) -> float | None:
    try:
        return max(parsedate_to_datetime(date).timestamp() - now, 0.0)
    except ValueError:
        return None
