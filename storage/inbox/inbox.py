"""The inbox over Redis: what each script is called, which keys it gets, what it answers."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bot.errors import LeaseLost, RecordUnreadable, Revised
from bot.messages import Account, Answer, Claim, ConversationKey, Ending, IncomingMessage, Turn
from bot.outcomes import Accepted, Committed, Held, Signal, Unclaimed
from storage import records
from storage.connect import signals
from storage.conversations.conversations import (
    INBOX_MS,
    SEEN_MS,
    STOP_MS,
    RedisConversations,
    readable,
    signal,
)
from storage.keys import DAY, PARTITIONS, Keys, channel_of, partition
from storage.scripts import Arg, Client, Script

CHANNELS_MS = 30 * DAY
OWNER_MS = DAY
FURTHEST_MS = DAY // 24
"""The longest delay of a retry: what is due later was written by a clock that jumped."""

_SCRIPTS = ("accept", "ready", "claim", "renew", "note", "commit", "release")


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the whole installation."""

    lease: float = 10
    """Seconds that a claim, or its renewal, holds."""
    cap: int = 50
    """Messages that may wait in one conversation."""
    history: int = 1000
    """Turns that a claim brings along, at the most; 0: none."""
    history_ttl: float = 30 * 86_400
    """Seconds that a conversation's turns live after the last of them."""


class RedisInbox(RedisConversations):
    """Keeps the promises of ``bot.ports.Inbox`` over Redis or Valkey."""

    def __init__(
        self,
        client: Client,
        keys: Keys,
        terms: Terms | None = None,
        renewing: Client | None = None,
    ) -> None:
        """``renewing``: connections for renewals alone, so that they wait behind nothing."""
        super().__init__(client, keys)
        self._terms = terms = terms or Terms()
        self._lease_ms, self._turns_ms = int(terms.lease * 1000), int(terms.history_ttl * 1000)
        self._talk_ms = max(30 * DAY, self._turns_ms)
        here = Path(__file__).parent
        self._run |= {name: Script(client, here / f"{name}.lua") for name in _SCRIPTS}
        self._run["renew"] = Script(renewing or client, here / "renew.lua")

    async def accept(self, message: IncomingMessage, refusal: str = "") -> Accepted:
        where = message.conversation
        channels = self._keys.shared(partition(where), f"channels:{message.account}")
        seen, of = self._keys.seen(where), self._keys.of(where, message.id)
        due, inbox, msgs, talk = self._due(message.account, where), *self._own(where, *_WAITING)
        follows, cap = int(message.trigger == "follow_up"), self._terms.cap
        reply = await self._run["accept"](
            [due, inbox, msgs, talk, of, seen, channels, *self._own(where, "stop")],
            [
                *(str(where), message.id, message.at, records.write_message(message)),
                *(follows, cap, refusal, channel_of(where)),
                *(self._keys.bus, signal("wake", message.account, where)),
                *(SEEN_MS, INBOX_MS, self._talk_ms, CHANNELS_MS),
                *(STOP_MS, signal("stop", message.account, where)),
            ],
        )
        return Accepted(reply[0])

    async def ready(self, account: Account, limit: int) -> list[ConversationKey]:
        own = account.conversation
        numbers = [partition(own)] if own else random.sample(range(PARTITIONS), PARTITIONS)
        replies = await self._run["ready"].each(
            [([self._keys.due(n, account.name)], [limit, FURTHEST_MS]) for n in numbers]
        )
        return [ConversationKey.parse(text) for reply in replies for text in reply]

    async def claim(
        self, account: str, conversation: ConversationKey, fence: str
    ) -> Claim | Unclaimed:
        names = ("owner", "inbox", "msgs", "answer", "turns", "stop", "talk")
        state, *rest = await self._run["claim"](
            [self._due(account, conversation), *self._own(conversation, *names)],
            [
                *(str(conversation), fence, self._lease_ms, self._terms.history),
                *(OWNER_MS, INBOX_MS),
            ],
        )
        if not rest:
            return Unclaimed(state)
        try:
            return _claim(account, conversation, fence, *rest)
        except RecordUnreadable:
            await self.release(Held(conversation, account, fence), refund=True, delay=60)
            raise

    async def renew(self, held: Sequence[Held]) -> list[str]:
        ordered = sorted(held, key=_lane)
        calls: list[tuple[list[str], list[Arg]]] = []
        for (number, account), some in groupby(ordered, _lane):
            pairs = [text for one in some for text in (str(one.conversation), one.fence)]
            keys = self._keys
            names = [keys.due(number, account), *(keys.shared(number, n) for n in _LEASES)]
            calls.append((names, [self._lease_ms, OWNER_MS, *pairs]))
        replies = await self._run["renew"].each(calls)
        states = [state for reply in replies for state in reply]
        by_fence = dict(zip((one.fence for one in ordered), states, strict=True))
        return [by_fence[one.fence] for one in held]

    async def note_part(self, claim: Claim, number: int, part: str) -> None:
        of = [self._keys.of(claim.conversation, part)] if part else []
        await self._note(claim, "", [f"part:{number}", part], of)

    async def note_final(self, claim: Claim, ending: Ending, *, opening: int | None) -> None:
        intent = [] if opening is None else [f"part:{opening}", ""]
        fields = ["final", records.write_ending(ending), *intent]
        await self._note(claim, str(claim.answer.revision), fields, [])

    async def _note(self, claim: Claim, revision: str, fields: list[str], of: list[str]) -> None:
        where = claim.conversation
        reply = await self._run["note"](
            [*self._own(where, "owner", "answer"), *of],
            [str(where), claim.fence, revision, INBOX_MS, self._talk_ms, *fields],
        )
        if reply == "lost":
            raise LeaseLost(str(where))
        if reply == "revised":
            raise Revised(str(where))

    async def commit(self, claim: Claim, turn: Turn | None, keep: int) -> Committed:
        where = claim.conversation
        names = ("owner", "inbox", "msgs", "answer", "turns", "stop", "talk")
        reply = await self._run["commit"](
            [self._due(claim.account, where), *self._own(where, *names)],
            [
                *(str(where), claim.fence, claim.answer.revision),
                *(records.write_turn(turn) if turn else "", keep, self._turns_ms),
                *(self._talk_ms, self._keys.bus, signal("wake", claim.account, where)),
            ],
        )
        return Committed(reply)

    async def release(self, held: Held | Claim, *, refund: bool, delay: float) -> None:
        where = held.conversation
        await self._run["release"](
            [self._due(held.account, where), *self._own(where, "owner", "answer")],
            [
                *(str(where), held.fence, int(refund), int(delay * 1000)),
                *(self._keys.bus, signal("wake", held.account, where)),
            ],
        )

    async def signals(self) -> AsyncIterator[Signal]:
        async for text in signals(self._client, self._keys.bus):
            if text is None:
                yield Signal("lost")
            elif heard := _heard(text):
                yield heard


