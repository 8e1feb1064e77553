"""What Discord's people may do beside asking, and where else they may ask."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from bot.clock import SystemClock
from storage.keys import Keys
from storage.scripts import Client
from tests.journeys.discord_town import PATIENCE, DiscordTown
from tests.platforms.discord import Call, Fault, File, Message
from tests.platforms.discord.model import FORUM
from tests.platforms.model_server import Reply

DEAD, OLD = 50027, 30046
"""Discord's numbers for a token past its time, and for one edit too many of an old message."""


async def rated(client: Client, key: str, thumbs: dict[str, str]) -> None:
    """Wait until a conversation's thumbs are these.

    Raises:
        TimeoutError: they do not become so.
    """
    async with asyncio.timeout(PATIENCE):
        while await client.hgetall(key) != thumbs:
            await SystemClock().sleep(0.02)


async def test_thumbs_are_kept_with_the_answer(discord_town: DiscordTown, client: Client) -> None:
    """Up and down count for whoever shows them, until taken back; no other reaction counts."""
    town, there = discord_town, discord_town.there
    ann, bob = there.person("ann"), there.person("bob")
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        answer = await town.answered("answer to: Why? [2 messages]")
        key = Keys().own("thumbs", town.thread(asked))
        there.put_reaction(answer, "👍", there.bot)
        there.react(asked, "bob", "👍")
        there.react(answer, "bob", "🎉")
        there.react(answer, "bob", "👎")
        there.react(answer, "ann", "👍")
        kept = {f"{answer.id} {ann.id}": "1", f"{answer.id} {bob.id}": "-1"}
        await rated(client, key, kept)
        there.unreact(answer, "bob", "🎉")
        there.unreact(answer, "ann", "👍")
        await rated(client, key, {f"{answer.id} {bob.id}": "-1"})


async def test_an_answer_too_old_to_edit_goes_on_in_the_next_message(
    discord_town: DiscordTown,
) -> None:
    """Where Discord takes no edit any more, the rest of the text follows, and only the rest."""
    town, there = discord_town, discord_town.there
    hold = asyncio.Event()
    town.model.script(Reply("one two three", hold=hold))
    async with town.bot():
        asked = there.say("general", "ann", f"{there.mention} Why?")
        await there.until(lambda: town.standing == ["one"])
        (old,) = there.posts
        refused = there.fault(f"PATCH *messages/{old.id}", Fault(status=429, code=OLD), times=99)
        hold.set()
        rest = await town.answered("two three")
        (turn,) = await town.settled(town.thread(asked))
    assert there.posts == [old, rest]
    assert old.content == "one"
    assert turn.parts == (old.id, rest.id)
    assert refused.times < 99


async def test_a_dead_token_ends_no_answer(discord_town: DiscordTown) -> None:
    """What a command's token no longer edits is finished as any message of the channel is."""
    town, there = discord_town, discord_town.there
    hold = asyncio.Event()
    town.model.script(Reply("one two three", first=0.2, hold=hold))
    async with town.bot():
        there.slash("ask", {"question": "why?"})
        await there.until(lambda: town.standing == ["one"])
        there.token_seconds = 0
        hold.set()
        answer = await town.answered("one two three")
    assert DEAD in {call.code for call in there.made("edit_original", "edit_follow_up")}
    assert there.posts == [answer]


async def test_every_shard_has_its_guilds(discord_town: DiscordTown) -> None:
    """Of two shards, the second one hears a question in a thread, and it is answered there."""
    town, there = discord_town, discord_town.there
    there.shards = 2
    odd = str(int(there.ids()) | 1 << 22)  # its millisecond is odd: the second shard's
    far = there.add_guild("far away", id_=odd)
    there.add_channel("remote", guild=far.id)
    thread = there.make_thread("remote", "ann", "Plans")
    async with town.bot(DISCORD_GUILDS=far.id):
        await there.until(lambda: len(there.sessions.alive) == there.shards)
        there.say(thread.id, "ann", f"{there.mention} Why?")
        answer = await town.answered("answer to: Why? [2 messages]")
    assert [said["shard"] for said in there.gateway.identified] == [[0, 2], [1, 2]]
    assert answer.channel == thread.id


async def test_a_forum_post_is_answered_in_it(discord_town: DiscordTown) -> None:
    """A post that mentions the bot is a thread already, and its talk goes on without mentions."""
    town, there = discord_town, discord_town.there
    assert there.add_channel("ideas", forum=True).type == FORUM
    async with town.bot():
        post = there.make_forum_post("ideas", "ann", "A thought", f"{there.mention} Why?")
        answer = await town.answered("answer to: Why? [2 messages]")
        there.say(post.id, "ann", "And now?")
        more = await town.answered("answer to: And now? [4 messages]")
    assert answer.channel == more.channel == post.id
    assert not there.made("thread")


async def test_a_picture_is_asked_about(discord_town: DiscordTown) -> None:
    """Ask about this shows the model the picture of the message that it was used on."""
    town, there = discord_town, discord_town.there
    drawn = BytesIO()
    Image.new("RGB", (30, 20), "red").save(drawn, "PNG")
    picture = File("a.png", drawn.getvalue(), "image/png", width=30, height=20)
    said = there.say("general", "bob", "Look!", attachments=[picture])
    async with town.bot():
        form = there.menu("Ask about this", said, user="ann")
        await there.until(lambda: form.answer)
        there.submit(form, {"text": "What is it?"})
        await there.until(lambda: len(town.ended) == 1)
    (asked,) = town.model.requests
    shown = asked.body["messages"][-1]["content"]
    assert [part["type"] for part in shown] == ["text", "image_url"]
    assert "What is it?" in shown[0]["text"]
    assert shown[1]["image_url"]["url"].startswith("data:image/")


@pytest.mark.parametrize("before", ["", "Why?"])
async def test_a_link_that_unfolds_changes_nothing(discord_town: DiscordTown, before: str) -> None:
    """In a question, even one that an edit made so: it is not asked again, nothing is edited."""
    town, there = discord_town, discord_town.there
    hold = asyncio.Event()
    town.model.script(Reply("one two three", hold=hold))
    async with town.bot():
        asked = there.say("general", "ann", before or f"{there.mention} Why?")
        if before:
            there.edit(asked, f"{there.mention} Why?")
        await there.until(lambda: town.standing == ["one"])
        await unfolded(town, asked)
        hold.set()
        answer = await town.answered("one two three")
        turns = await town.settled(town.thread(asked))
        made = edits(town, answer)
        await unfolded(town, asked)
        assert await town.settled(town.thread(asked)) == turns
    assert edits(town, answer) == made
    assert len(town.model.requests) == len(there.posts) == 3
    assert town.model.disconnected == 0


async def unfolded(town: DiscordTown, message: Message) -> None:
    """A link in it unfolds, and what was said behind that somewhere else is answered."""
    town.there.unfurl(message)
    ended = len(town.ended)
    town.there.direct("bob", "Still there?")
    await town.there.until(lambda: len(town.ended) > ended)


def edits(town: DiscordTown, message: Message) -> list[Call]:
    """The calls that edited it."""
    return [call for call in town.there.made("edit") if message.id in call.path]
