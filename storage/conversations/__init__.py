"""What is done to a conversation beside its turns: stop, edit, delete, reset; and looked up."""

from storage.conversations.conversations import RedisConversations

__all__ = ["RedisConversations"]
