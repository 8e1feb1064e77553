"""One day on Slack, from the first mention to the Home tab; the other stories are parts."""

import asyncio

import pytest

from bot import words
from tests.journeys.slack_town import SlackTown, Way
from tests.platforms.model_server import Reply


@pytest.mark.parametrize("way", [SlackTown.bot, SlackTown.posted], ids=["sockets", "requests"])
async def test_a_whole_day(slack_town: SlackTown, way: Way) -> None:
    """Mention, thread, follow-up, commands, a DM with Slack's own stop, Home: nothing is left."""
    town, there = slack_town, slack_town.there
    there.person("ann").admin = True
    town.model.models |= {"gpt-6-sol": None, "gpt-6-terra": None}
    town.model.script(Reply("Because it is so, and was so.", delay=0.1))
    async with way(town):
        asked = there.say("general", "ann", f"Tell us, {there.mention}: why?")
        answer = await town.answered("Because it is so, and was so.")
        assert (answer.thread_ts, len(answer.versions) > 2) == (asked.ts, True)

        there.say("general", "bob", "Who said so?", thread=asked.ts)
        await town.answered("answer to: bob: Who said so? [4 messages]")

        chosen = there.slash("/ai", "model gpt-6-sol")
        await town.until(lambda: "gpt-6-sol" in str(chosen.reply))
        there.say("general", "ann", "!model gpt-6-terra", thread=asked.ts)
        await town.until(lambda: "gpt-6-terra" in town.standing[-1])
        there.say("general", "ann", "And now?", thread=asked.ts)
        await town.answered("answer to: ann: And now? [6 messages]")

        town.model.script(Reply("one two three", hold=asyncio.Event()))
        told = there.tell("ann", "Count!")
        await town.until(lambda: [post.text for post in there.open_streams] == ["one"])
        there.native_stop(told.channel, told.ts, "ann")
        await town.answered(f"one\n\n{words.STOPPED}")

        there.open_home("ann")
        await town.until(lambda: there.home("ann"))
        await town.settled(town.thread(told))
    assert [said.body["model"] for said in town.model.requests] == [
        *["gpt-6-luna"] * 2,
        "gpt-6-terra",
        "gpt-6-luna",
    ]
    assert "gpt-6-luna" in str(there.home("ann"))
    assert len(there.posts) == len(town.ended) == 5
