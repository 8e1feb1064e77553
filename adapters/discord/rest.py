"""Discord's REST interface: one table that turns its errors into ours, and its buckets' news.

The error codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
from discord.http import Ratelimit

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
ARCHIVED = 50083
"""An edit in a thread that is archived: https://discord.com/developers/docs/topics/threads."""
OLD = 30046
"""Messages older than an hour take few edits: https://github.com/discord/discord-api-docs/issues/4413."""
_PASSING = {401, 408}
"""A token that is being replaced, and a slow request: both may work later, or elsewhere."""


class TokenDead(Undeliverable):
    """A command's token is not taken: it is too old, or its command was never acknowledged."""


class Unanswered(TokenDead):
    """The command was not acknowledged, up to now."""


_NAMED: dict[int, type[MessengerError]] = {
    10008: PartGone,
    10015: Unanswered,
    10062: TokenDead,
    50027: TokenDead,
}


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Make one call to Discord; whatever it raises becomes one of ours.

    Raises:
        PartGone: the message was deleted.
        PartExpired: it is too old to be edited again.
        PlatformBusy: a rate limit, with the seconds to wait.
        PlatformUnavailable: no answer, or Discord's own failure.
        TokenDead: a command cannot be answered by its token, or not yet.
        Undeliverable: everything else that Discord refuses: the channel is gone, a permission is
            missing, a person takes no direct messages.
    """
    try:
        async with asyncio.timeout(TIMEOUT):
            yield
    except discord.HTTPException as error:
        raise _of(error) from error
    except discord.RateLimited as error:
        raise PlatformBusy(error.retry_after) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise PlatformUnavailable(str(error) or type(error).__name__) from error


def _of(error: discord.HTTPException) -> MessengerError:
    if error.code == OLD:  # though its status is that of a rate limit
        return PartExpired(0)
    if named := _NAMED.get(error.code):
        return named(error.text)
    if error.status == 429:  # noqa: PLR2004 - too many requests
        return PlatformBusy(_retry_after(error))
    if error.status >= 500 or error.status in _PASSING:  # noqa: PLR2004 - Discord's own failures
        return PlatformUnavailable(str(error))
    return Undeliverable(f"{error.status} {error.code}: {error.text}")


def _retry_after(error: discord.HTTPException) -> float:
    """Also of a 429 that does not come from Discord itself, but from what stands before it."""
    return float(error.response.headers.get("Retry-After", 1))


class Bucket(Ratelimit):
    """discord.py's bucket, without the nap that its last place takes before it returns.

    We wait before calls, by an allowance that all processes share. The nap would keep the reply
    to a request from us for seconds, though the message stands on the screen already.
    """

    def __init__(self, max_ratelimit_timeout: float | None) -> None:  # noqa: ARG002 - the library's
        super().__init__(None)  # else it refuses calls for which the window has room

    async def __aexit__(self, *_: object) -> None:
        self.outgoing -= 1
        free = self.remaining - self.outgoing
        if free > 0:
            self._wake(free)
        elif not self.expires:
            self._over()
        else:
            self._loop.call_at(self.expires, self._over)

    def _over(self) -> None:
        if self.is_expired() or self.expires is None:
            self.reset()  # type: ignore[no-untyped-call]  # the library's
        self._wake(max(0, self.remaining - self.outgoing))


Learn = Callable[[str, int, int, float], None]
"""Is told of a lane, its limit, what remains of it, and the seconds until it is full again."""


def tracing(learn: Learn) -> aiohttp.TraceConfig:
    """Reads the headers of every reply that speaks of a bucket."""

    async def ended(
        _: aiohttp.ClientSession, __: SimpleNamespace, seen: aiohttp.TraceRequestEndParams
    ) -> None:
        headers: Any = seen.response.headers
        lane = lane_of(seen.method, seen.url.path)
        if lane and "X-RateLimit-Remaining" in headers:
            limit, left = headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]
            learn(lane, int(limit), int(left), float(headers["X-RateLimit-Reset-After"]))

    config = aiohttp.TraceConfig()
    config.on_request_end.append(ended)
    return config


def lane_of(method: str, path: str) -> str:
    """The allowance that a request takes from: creating and editing have one each, per channel."""
    match path.split("/channels/", 1)[-1].split("/"):
        case [channel, "messages"] if method == "POST":
            return f"create:{channel}"
        case [channel, "messages", _] if method == "PATCH":
            return f"edit:{channel}"
    return ""
