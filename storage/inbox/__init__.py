"""The durable heart of the bot: messages that wait, leases, running answers, history."""

from storage.inbox.inbox import RedisInbox

__all__ = ["RedisInbox"]
