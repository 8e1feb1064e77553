"""What people see who give commands and press buttons."""

from tests.platforms.discord import Discord, Interaction, Message
from tests.platforms.discord.model import EPHEMERAL, LOADING


def replies(asked: Interaction) -> list[Message]:
    """What was said to it, as far as it is there."""
    said = [one for one in (asked.original, *asked.follow_ups) if one and one is not asked.message]
    return [one for one in said if not (one.deleted or one.flags & LOADING)]


async def heard(there: Discord, asked: Interaction) -> str:
    """What was said to who asked, and to nobody else.

    Raises:
        AssertionError: everybody can read it.
    """
    text, private = await seen(there, asked)
    assert private, text
    return text


async def seen(there: Discord, asked: Interaction) -> tuple[str, bool]:
    """What was said, and whether only who asked sees it."""
    await there.until(lambda: replies(asked))
    first = replies(asked)[0]
    return first.content, bool(first.flags & EPHEMERAL)


async def acknowledged(there: Discord, asked: Interaction) -> int:
    """Wait until Discord was answered in time; the type of that answer."""
    await there.until(lambda: asked.answer)
    assert asked.answer
    assert asked.answered
    assert asked.answered - asked.made < there.interaction_seconds
    return int(asked.answer["type"])
