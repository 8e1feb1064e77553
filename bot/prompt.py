"""The prompt of a turn: persona, the turns that fit, and the question. Pure.

Providers cache the beginning that two prompts share. So turns are numbered from the first one
that the conversation ever had, and a prompt begins at a multiple of a step, a quarter of the
turns it may have: its beginning stays the same for a step of turns, then moves by a whole step.
https://platform.openai.com/docs/guides/prompt-caching
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain, groupby, pairwise

from bot.completion import ChatMessage, Image, Prompt, Role
from bot.errors import PromptTooLong
from bot.messages import KEPT, Claim, IncomingMessage, Trigger, Turn
from bot.tokens import PER_IMAGE, estimate, ratio

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
    silence: float = 0
    """Seconds without a turn after which a direct conversation starts anew; 0: it never does."""
    paused: bool = False
    """An admin wants no answers here."""
    images: Mapping[str, Image] = field(default_factory=dict)
    """The pictures that it may show, by their attachments' ids."""


def build(claim: Claim, settings: PromptSettings) -> Prompt:
    """The longest prompt within the budget that begins at a step; whole turns, the newest kept.

    Where not even one step of turns fits, the step is halved until it is one turn. Roles
    alternate behind the persona, and a question comes first.

    Raises:
        PromptTooLong: persona and question alone exceed the budget.
    """
    claim = replace(claim, turns=_recent(claim, settings.silence))
    weights = _weights(claim, settings)
    room = settings.budget / ratio(claim.turns)
    if weights[0] > room:
        raise PromptTooLong(f"{weights[0]} tokens by estimate, with room for {room:.0f}")
    counts = _counts(claim.total, settings.history_turns)
    count = next(n for n in counts if weights[min(n, len(claim.turns))] <= room)
    turns = claim.turns[max(0, len(claim.turns) - count) :]
    return _prompt(claim, settings, _messages(settings, turns, claim.questions))


def _recent(claim: Claim, silence: float) -> tuple[Turn, ...]:
    """The turns since the last long silence, where that ends a conversation."""
    question = claim.questions[0]
    if not silence or question.trigger is not Trigger.DIRECT:
        return claim.turns
    times = [*(turn.at for turn in claim.turns), question.at]
    gaps = [later - earlier > silence * 1000 for earlier, later in pairwise(times)]
    begin = max((number + 1 for number, gap in enumerate(gaps) if gap), default=0)
    return claim.turns[begin:]


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


def _weights(claim: Claim, settings: PromptSettings) -> list[int]:
    """At most so many tokens has a prompt that repeats the last 0, 1, 2 … turns."""
    say = _Voices(_several(claim.turns, claim.questions), settings.images)
    bare = [ChatMessage(Role.SYSTEM, settings.persona), *say.asked(claim.questions)]
    turns = (_weight(say.said(turn)) for turn in reversed(claim.turns))
    return list(accumulate(turns, initial=_weight(bare)))


def _weight(messages: Iterable[ChatMessage]) -> int:
    return sum(
        estimate(message.text) + _PER_MESSAGE + PER_IMAGE * len(message.images)
        for message in messages
    )


def _messages(
    settings: PromptSettings, turns: Sequence[Turn], questions: Sequence[IncomingMessage]
) -> tuple[ChatMessage, ...]:
    say = _Voices(_several(turns, questions), settings.images)
    first = [ChatMessage(Role.SYSTEM, settings.persona)] if settings.persona else []
    said = (message for turn in turns for message in say.said(turn))
    return _alternating([*first, *said, *say.asked(questions)])


def _several(turns: Iterable[Turn], questions: Iterable[IncomingMessage]) -> bool:
    """Whether more than one person speaks."""
    kept = (turn.questions for turn in turns if turn.ending.state in KEPT)
    return len({question.author.id for question in chain(questions, *kept)}) > 1


@dataclass(frozen=True, slots=True)
class _Voices:
    """Writes down who said what."""

    named: bool
    images: Mapping[str, Image]

    def said(self, turn: Turn) -> Iterator[ChatMessage]:
        if turn.ending.state in KEPT:
            yield from self.asked(turn.questions)
            if turn.ending.text.strip():  # else it was stopped before its first word
                yield ChatMessage(Role.ASSISTANT, turn.ending.text)

    def asked(self, questions: Iterable[IncomingMessage]) -> Iterator[ChatMessage]:
        for question in questions:
            ids = [file.id for file in question.attachments if file.id in self.images]
            images = tuple(self.images[one] for one in ids)
            yield ChatMessage(Role.USER, self._words(question), images)

    def _words(self, question: IncomingMessage) -> str:
        name = " ".join(question.author.name.split()) + ": " if self.named else ""
        files = (f"File {file.name}:\n{file.text}" for file in question.attachments if file.text)
        return "\n\n".join(filter(None, (question.quoted, name + question.text, *files)))


def _alternating(messages: Iterable[ChatMessage]) -> tuple[ChatMessage, ...]:
    """One message for all that one side said in a row: many open models' templates demand it."""
    runs = groupby(messages, key=lambda message: message.role)
    return tuple(_joined(role, list(run)) for role, run in runs)


def _joined(role: Role, run: Sequence[ChatMessage]) -> ChatMessage:
    text = "\n\n".join(message.text for message in run)
    return ChatMessage(role, text, tuple(image for message in run for image in message.images))
