"""What the store promises beside the inbox: to commands, to the ways in, and to accounting."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.messages import ConversationKey, Ending, IncomingMessage, Scope, Spent, Turn
from bot.outcomes import Cancelled, Changed


class Conversations(Protocol):
    """What is done to a conversation beside its turns; each call is one atomic step.

    Every call may raise StoreUnavailable; those that write may raise StoreFull.
    """

    async def cancel(
        self, account: str, conversation: ConversationKey, message: str, why: str
    ) -> Cancelled:
        """Ask for a stop: of the running answer, or of one message where its id is given."""
        ...

    async def change(
        self,
        account: str,
        conversation: ConversationKey,
        message: str,
        revision: str,
        new: IncomingMessage | None,
    ) -> Changed:
        """An edit, or with None a delete, of a message that may be anywhere on its way.

        A new text that is the one that is known changes nothing.
        """
        ...

    async def redo(self, account: str, conversation: ConversationKey, message: str) -> Changed:
        """Answer the newest turn's question once more: in place, if its answer is young enough.

        ``message``: the id of its question or of a part of its answer; "" is any.
        """
        ...

    async def find(self, channel: ConversationKey, message: str) -> ConversationKey | None:
        """The conversation that a question or a part of an answer belongs to, by its id."""
        ...

    async def rate(
        self, conversation: ConversationKey, part: str, person: str, thumb: int | None
    ) -> None:
        """Remember what somebody thinks of an answer, by one of its parts; None: no more."""
        ...

    async def reset(self, conversation: ConversationKey) -> None:
        """Forget the turns; a running answer is shown but not kept."""
        ...

    async def forget(self, conversation: ConversationKey) -> None:
        """Reset, and follow-ups no longer count."""
        ...

    async def turns(self, conversation: ConversationKey) -> tuple[Turn, ...]:
        """The stored turns, oldest first; those of unreadable versions left out."""
        ...

    async def waiting(self, conversation: ConversationKey) -> tuple[str, ...]:
        """The messages in the inbox, in their order; a running one stays until its commit."""
        ...

    async def known(self, conversations: Sequence[ConversationKey]) -> list[bool]:
        """Whether follow-ups count there."""
        ...

    async def channels(self, account: str) -> dict[tuple[str, str, str], int]:
        """Where an account accepted messages: (platform, workspace, channel) → ms of the last."""
        ...


class SettingsStore(Protocol):
    """Settings as text, by scope; the nearest scope wins. They have no expiry."""

    async def load(self, conversation: ConversationKey) -> list[Mapping[str, str]]:
        """The settings of the workspace, the channel and the thread, in this order."""
        ...

    async def store(self, scope: Scope, name: str, value: str | None) -> str | None:
        """Set one (None: remove it), tell every process, and return what it was."""
        ...


class UsageLedger(Protocol):
    """What answers used; a turn counts once, however often it is recorded."""

    async def record(self, questions: Sequence[IncomingMessage], ending: Ending) -> None:
        """Count what the answer to these questions used."""
        ...

    async def spent(self, platform: str, workspace: str, days: int) -> list[Spent]:
        """The last ``days`` days, today included."""
        ...


class Marks(Protocol):
    """Remembers up to when an account took in all that was said, by shard."""

    async def get(self, account: str, shard: int) -> int | None:
        """Milliseconds since 1970; None: unknown."""
        ...

    async def keep(self, account: str, shard: int, at: int) -> None:
        """Remember it for 30 days; a mark never goes back."""
        ...
