"""The core's commands, as people give them on each platform."""

from bot.commands.table import COMMANDS
from bot.words import PAUSED
from tests.contract.driver import Talk, says

WHY = "answer to: Why? [2 messages]"
TOLD = {
    "help": "List what you can tell me to do",
    "model": "Model: `gpt-6-luna`",
    "persona": "You are a helpful assistant.",
    "settings": "`history_turns`: `20`",
    "usage": "You, today: 1 answer",
    "stop": "Nothing runs here.",
    "pause": "Paused",
    "resume": "Not paused",
    "reset": "Forgotten",
}
"""By each command's name, a part of what it says to an admin after one question."""


async def begin(talk: Talk) -> None:
    """A conversation of one turn."""
    await talk.ask("Why?")
    await says(talk, WHY)
    await talk.kept(1)


async def test_every_command_is_answered(talk: Talk) -> None:
    """Each row of the table can be given, answers in the table's words, and is in ``help``."""
    await begin(talk)
    told = {row.name: await talk.command(row.name) for row in COMMANDS}
    assert told.keys() == TOLD.keys()
    assert [name for name in told if TOLD[name] not in told[name]] == []
    assert [str(row) for row in COMMANDS if f"{row}`" not in told["help"]] == []


async def test_what_is_set_holds_for_the_next_question(talk: Talk) -> None:
    """A new persona and a new model are what the provider is asked with."""
    talk.model.models["gpt-6-sol"] = None
    await begin(talk)
    await talk.command("persona", "You are a pirate.")
    await talk.command("model", "gpt-6-sol")
    await talk.ask("And now?")
    await says(talk, WHY, "answer to: And now? [4 messages]")
    body = talk.model.requests[-1].body
    assert body["model"] == "gpt-6-sol"
    assert body["messages"][0]["content"].startswith("You are a pirate.")


async def test_reset_begins_anew(talk: Talk) -> None:
    """The next question is asked without what was said before."""
    await begin(talk)
    await talk.command("reset")
    await talk.ask("And now?")
    await says(talk, WHY, "answer to: And now? [2 messages]")


async def test_who_is_paused_asks_no_model(talk: Talk) -> None:
    """While an admin has paused it, a question is refused in one sentence."""
    await begin(talk)
    await talk.command("pause")
    await talk.ask("And now?")
    await says(talk, WHY, PAUSED)
    await talk.command("resume")
    await talk.ask("And then?")
    await says(talk, WHY, PAUSED, "answer to: And then? [4 messages]")
    assert len(talk.model.requests) == 2
