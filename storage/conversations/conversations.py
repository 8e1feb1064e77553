"""What is done to a conversation beside its turns: stop, edit, delete, reset; and looked up."""

from collections.abc import Awaitable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

from bot.errors import RecordUnreadable
from bot.messages import ConversationKey, IncomingMessage, Turn
from bot.outcomes import Cancelled, Changed
from storage import records
from storage.keys import DAY, PARTITIONS, Keys, partition
from storage.scripts import Client, Script, translated

THUMBS_MS = 30 * DAY
INBOX_MS = 7 * DAY
SEEN_MS = 2 * DAY
STOP_MS = DAY // 24
REDO_MS = 50 * 60_000
"""So long an answer is redone in place: Discord limits edits of messages older than an hour."""


class RedisConversations:
    """Keeps the promises of ``bot.stores.Conversations`` over Redis or Valkey."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        here = Path(__file__).parent
        names = ("cancel", "change", "reset")
        self._run = {name: Script(client, here / f"{name}.lua") for name in names}

    def _own(self, conversation: ConversationKey, *names: str) -> list[str]:
        shared = partition(conversation)
        return [
            self._keys.shared(shared, name)
            if name in {"owner", "stop"}
            else self._keys.own(name, conversation)
            for name in names
        ]

    def _due(self, account: str, conversation: ConversationKey) -> str:
        return self._keys.due(partition(conversation), account)

    async def cancel(
        self, account: str, conversation: ConversationKey, message: str, why: str
    ) -> Cancelled:
        names = ("inbox", "msgs", "answer", "stop")
        reply = await self._run["cancel"](
            [self._due(account, conversation), *self._own(conversation, *names)],
            [
                *(str(conversation), message, why, STOP_MS),
                *(self._keys.bus, signal("stop", account, conversation)),
            ],
        )
        return Cancelled(reply)

    async def change(
        self,
        account: str,
        conversation: ConversationKey,
        message: str,
        revision: str,
        new: IncomingMessage | None,
    ) -> Changed:
        record = records.write_message(new) if new else ""
        return await self._change(account, conversation, message, (revision, record, "change"))

    async def redo(self, account: str, conversation: ConversationKey, message: str) -> Changed:
        return await self._change(account, conversation, message, ("", "", "redo"))

    async def _change(
        self, account: str, conversation: ConversationKey, message: str, how: tuple[str, str, str]
    ) -> Changed:
        names = ("inbox", "msgs", "answer", "turns", "stop", "talk")
        due, seen = self._due(account, conversation), self._keys.seen(conversation)
        revision, record, mode = how
        reply = await self._run["change"](
            [due, *self._own(conversation, *names), seen, *self._own(conversation, "images")],
            [
                *(str(conversation), message, revision, record),
                *(self._keys.bus, signal("stop", account, conversation)),
                *(signal("wake", account, conversation), SEEN_MS, INBOX_MS, STOP_MS),
                *(mode, REDO_MS),
            ],
        )
        return Changed(reply)

    async def reset(self, conversation: ConversationKey) -> None:
        await self._run["reset"](self._own(conversation, "turns", "talk", "images", "thumbs"), [1])

    async def forget(self, conversation: ConversationKey) -> None:
        await self._run["reset"](self._own(conversation, "turns", "talk", "images", "thumbs"), [0])

    async def find(self, channel: ConversationKey, message: str) -> ConversationKey | None:
        with translated():
            found = await cast("Awaitable[Any]", self._client.get(self._keys.of(channel, message)))
        return ConversationKey.parse(found) if found else None

    async def known(self, conversations: Sequence[ConversationKey]) -> list[bool]:
        with translated():
            async with self._client.pipeline(transaction=False) as pipe:
                for conversation in conversations:
                    pipe.exists(self._keys.own("talk", conversation))
                return [bool(found) for found in await pipe.execute()]

    async def rate(
        self, conversation: ConversationKey, part: str, person: str, thumb: int | None
    ) -> None:
        key, field = self._keys.own("thumbs", conversation), f"{part} {person}"
        with translated():
            async with self._client.pipeline(transaction=False) as pipe:
                if thumb is None:
                    pipe.hdel(key, field)
                else:
                    pipe.hset(key, field, str(thumb))
                    pipe.pexpire(key, THUMBS_MS)
                await pipe.execute()

    async def turns(self, conversation: ConversationKey) -> tuple[Turn, ...]:
        with translated():
            stored = self._client.lrange(self._keys.own("turns", conversation), 0, -1)
            return readable(await cast("Awaitable[list[str]]", stored))

    async def waiting(self, conversation: ConversationKey) -> tuple[str, ...]:
        with translated():
            ids = await self._client.zrange(self._keys.own("inbox", conversation), 0, -1)
            return tuple(cast("list[str]", ids))

    async def channels(self, account: str) -> dict[tuple[str, str, str], int]:
        found: dict[tuple[str, str, str], int] = {}
        with translated():
            async with self._client.pipeline(transaction=False) as pipe:
                for number in range(PARTITIONS):
                    key = self._keys.shared(number, f"channels:{account}")
                    pipe.zrange(key, 0, -1, withscores=True)
                for channel, at in chain.from_iterable(await pipe.execute()):
                    platform, workspace, name = map(unquote, channel.split(":"))
                    found[platform, workspace, name] = int(at)
        return found


def signal(kind: str, account: str, conversation: ConversationKey) -> str:
    """A hint as it is published: three words."""
    return f"{kind} {quote(account, safe='')} {conversation}"


def readable(stored: list[str]) -> tuple[Turn, ...]:
    """The turns that this version can read."""
    turns = []
    for text in stored:
        try:
            turns.append(records.read_turn(text))
        except RecordUnreadable:  # a newer version's: it stays in the store, out of our prompts
            continue
    return tuple(turns)
