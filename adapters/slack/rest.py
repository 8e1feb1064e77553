"""Slack's Web API: one table that turns its errors into ours.

The error codes: the pages of https://docs.slack.dev/reference/methods, those of streams at
https://docs.slack.dev/reference/methods/chat.appendStream.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import (
    MessengerError,
    PartExpired,
    PartGone,
    PlatformBusy,
    PlatformUnavailable,
    Undeliverable,
)

TIMEOUT = 5.0
"""Seconds that one call may take: well within a lease."""
TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long"})
_BUSY = {"ratelimited", "rate_limited"}
_GONE = {"message_not_found"}
_EXPIRED = {"cant_update_message", "edit_window_closed"}
_PASSING = {
    "fatal_error",
    "internal_error",
    "messaging_processing_failed",
    "request_timeout",
    "service_unavailable",
    "account_inactive",
    "invalid_auth",
    "token_expired",
    "token_revoked",
}
"""Slack's own failures, which may come after the work; and a token that is being replaced."""

Busy = Callable[[str, float], None]
"""Is told of a lane that takes no call for these seconds."""


class Refused(Undeliverable):
    """Slack does not do it; ``code`` is its own name of the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@asynccontextmanager
async def translated(lane: str = "", busy: Busy | None = None) -> AsyncIterator[None]:
    """Make one call to Slack; whatever it raises becomes one of ours.

    ``busy`` is told where the call's ``lane`` is at its limit.

    Raises:
        PartGone: the message was deleted.
        PartExpired: it takes no more edits.
        PlatformBusy: a rate limit, with the seconds to wait.
        PlatformUnavailable: no answer, or Slack's own failure.
        Refused: everything else that Slack refuses: the channel is gone, a scope is missing.
    """
    try:
        async with asyncio.timeout(TIMEOUT):
            yield
    except SlackApiError as error:
        ours = _of(error)
        if busy and isinstance(ours, PlatformBusy):
            busy(lane, ours.retry_after)
        raise ours from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise PlatformUnavailable(str(error) or type(error).__name__) from error


def _of(error: SlackApiError) -> MessengerError:
    said = error.response
    if not isinstance(said, AsyncSlackResponse):  # a body that is no JSON
        return PlatformUnavailable(str(error))
    code = said.data.get("error", "") if isinstance(said.data, dict) else ""
    if said.status_code == 429 or code in _BUSY:  # noqa: PLR2004 - too many requests
        return PlatformBusy(float(said.headers.get("Retry-After", 1)))
    if said.status_code >= 500 or not code or code in _PASSING:  # noqa: PLR2004 - Slack's own
        return PlatformUnavailable(f"{said.status_code} {code}")
    if code in _GONE:
        return PartGone(code)
    return PartExpired(0) if code in _EXPIRED else Refused(code)
