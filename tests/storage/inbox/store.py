"""What tests of the inbox do behind its back, and the steps that most of them begin with."""

from typing import Any

from bot.messages import Claim, ConversationKey, IncomingMessage
from bot.outcomes import Accepted, Committed, Held
from bot.ports import Inbox
from storage.keys import Keys, partition
from storage.scripts import Client
from tests.builders import ACCOUNT, PLACE, answered

KEYS = Keys("test")


class Store:
    """Looks into the store, and moves its times instead of waiting."""

    def __init__(self, client: Client) -> None:
        self.client: Any = client

    def key(self, name: str, where: ConversationKey = PLACE) -> str:
        """The key of a conversation."""
        return KEYS.own(name, where)

    def shared(self, name: str, where: ConversationKey = PLACE) -> str:
        """The key of its partition."""
        return KEYS.shared(partition(where), name)

    @property
    def seen(self) -> str:
        """The key of what was here before."""
        return KEYS.seen(PLACE)

    async def expire(self, where: ConversationKey = PLACE) -> None:
        """Let its lease, or its delay, be over; one that is not due at all stays so."""
        await self.client.zadd(self.shared(f"due:{ACCOUNT}", where), {str(where): 1}, xx=True)

    async def wait(self, where: ConversationKey = PLACE) -> float | None:
        """Seconds until it may be claimed, 0 or less for now; None: nothing is to be done."""
        due = await self.client.zscore(self.shared(f"due:{ACCOUNT}", where), str(where))
        seconds, micros = await self.client.time()
        return None if due is None else due / 1000 - (seconds + micros / 1_000_000)

    async def shape(self) -> dict[str, Any]:
        """What there is beside messages and turns, of the conversations of one channel."""
        keys = [key async for key in self.client.scan_iter()]
        return {
            "due": set(await self.client.zrange(self.shared(f"due:{ACCOUNT}"), 0, -1)),
            "owner": await self.client.hgetall(self.shared("owner")),
            "stop": await self.client.hgetall(self.shared("stop")),
            "msgs": {id_ for key in keys if ":msgs:" in key for id_ in await self._ids(key)},
            "answers": _named(keys, "answer"),
            "known": _named(keys, "talk"),
            "eternal": await self._eternal(keys),
        }

    async def _eternal(self, keys: list[str]) -> set[str]:
        async with self.client.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.ttl(key)
            return {key for key, ttl in zip(keys, await pipe.execute(), strict=True) if ttl < 0}

    async def _ids(self, key: str) -> list[str]:
        return list(await self.client.hkeys(key))

    async def everything(self) -> dict[str, bytes]:
        """Each key with what it holds: equal where nothing was changed."""
        keys = [key async for key in self.client.scan_iter()]
        values = await self.client.execute_command("EVAL", _DUMP, len(keys), *keys)
        return dict(zip(keys, values, strict=True))


def _named(keys: list[str], name: str) -> set[str]:
    """The conversations that have such a key."""
    return {key.split(f":{name}:")[1] for key in keys if f":{name}:" in key}


_DUMP = """
local values = {}
for i, key in ipairs(KEYS) do values[i] = redis.sha1hex(redis.call('DUMP', key)) end
return values
"""


def held(fence: str, where: ConversationKey = PLACE) -> Held:
    """What a worker renews."""
    return Held(where, ACCOUNT, fence)


async def claimed(inbox: Inbox, fence: str = "f1", where: ConversationKey = PLACE) -> Claim:
    """A claim that must succeed."""
    claim = await inbox.claim(ACCOUNT, where, fence)
    assert isinstance(claim, Claim), claim
    return claim


async def running(inbox: Inbox, *messages: IncomingMessage, fence: str = "f1") -> Claim:
    """A claim on these messages."""
    for message in messages:
        assert await inbox.accept(message) in {Accepted.ACCEPTED, Accepted.QUEUED}
    return await claimed(inbox, fence, messages[0].conversation)


async def committed(inbox: Inbox, *messages: IncomingMessage, fence: str = "f1") -> Claim:
    """An answered turn of these messages; the claim that it had."""
    claim = await running(inbox, *messages, fence=fence)
    await inbox.note_part(claim, 0, f"part of {fence}")
    claim = claim.noted(0, f"part of {fence}")
    outcome = await inbox.commit(claim, answered(claim), keep=20)
    assert outcome in {Committed.DONE, Committed.MORE}
    return claim
