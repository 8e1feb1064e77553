"""Answers that are redone, and change their length."""

from tests.journeys.discord_town import DiscordTown
from tests.platforms.model_server import Reply

LONG = ("word " * 600).strip()
"""An answer of two messages."""


async def test_an_answer_that_shrank_grows_again(town: DiscordTown) -> None:
    """Its second message is a new one, though Discord remembers the nonce of the deleted one."""
    there = town.there
    town.model.script(Reply(LONG), Reply("Short."), Reply(LONG))
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await there.until(lambda: " ".join(town.standing) == LONG)
        await town.settled(town.thread(asked))
        there.edit(asked, f"{there.mention} Why, in short?")
        await there.until(lambda: town.standing == ["Short."])
        await town.settled(town.thread(asked))
        there.edit(asked, f"{there.mention} Why, at length?")
        await there.until(lambda: " ".join(town.standing) == LONG)
        (turn,) = await town.settled(town.thread(asked))
    assert turn.parts == tuple(post.id for post in there.posts if not post.deleted)
    assert len(there.posts) == 3
