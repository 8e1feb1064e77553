"""What the loopback Discord refuses and shows, through discord.py."""

from collections.abc import AsyncIterator, Awaitable, Callable

import discord
import pytest

from tests.platforms.discord import Discord, File
from tests.platforms.discord.probe import Probe, connected

Deed = Callable[[discord.TextChannel, discord.PartialMessage], Awaitable[object]]


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    """A server with one channel."""
    async with Discord() as made:
        yield made


@pytest.fixture
async def probe(server: Discord) -> AsyncIterator[Probe]:
    """A client that is ready."""
    async with connected(server) as made:
        yield made


def general(probe: Probe) -> discord.TextChannel:
    """The only channel."""
    return probe.guilds[0].text_channels[0]


async def refused(deed: Awaitable[object]) -> int:
    """Discord's number for it."""
    with pytest.raises(discord.HTTPException) as error:
        await deed
    return error.value.code


DEEDS: dict[str, tuple[str, int, Deed]] = {
    "see": ("view", 50001, lambda room, _: room.send("x")),
    "send": ("send", 50013, lambda room, _: room.send("x")),
    "reply": ("history", 160002, lambda _, said: said.reply("x")),
    "look": ("history", 50013, lambda _, said: said.fetch()),
    "react": ("reactions", 50013, lambda _, said: said.add_reaction("👀")),
    "thread": ("threads", 50013, lambda _, said: said.create_thread(name="x")),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_missing_permission_is_refused(server: Discord, probe: Probe, deed: str) -> None:
    """Each permission that is taken away refuses what needs it, and works when it is back."""
    name, code, act = DEEDS[deed]
    said = general(probe).get_partial_message(int(server.say("general", "ann", "hi").id))
    server.forbid("general", name)
    assert await refused(act(general(probe), said)) == code
    server.permit("general", name)
    await act(general(probe), said)


async def test_wrong_messages_are_refused(server: Discord, probe: Probe) -> None:
    """Too long, empty, a reply to nothing, and one to nothing that may be missing."""
    room, gone = general(probe), server.say("general", "ann", "gone")
    said = room.get_partial_message(int(gone.id))
    server.delete(gone)
    assert await refused(room.send("x" * 2001)) == 50035
    assert await refused(room.send(" ")) == 50006
    assert await refused(room.send("x", reference=said)) == 50035
    assert await refused(said.fetch()) == 10008
    await room.send("x", reference=said.to_reference(fail_if_not_exists=False))
    assert server.answers("general") == ["x"]


async def test_vanished_channels_and_closed_doors(server: Discord, probe: Probe) -> None:
    """A deleted channel is unknown, and who takes no DMs gets none."""
    ann = await probe.fetch_user(int(server.person("ann").id))
    server.refuse_direct("ann")
    assert await refused(ann.send("x")) == 50007
    room = general(probe)
    server.delete_channel("general")
    assert await refused(room.send("x")) == 10003


async def test_a_thread_is_its_messages_and_only_one(server: Discord, probe: Probe) -> None:
    """It has the id of its message; archived, it takes posts, not edits."""
    said = general(probe).get_partial_message(int(server.say("general", "ann", "hi").id))
    thread = await said.create_thread(name="talk", auto_archive_duration=60)
    answer = await thread.send("one")
    assert (thread.id, await refused(said.create_thread(name="more"))) == (said.id, 160004)
    server.archive(str(thread.id))
    assert await refused(answer.edit(content="two")) == 50083
    await thread.send("three")
    await answer.edit(content="four")
    assert server.answers(str(thread.id)) == ["four", "three"]
    server.guild().threads_full = True
    other = general(probe).get_partial_message(int(server.say("general", "ann", "hi").id))
    assert await refused(other.create_thread(name="one too many")) == 160006


async def test_old_messages_take_no_edits(server: Discord, probe: Probe) -> None:
    """Beyond an hour an edit ends in 30046, after discord.py's own attempts."""
    said = server.say("general", "ann", "old", age=3700)
    said.author = server.bot
    server.old_edit_limit = 0.001
    old = general(probe).get_partial_message(int(said.id))
    assert await refused(old.edit(content="new")) == 30046
    assert [call.code for call in server.made("edit")] == [30046] * 5


async def test_files_are_read_from_the_cdn(server: Discord, probe: Probe) -> None:
    """An attachment has the type and size that the test gave, and its bytes."""
    server.say("general", "ann", attachments=[File("a.png", b"bytes", "image/png", width=2)])
    await probe.until(lambda: probe.messages)
    (file,) = probe.messages[0].attachments
    assert (file.content_type, file.size, file.width) == ("image/png", 5, 2)
    assert await file.read() == b"bytes"


async def test_everything_that_happens_is_told(server: Discord, probe: Probe) -> None:
    """Edits, unfurls, deletes, reactions, threads and posts reach discord.py as such."""
    said, more = server.say("general", "ann", "http://x"), server.say("general", "ann", "more")
    server.unfurl(said)
    server.edit(said, "new")
    server.react(said, "ben", "👍")
    server.unreact(said, "ben", "👍")
    server.types("general", "ben")
    server.delete(said, more)
    server.delete(server.say("general", "ann", "again"))
    server.add_channel("help", forum=True)
    post = server.make_forum_post("help", "ann", "How?", "Please")
    server.delete_channel(post.id)
    server.delete_channel("help")
    server.leave()
    await probe.until(lambda: probe.count("guild_remove"))
    told = [name for name, _ in probe.heard if name in TOLD]
    assert told == TOLD


TOLD = [
    "raw_message_edit",
    "raw_message_edit",
    "raw_reaction_add",
    "raw_reaction_remove",
    "raw_typing",
    "raw_bulk_message_delete",
    "raw_message_delete",
    "guild_channel_create",
    "thread_create",
    "raw_thread_delete",
    "guild_channel_delete",
    "guild_remove",
]


async def test_who_writes_is_told(server: Discord, probe: Probe) -> None:
    """Bots, webhooks, the system and forwards look as they do on Discord."""
    source = server.say("general", "ann", "source")
    server.bot_message("general", "other", "beep")
    server.webhook_message("general", "hook", "boop")
    server.system_message("general", "ann")
    server.forward("general", "ben", source)
    await probe.until(lambda: len(probe.messages) == 5)
    _, bot, hook, system, forward = probe.messages
    assert (bot.author.bot, hook.webhook_id is not None, system.is_system()) == (True, True, True)
    assert (forward.content, forward.message_snapshots[0].content) == ("", "source")


async def test_only_who_may_be_pinged_is(server: Discord, probe: Probe) -> None:
    """Mentions count as far as allowed_mentions lets them."""
    ann, ben = server.person("ann"), server.person("ben")
    asked = general(probe).get_partial_message(int(server.say("general", "ann", "hi").id))
    text = f"<@{ann.id}> <@{ben.id}> @everyone"
    only = discord.AllowedMentions(users=[discord.Object(int(ann.id))], everyone=False)
    await asked.reply(text, allowed_mentions=only, mention_author=False)
    await asked.reply("x", mention_author=True)
    await asked.reply(text, allowed_mentions=discord.AllowedMentions.all())
    first, second, third = server.posts
    assert (first.mentions, first.everyone) == ([ann.id], False)
    assert second.mentions == [ann.id]
    assert (third.mentions, third.everyone) == ([ann.id, ben.id], True)


async def test_history_is_read_in_pages(server: Discord, probe: Probe) -> None:
    """After, before and limit give what stands, in the order that discord.py expects."""
    ids = [int(server.say("general", "ann", str(n)).id) for n in range(5)]
    server.delete(str(ids[2]))
    after = general(probe).history(after=discord.Object(ids[0]), limit=2)
    before = general(probe).history(before=discord.Object(ids[4]), limit=2)
    assert [m.content async for m in after] == ["1", "3"]
    assert [m.content async for m in before] == ["3", "1"]