_WAITING = ("inbox", "msgs", "talk")
_LEASES = ("owner", "stop")


def _lane(held: Held) -> tuple[int, str]:
    return partition(held.conversation), held.account


def _heard(text: str) -> Signal | None:
    """A signal of this version, or of a later one that adds words; None: it is none."""
    try:
        kind, account, conversation, *_ = text.split(" ")
        ConversationKey.parse(conversation)
    except ValueError:
        return None
    return Signal(kind, unquote(account), conversation)


def _claim(account: str, conversation: ConversationKey, fence: str, *reply: Any) -> Claim:
    ids, messages, answer, past, total, waiting, waited, stop = reply
    return Claim(
        conversation=conversation,
        account=account,
        fence=fence,
        ids=tuple(ids),
        questions=tuple(records.read_message(one) for one in messages if one),
        answer=_answer(dict(zip(answer[::2], answer[1::2], strict=True))),
        turns=readable(past),
        total=int(total),
        waiting=waiting,
        waited=bool(waited),
        stop=stop,
    )


def _answer(fields: dict[str, str]) -> Answer:
    parts = {name.removeprefix("part:"): part for name, part in fields.items() if "part:" in name}
    final = fields.get("final")
    return Answer(
        attempt=int(fields["attempt"]),
        revision=int(fields.get("rev", 0)),
        parts={int(number): part for number, part in parts.items()},
        final=records.read_ending(final) if final else None,
    )
