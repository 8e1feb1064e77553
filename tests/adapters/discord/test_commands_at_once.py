"""What must be said within three seconds: completions, forms, refusals and failures."""

import asyncio
import signal

from structlog.testing import capture_logs

from adapters.discord.callers import NOT_HERE
from tests.adapters.discord.giving import acknowledged, heard, seen
from tests.journeys.discord_town import DiscordTown
from tests.platforms import stores
from tests.platforms.discord import MANAGE_SERVER, Interaction
from tests.platforms.discord.rest_interactions import FORM, WAIT

FAR = "1180000000000000777"
"""A guild that is not served."""


async def choices(town: DiscordTown, asked: Interaction) -> list[str]:
    """What is offered to who types."""
    await acknowledged(town.there, asked)
    assert asked.answer
    return [choice["value"] for choice in asked.answer["data"]["choices"]]


async def test_models_are_completed_from_the_providers_list(town: DiscordTown) -> None:
    """Those that hold what is typed: at most 25, and none longer than Discord takes."""
    town.model.models |= {f"terra-{number}": None for number in range(40)}
    town.model.models |= {"terra-" + "x" * 100: None}
    async with town.bot():
        every = await choices(town, town.there.autocomplete("model", "name", {"name": "TERRA"}))
        one = await choices(town, town.there.autocomplete("model", "name", {"name": "ra-39"}))
        none = await choices(town, town.there.autocomplete("model", "name", {"name": "xxx"}))
    assert len(every) == 25
    assert (one, none) == (["terra-39"], [])


async def test_settings_are_completed(town: DiscordTown) -> None:
    """By their names, and by their values where these are few."""
    there = town.there
    async with town.bot():
        found = await choices(town, there.autocomplete("settings", "change", {"change": "pla"}))
    assert found == ["place", "place auto", "place thread", "place reply"]


async def test_an_admin_writes_the_persona_in_a_form(town: DiscordTown) -> None:
    """The form holds the present one; what is sent holds from then on, for everybody to see."""
    there = town.there
    async with town.bot(THREADWISE_PERSONA="You are a lighthouse."):
        form = there.slash("persona", permissions=MANAGE_SERVER)
        assert await acknowledged(there, form) == FORM
        assert "You are a lighthouse." in str(form.answer)
        text, private = await seen(there, there.submit(form, {"text": "You are\na whale."}))
        assert "a lighthouse.” → “You are a whale.”" in text
        assert not private
        assert "You are\na whale." in await heard(there, there.slash("persona"))


async def test_rights_count_when_the_form_is_sent(town: DiscordTown) -> None:
    """Who is no admin any more by then changes nothing."""
    there = town.there
    async with town.bot():
        form = there.slash("persona", permissions=MANAGE_SERVER)
        await acknowledged(there, form)
        form.permissions = 0
        assert "Only admins" in await heard(there, there.submit(form, {"text": "a pirate"}))


async def test_other_guilds_are_refused(town: DiscordTown) -> None:
    """Commands, menus and questions of a guild that is not served are answered in one sentence."""
    there = town.there
    async with town.bot():
        there.add_guild("far", id_=FAR)
        there.add_channel("away", guild="far")
        said = there.say("away", "zoe", "hello")
        asked = [
            there.slash("help", user="zoe", channel="away"),
            there.slash("ask", {"question": "why?"}, user="zoe", channel="away"),
            there.menu("Forget", said, user="zoe"),
            there.slash("persona", user="zoe", channel="away", permissions=MANAGE_SERVER),
        ]
        assert {await heard(there, one) for one in asked} == {NOT_HERE}
        typing = there.autocomplete("model", "name", {"name": ""}, user="zoe", channel="away")
        assert await choices(town, typing) == []
    assert town.model.requests == []


async def test_direct_commands_of_strangers_are_refused(town: DiscordTown) -> None:
    """Who is a member of no served guild has nothing here, in DMs either."""
    there = town.there
    who = there.stranger("zoe")
    room = there.room_with(who).id
    async with town.bot():
        asked = [
            there.slash("help", user="zoe", channel=room),
            there.slash("ask", {"question": "why?"}, user="zoe", channel=room),
        ]
        assert {await heard(there, one) for one in asked} == {NOT_HERE}


async def test_what_takes_long_is_deferred(town: DiscordTown, own: stores.Server) -> None:
    """With a slow store, Discord hears in time that the command arrived, and the reply follows."""
    there = town.there
    async with town.bot(REDIS_URL=own.url, THREADWISE_STORE_TIMEOUT="10s"):
        own.signal(signal.SIGSTOP)
        asked = there.slash("settings")
        assert await acknowledged(there, asked) == WAIT
        own.signal(signal.SIGCONT)
        assert "`quoted`" in await heard(there, asked)


async def test_without_a_store_every_command_says_so(
    town: DiscordTown, own: stores.Server
) -> None:
    """One sentence each, with a reference that stands in the log; nothing is completed."""
    there = town.there
    with capture_logs() as lines:
        async with town.bot(REDIS_URL=own.url):
            own.kill()
            asked = [
                there.slash("settings"),
                there.slash("persona", permissions=MANAGE_SERVER),
                there.slash("ask", {"question": "why?"}),
            ]
            typing = there.autocomplete("model", "name", {"name": ""})
            said = [await heard(there, one) for one in asked]
            assert await choices(town, typing) == []
            await asyncio.to_thread(own.start)
    assert all(text.startswith("The store cannot be reached") for text in said)
    references = [line["reference"] for line in lines if line["event"] == "not done"]
    assert all(any(one in text for one in references) for text in said)


async def test_a_command_that_is_no_more_is_explained(town: DiscordTown) -> None:
    """What the library itself refuses becomes one sentence with a reference, too."""
    there = town.there
    async with town.bot():
        there.commands[""].append({"id": there.ids(), "name": "gone", "type": 1})
        with capture_logs() as lines:
            said = await heard(there, there.slash("gone"))
    (line,) = [line for line in lines if line["event"] == "not done"]
    assert f"(reference {line['reference']})" in said
