"""One day on Discord, from the first mention to the last Retry; the other stories are parts."""

import asyncio

from bot import words
from tests.journeys.discord_town import DiscordTown
from tests.platforms.discord import MANAGE_SERVER
from tests.platforms.model_server import WRONG_KEY, Reply


async def test_a_whole_day(discord_town: DiscordTown) -> None:
    """Mention, thread, follow-up, another model, a DM, Stop and Retry: nothing is left over."""
    town, there = discord_town, discord_town.there
    town.model.models["gpt-6-sol"] = None
    town.model.script(Reply("Because it is so, and was so.", delay=0.1))
    async with town.bot():
        asked = there.say("general", "ann", f"Tell us, {there.mention}: why?")
        answer = await town.answered("Because it is so, and was so.")
        assert (answer.channel, len(answer.versions) > 1) == (asked.id, True)

        there.say(asked.id, "bob", "Who said so?")
        await town.answered("answer to: Bob: Who said so? [4 messages]")

        wish = {"name": "gpt-6-sol"}
        chosen = there.slash("model", wish, channel=asked.id, permissions=MANAGE_SERVER)
        await there.until(lambda: "gpt-6-sol" in str(chosen.answer) or chosen.follow_ups)
        there.say(asked.id, "ann", "And now?")
        await town.answered("answer to: Ann: And now? [6 messages]")

        town.model.script(Reply("one two three", hold=asyncio.Event()), WRONG_KEY)
        there.direct("ann", "Count!")
        await there.until(lambda: there.posts[-1].content == "one")
        there.press(there.posts[-1], *there.posts[-1].buttons, user="ann")
        await town.answered(f"one\n\n{words.STOPPED}")

        there.direct("ann", "Again!")
        await there.until(lambda: "retry" in str(there.posts[-1].buttons))
        there.press(there.posts[-1], *there.posts[-1].buttons, user="ann")
        await town.answered("answer to: Again! [4 messages]")
    assert [said.body["model"] for said in town.model.requests] == [
        *["gpt-6-luna"] * 2,
        "gpt-6-sol",
        *["gpt-6-luna"] * 3,
    ]
    assert len(there.posts) == len(town.ended) == 6
    assert not there.throttled
