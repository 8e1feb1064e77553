"""Rate limits: buckets by route and channel, and one for the whole token.

https://discord.com/developers/docs/topics/rate-limits. That a channel takes five posts and five
edits in five seconds is not documented, but long observed.
"""

import json
import time
from dataclasses import dataclass, field

from aiohttp import web

from tests.platforms.ledger import Call


@dataclass(frozen=True, slots=True)
class Rule:
    """So many calls in so many seconds."""

    calls: int
    seconds: float


@dataclass(slots=True)
class Window:
    """A fixed window; it begins with its first call."""

    rule: Rule
    began: float = float("-inf")
    used: int = 0

    def take(self, now: float) -> bool:
        """Count a call; whether it is one too many, and then does not count."""
        if now >= self.began + self.rule.seconds:
            self.began, self.used = now, 0
        if self.used == self.rule.calls:
            return False
        self.used += 1
        return True

    def reset_after(self, now: float) -> float:
        return self.began + self.rule.seconds - now


@dataclass(slots=True)
class Limits:
    """All the windows of one token."""

    rules: dict[str, Rule] = field(
        default_factory=lambda: {"create": Rule(5, 5.0), "edit": Rule(5, 5.0)}
    )
    """Short name of a route → what a channel takes of it; a test may change them."""
    token: Rule | None = Rule(50, 1.0)
    """For all calls together, but for those that answer interactions."""
    _buckets: dict[tuple[str, str], Window] = field(default_factory=dict)
    _token: Window | None = None

    def refuse(self, call: Call, *, counts: bool) -> web.Response | None:
        """The 429 that a call gets, or None; ``counts``: for the token, too."""
        now = time.monotonic()
        whole, bucket = self._whole() if counts else None, self._bucket(call)
        if whole and not whole.take(now):
            call.limited = "global"
            return too_many(whole.reset_after(now), "global")
        if bucket and not bucket.take(now):
            call.limited = "user"
            return too_many(bucket.reset_after(now), "user")
        return None

    def headers(self, call: Call) -> dict[str, str]:
        """What a response says of its bucket; nothing, where none runs."""
        window, now = self._bucket(call), time.monotonic()
        after = window.reset_after(now) if window else 0
        if window is None or after < 0:
            return {}
        return {
            "X-RateLimit-Limit": str(window.rule.calls),
            "X-RateLimit-Remaining": str(window.rule.calls - window.used),
            "X-RateLimit-Reset": f"{time.time() + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": f"loopback-{call.route}",
        }

    def _whole(self) -> Window | None:
        if self.token and (self._token is None or self._token.rule != self.token):
            self._token = Window(self.token)
        return self._token if self.token else None

    def _bucket(self, call: Call) -> Window | None:
        rule, key = self.rules.get(call.route), (call.route, call.channel)
        if rule and (key not in self._buckets or self._buckets[key].rule != rule):
            self._buckets[key] = Window(rule)
        return self._buckets[key] if rule else None


def too_many(seconds: float, scope: str = "user", code: int = 0) -> web.Response:
    """A 429 as Discord sends it; clients take one without ``Via`` for a ban of their address."""
    world = {"X-RateLimit-Global": "true"} if scope == "global" else {}
    headers = {"Via": "1.1 loopback", "Retry-After": str(int(seconds) + 1)}
    said = {
        "message": "You are being rate limited.",
        "retry_after": round(seconds, 3),
        "global": scope == "global",
    } | ({"code": code} if code else {})
    return web.Response(
        status=429,
        body=json.dumps(said).encode(),
        content_type="application/json",
        headers=headers | world | {"X-RateLimit-Scope": scope},
    )
