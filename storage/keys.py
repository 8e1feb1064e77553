"""Every key in the store, its type and its life time: one table.

All keys of one script are in one slot of a Redis Cluster: the hash tag ``{pN}`` holds whatever
belongs to a channel, ``{w:…}`` whatever belongs to a workspace, ``{quota}`` what limits people and
money, from one person's questions to the whole installation's dollars.
"""

from dataclasses import dataclass
from urllib.parse import quote
from zlib import crc32

from bot.messages import ConversationKey

PARTITIONS = 64
"""For ever: a store that was written with another number cannot be read. Checked at start."""

DAY = 86_400_000
"""Milliseconds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    name: str
    type: str
    ttl: str
    holds: str


TABLE = (
    Row("{pN}:due:A", "zset", "7 d", "conversation → ms from which any worker may take it"),
    Row("{pN}:owner", "hash", "1 d", "conversation → fence of its claim"),
    Row("{pN}:stop", "hash", "1 h", "conversation → why its answer shall stop"),
    Row("{pN}:inbox:C", "zset", "7 d", "message id → the platform's ms"),
    Row("{pN}:msgs:C", "hash", "7 d", "message id → revision, author and message"),
    Row("{pN}:answer:C", "hash", "7 d", "the running answer: ids, attempt, parts, final text"),
    Row("{pN}:turns:C", "list", "history TTL", "the last turns, oldest first"),
    Row("{pN}:talk:C", "hash", "max(30 d, history TTL)", "it is known, since when; its epoch"),
    Row(
        "{pN}:images:C", "hash", "history TTL", "message id/n → a small image, as a model gets it"
    ),
    Row("{pN}:token:Q:C", "string", "15 min", "by what the command Q is answered"),
    Row("{pN}:thumbs:C", "hash", "30 d", "message id of an answer and person → 1 or -1"),
    Row("{pN}:of:M", "string", "as talk:C", "message id (question or part) → conversation"),
    Row("{pN}:seen:channel", "zset", "48 h", "message id → ms: what was accepted or refused"),
    Row("{pN}:channels:A", "zset", "30 d", "channel → ms of the last accept, for catch-up"),
    Row("{w:W}:settings:S", "hash", "none", "settings of one workspace, channel or thread"),
    Row("{w:W}:usage:day", "hash", "400 d", "tokens and cost of a day by person, channel, model"),
    Row("{w:W}:counted", "zset", "48 h", "turns whose usage was recorded"),
    Row("{w:W}:told:P", "string", "10 min", "this person was told why they are refused"),
    Row("{quota}:asked:P", "zset", "1 h", "what a person asked → ms"),
    Row("{quota}:running:P", "zset", "turn timeout + 1 min", "a person's running answers → ms"),
    Row("{quota}:held:R", "hash", "24 h", "what is set aside for an answer, and its day"),
    Row(
        "{quota}:spent:day", "hash", "48 h", "budget → billionths of a dollar, set aside or spent"
    ),
    Row("{a:A}:pace:token", "string", "10 s", "time up to which the token's calls are paid for"),
    Row("{a:A}:pace:L", "hash", "window + 10 s", "a lane of calls: its window, and its use"),
    Row("{a:A}:rolling:L", "string", "window, or while busy", "when a lane's last calls went"),
    Row("{a:A}:heard", "zset", "30 d", "shard → ms up to which all was heard, for catch-up"),
    Row("{a:A}:commands", "string", "none", "fingerprint of the commands that were registered"),
    Row("layout", "string", "none", "the number of partitions, checked at start"),
)


def partition(conversation: ConversationKey) -> int:
    """The partition of a channel: equal for all its threads, for ever."""
    channel = ConversationKey(conversation.platform, conversation.workspace, conversation.channel)
    return crc32(str(channel).encode()) % PARTITIONS


@dataclass(frozen=True, slots=True)
class Keys:
    """Builds the keys of one installation."""

    namespace: str = "tw"

    @property
    def bus(self) -> str:
        """The channel for hints between processes."""
        return f"{self.namespace}:bus"

    @property
    def layout(self) -> str:
        """What the store was written with."""
        return f"{self.namespace}:layout"

    def shared(self, number: int, name: str) -> str:
        """A key of one partition."""
        return f"{self.namespace}:{{p{number}}}:{name}"

    def due(self, number: int, account: str) -> str:
        """The conversations of an account in one partition, by the time they may be taken."""
        return self.shared(number, f"due:{account}")

    def own(self, name: str, conversation: ConversationKey) -> str:
        """A key of one conversation."""
        return self.shared(partition(conversation), f"{name}:{conversation}")

    def of(self, conversation: ConversationKey, message: str) -> str:
        """Where a message id of a channel leads; ids are unique in their channel only."""
        return self.shared(partition(conversation), f"of:{channel_of(conversation)}:{message}")

    def seen(self, conversation: ConversationKey) -> str:
        """The message ids of a channel that were here before."""
        return self.shared(partition(conversation), f"seen:{channel_of(conversation)}")

    def workspace(self, platform: str, workspace: str, name: str) -> str:
        """A key of one workspace."""
        tag = f"w:{quote(platform, safe='')}:{quote(workspace, safe='')}"
        return f"{self.namespace}:{{{tag}}}:{name}"

    def account(self, account: str, name: str) -> str:
        """A key of one account."""
        return f"{self.namespace}:{{a:{quote(account, safe='')}}}:{name}"

    def quota(self, name: str) -> str:
        """A key of what is set aside and spent in the whole installation."""
        return f"{self.namespace}:{{quota}}:{name}"


def channel_of(conversation: ConversationKey) -> str:
    """The conversation's channel as one opaque string."""
    parts = (conversation.platform, conversation.workspace, conversation.channel)
    return ":".join(quote(part, safe="") for part in parts)
