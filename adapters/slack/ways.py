"""What the Slack adapter is given to work with: the ways into the core."""

from dataclasses import dataclass, field

from bot.accept import Door
from bot.access import Access
from bot.allowances import Notices
from bot.commands.table import Commands
from bot.ports import Clock, Pacer
from bot.stores import Conversations, Marks


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways into the core, and what is shared with other processes."""

    door: Door
    conversations: Conversations
    commands: Commands
    access: Access
    notices: Notices
    marks: Marks
    pacer: Pacer
    clock: Clock
    command: str = "/ai"
    """The slash command that the core's table stands behind."""
    max_age: float = 900.0
    """Seconds after which what was missed is not done any more."""
    admins: frozenset[str] = field(default_factory=frozenset)
    """People who are admins beside the workspace's own; by Slack's ids."""
