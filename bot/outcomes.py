"""What a call answers, and what it is told: the small words between the core and its ports."""

from dataclasses import dataclass
from enum import StrEnum

from bot.messages import ConversationKey


class Accepted(StrEnum):
    """What became of a message that came in."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    """Accepted, and something else is answered before it."""
    DUPLICATE = "duplicate"
    """It was here before: say and do nothing."""
    UNKNOWN = "unknown"
    """A follow-up in a conversation that does not exist: not for the bot, no mark left."""
    FULL = "full"
    """The inbox is full; say it now, once."""
    REFUSED = "refused"
    """The given reason holds; say it now, once."""
    STOPPING = "stopping"
    """It asked for a stop, and what runs will stop."""
    IDLE = "idle"
    """It asked for a stop, and nothing runs."""


STOP = "stop"
"""The refusal of a message that is a wish to stop: what runs is stopped in the same step."""


class Unclaimed(StrEnum):
    """Why a conversation could not be claimed."""

    BUSY = "busy"
    GONE = "gone"


class Committed(StrEnum):
    """What became of a commit."""

    DONE = "done"
    MORE = "more"
    """Done, and messages wait behind it."""
    ALREADY = "already"
    """This fence's turn was committed before."""
    STALE = "stale"
    """The fence is not the owner's: nothing was changed."""
    REVISED = "revised"
    """The question was edited or deleted: nothing was changed; claim again with the same fence."""


class Cancelled(StrEnum):
    """What a wish to stop met."""

    STOPPING = "stopping"
    REMOVED = "removed"
    """The message only waited, and is gone."""
    IDLE = "idle"


class Changed(StrEnum):
    """What an edit or a delete met."""

    REPLACED = "replaced"
    REMOVED = "removed"
    RUNNING = "running"
    """Its answer runs, and will be redone or stopped."""
    REDO = "redo"
    """The newest turn is back in the inbox, with its parts."""
    FORGOTTEN = "forgotten"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Held:
    """One lease to renew."""

    conversation: ConversationKey
    account: str
    fence: str


LOST = "!lost"
"""What renew says of a lease that is no longer ours."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A hint from another process: look at this conversation now."""

    kind: str
    """wake, stop, settings; or ``lost`` once when the connection to the store broke."""
    account: str = ""
    conversation: str = ""


class Call(StrEnum):
    """What a call to a platform is for: the pacer's order under pressure."""

    OPEN = "open"
    """The first post of an answer that grows."""
    NEXT = "next"
    """The post of a further part, which grows as well."""
    POST = "post"
    """The post of a text that is whole."""
    FINAL = "final"
    INTERIM = "interim"
    OTHER = "other"
    """A look-up, a thread, a delete: bound by the token's allowance alone."""
