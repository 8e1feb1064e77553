"""The prompt of a turn: persona, the turns that fit, and the question. Pure.

Providers cache the beginning that two prompts share. So turns are numbered from the first one
that the conversation ever had, and a prompt begins at a multiple of a step, a quarter of the
turns it may have: its beginning stays the same for a step of turns, then moves by a whole step.
https://platform.openai.com/docs/guides/prompt-caching
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, groupby

from bot.errors import PromptTooLong
from bot.messages import KEPT, ChatMessage, Claim, IncomingMessage, Prompt, Role, Turn
from bot.tokens import estimate, ratio

_PER_MESSAGE = 4
"""Tokens that a message costs beside its text: role and separators."""


@dataclass(frozen=True, slots=True)
class PromptSettings:
    """What holds for the prompts of a conversation."""

    model: str
    persona: str
    history_turns: int
    """Turns that a prompt may repeat."""
    budget: int
    """Tokens that a prompt may have."""
    max_output_tokens: int


def build(claim: Claim, settings: PromptSettings) -> Prompt:
    """The longest prompt within the budget that begins at a step; whole turns, the newest kept.

    Where not even one step of turns fits, the step is halved until it is one turn. Roles
    alternate behind the persona, and a question comes first.

    Raises:
        PromptTooLong: persona and question alone exceed the budget.
    """
    weights = _weights(claim, settings.persona)
    room = settings.budget / ratio(claim.turns)
    if weights[0] > room:
        raise PromptTooLong(f"{weights[0]} tokens by estimate, with room for {room:.0f}")
    counts = _counts(claim.total, settings.history_turns)
    count = next(n for n in counts if weights[min(n, len(claim.turns))] <= room)
    turns = claim.turns[max(0, len(claim.turns) - count) :]
    return _prompt(claim, settings, _messages(settings.persona, turns, claim.questions))


def _prompt(claim: Claim, settings: PromptSettings, messages: tuple[ChatMessage, ...]) -> Prompt:
    place, author = claim.conversation, claim.questions[0].author
    return Prompt(
        model=settings.model,
        messages=messages,
        max_output_tokens=settings.max_output_tokens,
        cache_key=_digest(str(place)),
        safety_id=_digest(place.platform, place.workspace, author.id),
        estimate=_weight(messages),
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _counts(total: int, most: int) -> Iterator[int]:
    """How many of the last turns to repeat, by preference."""
    oldest = max(0, total - most)
    step = max(1, most // 4)
    while step:
        begin = -(-oldest // step) * step
        yield from (total - start for start in range(begin, total - step + 1, step))
        step //= 2
    yield 0


def _weights(claim: Claim, persona: str) -> list[int]:
    """At most so many tokens has a prompt that repeats the last 0, 1, 2 … turns."""
    named = _several(claim.turns, claim.questions)
    bare = [ChatMessage(Role.SYSTEM, persona), *_asked(claim.questions, named=named)]
    turns = (_weight(_said(turn, named=named)) for turn in reversed(claim.turns))
    return list(accumulate(turns, initial=_weight(bare)))


def _weight(messages: Iterable[ChatMessage]) -> int:
    return sum(estimate(message.text) + _PER_MESSAGE for message in messages)


def _messages(
    persona: str, turns: Sequence[Turn], questions: Sequence[IncomingMessage]
) -> tuple[ChatMessage, ...]:
    named = _several(turns, questions)
    first = [ChatMessage(Role.SYSTEM, persona)] if persona else []
    said = (message for turn in turns for message in _said(turn, named=named))
    return _alternating([*first, *said, *_asked(questions, named=named)])


def _several(turns: Iterable[Turn], questions: Iterable[IncomingMessage]) -> bool:
    """Whether more than one person speaks."""
    kept = (turn.questions for turn in turns if turn.ending.state in KEPT)
    return len({question.author.id for question in chain(questions, *kept)}) > 1


def _said(turn: Turn, *, named: bool) -> Iterator[ChatMessage]:
    if turn.ending.state in KEPT:
        yield from _asked(turn.questions, named=named)
        if turn.ending.text.strip():  # else it was stopped before its first word
            yield ChatMessage(Role.ASSISTANT, turn.ending.text)


def _asked(questions: Iterable[IncomingMessage], *, named: bool) -> Iterator[ChatMessage]:
    for question in questions:
        name = " ".join(question.author.name.split()) + ": " if named else ""
        yield ChatMessage(Role.USER, name + question.text)


def _alternating(messages: Iterable[ChatMessage]) -> tuple[ChatMessage, ...]:
    """One message for all that one side said in a row: many open models' templates demand it."""
    runs = groupby(messages, key=lambda message: message.role)
    return tuple(
        ChatMessage(role, "\n\n".join(message.text for message in run)) for role, run in runs
    )
