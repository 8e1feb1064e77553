"""Commands, buttons and forms on the loopback Discord, through discord.py."""

from collections.abc import AsyncIterator

import discord
import pytest
from discord import app_commands, ui

from tests.platforms.discord import MANAGE_SERVER, Discord
from tests.platforms.discord.probe import Probe, connected


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    """A server with one channel."""
    async with Discord() as made:
        yield made


@pytest.fixture
async def probe(server: Discord) -> AsyncIterator[Probe]:
    """A client that is ready, and has registered its commands."""
    async with connected(server) as made:
        tree: app_commands.CommandTree[Probe] = app_commands.CommandTree(made)
        tree.add_command(_model)
        tree.add_command(_ask)
        await tree.sync()
        yield made


@app_commands.command(name="model", description="Choose it")
@app_commands.rename(name_="name")
async def _model(asked: discord.Interaction, name_: str, loud: bool = False) -> None:  # noqa: FBT001, FBT002 - discord.py gives options by name
    await asked.response.send_message(f"{name_} {loud}", ephemeral=True)


@_model.autocomplete("name_")
async def _names(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=typed * 2, value=typed)]


@app_commands.context_menu(name="Ask")
async def _ask(asked: discord.Interaction, message: discord.Message) -> None:
    await asked.response.defer(thinking=True)
    await asked.followup.send(f"about {message.content}")


class Form(ui.Modal):
    """One field."""

    text: ui.Label["Form"] = ui.Label(
        text="Text", component=ui.TextInput(custom_id="text", default="old")
    )

    def __init__(self) -> None:
        super().__init__(title="Form", custom_id="form")


async def next_one(probe: Probe) -> discord.Interaction:
    """The interaction that arrives."""
    await probe.until(lambda: probe.interactions)
    return probe.interactions.pop(0)


async def test_registered_commands_are_counted(server: Discord, probe: Probe) -> None:
    """Registering is one PUT, and what was registered can be read."""
    names = {command.name for command in await app_commands_of(probe)}
    assert (names, server.command_puts) == ({"model", "Ask"}, 1)


async def app_commands_of(probe: Probe) -> list[app_commands.AppCommand]:
    """What discord.py reads back."""
    tree = probe._connection._command_tree  # noqa: SLF001 - where a client keeps it
    assert tree
    return await tree.fetch_commands()


async def test_a_command_is_answered_for_its_giver_alone(server: Discord, probe: Probe) -> None:
    """Options arrive with their types, and an ephemeral answer is no message of the channel."""
    given = {"name": "luna", "loud": True}
    asked = server.slash("model", given, permissions=MANAGE_SERVER)
    await server.until(lambda: asked.original)
    assert asked.original
    assert asked.original.content == "luna True"
    assert server.messages("general") == []
    heard = await next_one(probe)
    assert heard.permissions.manage_guild


async def test_what_is_typed_is_completed(server: Discord, probe: Probe) -> None:
    """The choices are recorded with the interaction."""
    asked = server.autocomplete("model", "name", {"name": "lu"})
    await server.until(lambda: asked.answer)
    assert asked.answer
    assert asked.answer["data"]["choices"][0]["name"] == "lulu"
    assert probe.count("interaction") == 1


async def test_a_command_on_a_message_fills_its_deferred_answer(
    server: Discord, probe: Probe
) -> None:
    """The first follow-up behind a deferred answer is that answer."""
    said = server.say("general", "ann", "this")
    server.menu("Ask", said, user="ben")
    await server.until(lambda: server.answers("general") == ["about this"])
    assert len(server.posts) == probe.count("interaction") == 1


async def test_a_form_comes_back_filled(server: Discord, probe: Probe) -> None:
    """A button opens a form; who sends it gives new values and keeps the others."""
    view: ui.View = ui.View()
    view.add_item(ui.Button(label="Open", custom_id="open"))
    await probe.get_partial_messageable(int(server.channel("general").id)).send("x", view=view)
    opened = server.press(server.posts[0], "open", user="ann")
    await (await next_one(probe)).response.send_modal(Form())
    server.submit(opened, {"text": "new"})
    sent = await next_one(probe)
    assert sent.data
    assert sent.data["components"][0]["component"]["value"] == "new"  # type: ignore[typeddict-item]
    with pytest.raises(KeyError):
        server.press(server.posts[0], "closed")


async def test_late_and_second_answers_are_refused(server: Discord, probe: Probe) -> None:
    """10062 after the time for an answer, 40060 for another one, 50027 after the token's."""
    view: ui.View = ui.View()
    view.add_item(ui.Button(label="Press", custom_id="press"))
    await probe.get_partial_messageable(int(server.channel("general").id)).send("x", view=view)
    server.press(server.posts[0], "press")
    heard = await next_one(probe)
    await heard.response.edit_message(content="pressed")
    assert server.answers("general") == ["pressed"]
    assert await code_of(heard, again=True) == 40060
    server.token_seconds = 0
    with pytest.raises(discord.HTTPException) as dead:
        await heard.edit_original_response(content="late")
    server.interaction_seconds = 0
    server.press(server.posts[0], "press")
    assert (dead.value.code, await code_of(await next_one(probe))) == (50027, 10062)


async def code_of(heard: discord.Interaction, *, again: bool = False) -> int:
    """The number that refuses an answer."""
    heard.response._response_type = None if again else heard.response.type  # noqa: SLF001 - it refuses itself
    with pytest.raises(discord.HTTPException) as refused:
        await heard.response.defer()
    return refused.value.code


async def test_direct_interactions_name_a_user(server: Discord, probe: Probe) -> None:
    """In a DM there is no member, and no server."""
    said = server.direct("ann", "hello")
    asked = server.slash("model", {"name": "luna"}, user="ann", channel=said.channel)
    heard = await next_one(probe)
    assert (heard.user.name, heard.guild, heard.context.dm_channel) == ("ann", None, True)
    await server.until(lambda: asked.original)
