"""Nouns for tests, with everything filled in that a test does not care about."""

import time

from bot.messages import (
    Claim,
    ConversationKey,
    Ending,
    IncomingMessage,
    Person,
    State,
    Trigger,
    Turn,
)

ACCOUNT = "bot"
PLACE = ConversationKey("slack", "T1", "C1", "1700000000.000100")
ELSEWHERE = ConversationKey("slack", "T1", "C1", "1700000000.000200")
"""Another thread of the same channel."""

NOW = time.time_ns() // 1_000_000
"""Milliseconds since 1970, the same all along."""


def message(  # noqa: PLR0913 - one for each field that a test may care about
    id: str,  # noqa: A002 - as the noun calls it
    at: int = 1,
    *,
    author: str = "ann",
    text: str = "",
    where: ConversationKey = PLACE,
    trigger: Trigger = Trigger.MENTION,
    revision: str = "",
) -> IncomingMessage:
    """A message for the bot; its text names it and its revision unless one is given."""
    return IncomingMessage(
        account=ACCOUNT,
        conversation=where,
        id=id,
        author=Person(author, author.title()),
        text=text or f"question {id}{revision and ' as of '}{revision}",
        at=at,
        trigger=trigger,
        revision=revision,
    )


def ending(text: str = "An answer.", state: State = State.ANSWERED) -> Ending:
    """What an answer came to."""
    return Ending(text, state)


def turn(
    *questions: IncomingMessage,
    text: str = "An answer.",
    parts: tuple[str, ...] = ("p1",),
    fence: str = "f1",
) -> Turn:
    """A turn that was answered a moment ago."""
    return Turn(questions, ending(text), parts, at=NOW, fence=fence)


def answered(claim: Claim, text: str = "An answer.") -> Turn:
    """The turn that a claim comes to."""
    parts = tuple(part for _, part in sorted(claim.answer.parts.items()))
    return turn(*claim.questions, text=text, parts=parts, fence=claim.fence)
