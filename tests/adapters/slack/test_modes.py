"""Which way an answer goes, and what is not tried twice."""

import pytest

from adapters.slack.modes import STREAMS, Mode
from adapters.slack.rest import Refused
from bot.messages import ConversationKey
from tests.adapters.slack.delivering import staged

CHANNEL = ConversationKey("slack", "T", "C1", "1.000001")
SESSION = ConversationKey("slack", "T", "D1", "1.000001")
FLAT = ConversationKey("slack", "T", "D1")


@pytest.mark.parametrize(
    ("setting", "where", "mode"),
    [
        ("auto", CHANNEL, Mode.EDITS),
        ("auto", SESSION, Mode.NATIVE),
        ("auto", FLAT, Mode.EDITS),
        ("native", CHANNEL, Mode.NATIVE),
        ("native", FLAT, Mode.EDITS),
        ("edits", SESSION, Mode.EDITS),
        ("off", CHANNEL, Mode.WHOLE),
        ("off", SESSION, Mode.WHOLE),
    ],
)
async def test_the_setting_and_the_place_decide(
    setting: str, where: ConversationKey, mode: Mode
) -> None:
    """Natively where one person reads it, unless it is set otherwise; never without a thread."""
    async with staged() as stage:
        stage.layers.here["streaming"] = setting
        assert await stage.tools.modes.choose(where) is mode
        assert stage.tools.modes.of(where) is mode


async def test_nothing_chosen_is_by_edits() -> None:
    """Edits work everywhere, also for an answer that another process began."""
    async with staged() as stage:
        assert stage.tools.modes.of(SESSION) is Mode.EDITS


@pytest.mark.parametrize("code", ["unknown_method", "not_allowed_token_type", "not_agent_app"])
async def test_what_a_workspace_lacks_is_not_tried_again(code: str) -> None:
    """Its first refusal is remembered, and the reason is told to people."""
    async with staged() as stage:
        assert stage.tools.features.heard(STREAMS, Refused(code))
        assert await stage.tools.modes.choose(SESSION) is Mode.EDITS
        assert code in await stage.tools.modes.why(SESSION)


async def test_other_refusals_say_nothing_of_the_workspace() -> None:
    """A channel that is gone says nothing of streams."""
    async with staged() as stage:
        assert not stage.tools.features.heard(STREAMS, Refused("channel_not_found"))
        assert stage.tools.features.has(STREAMS)


async def test_an_answer_that_fell_back_stays_so_to_its_end() -> None:
    """Its next part goes by edits too; the next answer begins anew."""
    async with staged() as stage:
        modes = stage.tools.modes
        modes.fall_back(SESSION)
        assert await modes.choose(SESSION) is Mode.EDITS
        modes.forget(SESSION)
        assert await modes.choose(SESSION) is Mode.NATIVE


async def test_people_are_told_which_way_and_why() -> None:
    """One sentence names both."""
    async with staged() as stage:
        assert await stage.tools.modes.why(CHANNEL) == (
            "Answers grow by edits: everybody in the channel sees them live."
        )
