"""What a test can do to a request."""

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.platforms.ledger import Call


@dataclass(slots=True)
class Hold:
    """A gate on a request: it waits there until it is let go."""

    number: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    dropped: bool = False
    call: Call | None = None
    """The request that waits, or waited."""

    def go(self) -> None:
        """Let it pass."""
        self.opened.set()

    def drop(self) -> None:
        """Let it never arrive, or its reply never come: the connection is cut."""
        self.dropped = True
        self.opened.set()

    def arrive(self, call: Call) -> None:
        """A request stands at the gate."""
        self.call = call
        self.reached.set()


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request instead of, or beside, what should."""

    status: int = 0
    """It is answered with this, before any work; 0: it is served."""
    code: int = 0
    """The number of the error in that answer."""
    error: str = ""
    """The name of the error in that answer: Slack's come with status 200, if none is given."""
    retry_after: float | None = None
    """It is answered 429, with these seconds."""
    scope: str = "user"
    partial: bool = False
    """It is answered with the error, but the work was done."""
    work: bool = True
    reply: bool = True
    """False: the connection is cut."""
    hang: bool = False
    """Neither work nor reply, for ever."""
    before: Hold | None = None
    after: Hold | None = None
    """Gates before and after the work."""


DOWN = Fault(status=503)
LOST = Fault(reply=False)
CUT = Fault(work=False, reply=False)
HANG = Fault(hang=True)
NONE = Fault()


def busy(seconds: float, scope: str = "user") -> Fault:
    """A 429 out of the blue; on Discord, its scope may be ``global``, too."""
    return Fault(retry_after=seconds, scope=scope)


@dataclass(slots=True)
class Plan:
    """Which requests meet a fault."""

    pattern: str
    fault: Fault
    times: int
    """How many of them, at most."""
    skip: int
    """How many are let through first."""
    channel: str = ""
    """Only in this channel; "": in any."""

    def meets(self, call: Call) -> bool:
        """Whether this request is one of them; counts it."""
        names = (call.route, f"{call.method} {call.path}")
        named = any(fnmatchcase(name, self.pattern) for name in names)
        if not self.times or not named or self.channel not in {"", call.channel}:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class Faults:
    """What is still to happen."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.holds: list[Hold] = []

    def add(
        self, pattern: str, fault: Fault, *, times: int = 1, skip: int = 0, channel: str = ""
    ) -> Plan:
        """Plan a fault; see ``Discord.fault`` and ``Slack.fault``."""
        plan = Plan(pattern, fault, times, skip, channel)
        self.plans.append(plan)
        return plan

    def hold(self, pattern: str, *, nth: int = 1, after: bool = False, channel: str = "") -> Hold:
        """Plan a gate; see ``Discord.pause``."""
        hold = Hold(len(self.holds))
        self.holds.append(hold)
        fault = Fault(after=hold) if after else Fault(before=hold)
        self.add(pattern, fault, skip=nth - 1, channel=channel)
        return hold

    def meet(self, call: Call) -> Fault:
        """What this request gets; every plan counts it until one takes it."""
        return next((plan.fault for plan in self.plans if plan.meets(call)), NONE)
