"""Rate limits: by method and workspace, and for posts by channel.

https://docs.slack.dev/apis/web-api/rate-limits
"""

import math
import time
from collections import deque
from dataclasses import dataclass, field

from tests.platforms.ledger import Call

TIERS = {
    2: "users.list usergroups.users.list conversations.list reactions.remove chat.startStream "
    "chat.stopStream",
    3: "apps.connections.open bots.info team.info conversations.history conversations.replies "
    "conversations.info conversations.open users.conversations chat.update chat.delete "
    "reactions.add reactions.get agents.sessions.setStatus agents.sessions.rename",
    4: "conversations.members users.info chat.appendStream chat.postEphemeral views.open "
    "views.update views.push views.publish files.info assistant.threads.setTitle "
    "assistant.threads.setSuggestedPrompts",
}
"""Methods of each documented tier; the others are special."""

PER_MINUTE = {2: 20, 3: 50, 4: 100}


@dataclass(frozen=True, slots=True)
class Rule:
    """So many calls in so many seconds (at scale 1)."""

    calls: int
    seconds: float
    by_channel: bool = False
    """Each channel has its own; and what was saved up comes back one by one."""


POSTS = Rule(5, 5.0, by_channel=True)
"""One message a second and channel, with a short burst."""


@dataclass(slots=True)
class Window:
    """The last so many seconds."""

    rule: Rule
    scale: float
    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Count a call; or the seconds until one may come, and then it does not count."""
        seconds = self.rule.seconds * self.scale
        while self.times and self.times[0] <= now - seconds:
            self.times.popleft()
        if len(self.times) == self.rule.calls:
            return self.times[0] + seconds - now
        self.times.append(now)
        return 0


@dataclass(slots=True)
class Bucket:
    """What is saved up, one call at a time."""

    rule: Rule
    scale: float
    full_at: float = float("-inf")

    def wait(self, now: float) -> float:
        """As ``Window.wait``."""
        each = self.rule.seconds / self.rule.calls * self.scale
        full_at = max(self.full_at, now) + each
        over = full_at - now - self.rule.calls * each
        if over > 1e-9:  # the sums are floats
            return over
        self.full_at = full_at
        return 0


def tiers() -> dict[str, Rule]:
    """What Slack documents."""
    every = {name: PER_MINUTE[n] for n, names in TIERS.items() for name in names.split()}
    rules = {name: Rule(calls, 60.0) for name, calls in every.items()}
    return rules | {"chat.postMessage": POSTS}


@dataclass(slots=True)
class Limits:
    """All the limits of one workspace."""

    scale: float = 1.0
    rules: dict[str, Rule] = field(default_factory=tiers)
    """Method → what it may be called; a test may change or clear them."""
    _running: dict[tuple[str, str], Window | Bucket] = field(default_factory=dict)

    def refuse(self, call: Call) -> int:
        """The ``Retry-After`` that a call gets: whole seconds, at least one; 0: it may pass."""
        rule = self.rules.get(call.route)
        if rule is None:
            return 0
        key = (call.route, call.channel if rule.by_channel else "")
        kept = self._running.get(key)
        if kept is None or (kept.rule, kept.scale) != (rule, self.scale):
            kept = self._running[key] = (Bucket if rule.by_channel else Window)(rule, self.scale)
        wait = kept.wait(time.monotonic())
        call.limited = "method" if wait else ""
        return math.ceil(wait)
