"""Small things that an adapter must find again after a crash."""

from collections.abc import Awaitable
from typing import Any, cast

from bot.messages import ConversationKey
from storage.keys import Keys
from storage.scripts import Client, translated

_TOKEN_SECONDS = 15 * 60
"""So long Discord takes an interaction's token:
https://discord.com/developers/docs/interactions/receiving-and-responding
"""
_MARK_SECONDS = 30 * 86_400


class RedisTokens:
    """The tokens by which commands are answered. Every call may raise StoreUnavailable."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client, self._keys = client, keys

    async def keep(self, conversation: ConversationKey, question: str, token: str) -> None:
        """Remember it for fifteen minutes.

        Raises:
            StoreFull: it was not kept.
        """
        key = self._keys.own(f"token:{question}", conversation)
        with translated():
            await self._client.set(key, token, ex=_TOKEN_SECONDS)

    async def get(self, conversation: ConversationKey, question: str) -> str:
        """The token of this question, or ""."""
        key = self._keys.own(f"token:{question}", conversation)
        with translated():
            return await cast("Awaitable[Any]", self._client.get(key)) or ""


class RedisFingerprints:
    """What commands an account registered last. Every call may raise StoreUnavailable."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client, self._keys = client, keys

    async def get(self, account: str) -> str:
        """The fingerprint of the last registration, or ""."""
        with translated():
            key = self._keys.account(account, "commands")
            return await cast("Awaitable[Any]", self._client.get(key)) or ""

    async def keep(self, account: str, fingerprint: str) -> None:
        """Remember it.

        Raises:
            StoreFull: it was not kept.
        """
        with translated():
            await self._client.set(self._keys.account(account, "commands"), fingerprint)


class RedisMarks:
    """Up to when the shards of an account heard all. Every call may raise StoreUnavailable."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client, self._keys = client, keys

    async def get(self, account: str, shard: int) -> int | None:
        """Milliseconds since 1970; None: unknown."""
        key = self._keys.account(account, "heard")
        with translated():
            at = await cast("Awaitable[Any]", self._client.zscore(key, str(shard)))
        return None if at is None else int(at)

    async def keep(self, account: str, shard: int, at: int) -> None:
        """Remember it for 30 days; a mark never goes back, whichever process keeps it.

        Raises:
            StoreFull: it was not kept.
        """
        key = self._keys.account(account, "heard")
        with translated():
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.zadd(key, {str(shard): at}, gt=True)
                pipe.expire(key, _MARK_SECONDS)
                await pipe.execute()
