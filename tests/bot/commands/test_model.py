"""``model``."""

import asyncio

import pytest

from bot.errors import ModelUnavailable
from bot.messages import ConversationKey, Scope
from tests.bot.commands.fakes import DEFAULTS, HERE, THREAD, Desk, FakeModels, FakeSettings

WIDE = Scope("discord", "guild")
NEAR = Scope("discord", "guild", "general")
NEAREST = Scope("discord", "guild", "general", "t1")


async def test_it_shows_the_model_and_what_else_there_is() -> None:
    """Without a name it says which model answers, where that comes from, and what is offered."""
    said = await Desk().say("model")
    assert "`gpt-6-luna` (the default of this installation)" in said
    assert "`gpt-6-luna`, `gpt-6-terra`" in said


@pytest.mark.parametrize(
    ("scope", "place", "origin"),
    [
        (WIDE, THREAD, "set for the whole workspace"),
        (NEAR, THREAD, "set for the whole channel"),
        (NEAR, HERE, "set here"),
        (NEAREST, THREAD, "set here"),
    ],
)
async def test_it_says_where_the_model_was_set(
    scope: Scope, place: ConversationKey, origin: str
) -> None:
    """The scope that decides is named, and the very place of the question is "here"."""
    desk = Desk(store=FakeSettings({scope: {"model": "x"}}))
    assert f"Model: `x` ({origin})." in await desk.say("model", place)


async def test_a_long_list_is_cut() -> None:
    """Of a hundred models twenty are named, and the rest is counted."""
    said = await Desk(models=FakeModels([f"m{n}" for n in range(100)])).say("model")
    assert "`m19` and 80 more." in said
    assert "m20" not in said


async def test_a_setting_that_cannot_be_read_is_reported() -> None:
    """A stored name that is none does not count, and whoever asks is told."""
    desk = Desk(store=FakeSettings({NEAR: {"model": "two words"}}))
    said = await desk.say("model")
    assert "`gpt-6-luna` (the default" in said
    assert "stored for the channel cannot be read" in said


@pytest.mark.parametrize(("place", "scope"), [(HERE, NEAR), (THREAD, NEAREST)])
async def test_it_sets_the_model_of_this_place(place: ConversationKey, scope: Scope) -> None:
    """The thread's in a thread, else the channel's; old and new are confirmed."""
    desk = Desk()
    said = await desk.say("model gpt-6-terra", place)
    assert said == "Model: `gpt-6-luna` → `gpt-6-terra` (set here)."
    assert desk.store.records == {scope: {"model": "gpt-6-terra"}}


async def test_default_removes_it() -> None:
    """What the wider scope says holds again, and is named."""
    desk = Desk(store=FakeSettings({WIDE: {"model": "w"}, NEAR: {"model": "n"}}))
    assert await desk.say("model Default") == "Model: `n` → `w` (set for the whole workspace)."
    assert desk.store.records == {WIDE: {"model": "w"}, NEAR: {}}


async def test_a_model_that_nobody_offers_is_refused() -> None:
    """The closest names are said, and nothing is changed."""
    desk = Desk()
    said = await desk.say("model gpt-6-lunar")
    assert "`gpt-6-luna`" in said
    assert "Nothing was changed" in said
    assert desk.store.records == {}


async def test_an_unknown_provider_is_refused() -> None:
    """A name whose prefix is no provider's is refused, with the one that was meant."""
    models = FakeModels(["gpt-6-luna", "ollama/llama3"])
    assert "`ollama/llama3`" in await Desk(models=models).say("model olama/llama3")
    assert "`model` lists" in await Desk(models=models).say("model zzz")


@pytest.mark.parametrize("models", [FakeModels(failure=ModelUnavailable("raw")), FakeModels([])])
async def test_without_a_list_a_name_is_set_unchecked(models: FakeModels) -> None:
    """A provider without a list of models does not keep anyone from choosing; it is said."""
    desk = Desk(models=models)
    said = await desk.say("model other/x")
    assert "`gpt-6-luna` → `other/x`" in said
    assert "the name is not checked" in said
    assert desk.store.records == {NEAR: {"model": "other/x"}}


class Silent(FakeModels):
    """A ModelList that never answers."""

    async def offered(self, model: str) -> list[str]:
        await asyncio.Event().wait()
        return [model]


async def test_a_silent_provider_delays_nothing() -> None:
    """When the list does not come in time, the reply goes without it."""
    said = await Desk(models=Silent()).say("model")
    assert "`gpt-6-luna`" in said
    assert "could not be read" in said


async def test_a_name_with_spaces_is_refused() -> None:
    """What cannot be a model's name is refused with the reason."""
    desk = Desk()
    assert "no spaces" in await desk.say("model gpt 6")
    assert desk.store.records == {}


async def test_a_name_is_completed_from_the_list() -> None:
    """What holds the typed text anywhere, in any case, is offered in the provider's order."""
    desk = Desk(models=FakeModels(["ft:GPT-6:x", "o3", "gpt-6-luna"]))
    assert await desk.choices("model", "Gpt") == ["ft:GPT-6:x", "gpt-6-luna"]
    assert await desk.choices("model", "zzz") == []


async def test_at_most_25_completions_are_offered() -> None:
    """A platform shows no more."""
    desk = Desk(models=FakeModels([f"m{n}" for n in range(100)]))
    assert await desk.choices("model", "") == [f"m{n}" for n in range(25)]


async def test_the_list_is_remembered_for_a_minute() -> None:
    """Each key that is typed asks us, but not the provider; whoever chooses does."""
    desk = Desk()
    for _ in "gpt":
        await desk.choices("model", "g")
    assert desk.models.asked == [DEFAULTS.model]
    await desk.say("model gpt-6-terra")
    assert desk.models.asked == [DEFAULTS.model, "gpt-6-terra"]
    desk.store.records.clear()
    desk.clock.seconds = 60
    await desk.choices("model", "g")
    assert desk.models.asked[2:] == [DEFAULTS.model]


@pytest.mark.parametrize("models", [FakeModels(failure=ModelUnavailable("raw")), Silent()])
async def test_no_list_is_no_completion(models: FakeModels) -> None:
    """A provider that fails, or is silent, offers nothing, and is asked again at the next key."""
    desk = Desk(models=models)
    assert await desk.choices("model", "") == []
    assert await desk.choices("model", "") == []
