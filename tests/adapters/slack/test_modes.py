"""Which way an answer goes, and what is not tried twice."""

import pytest

from adapters.slack.bounded import Bounded
from adapters.slack.modes import STREAMS, Mode
from adapters.slack.rest import Refused
from bot.messages import ConversationKey, PartKey
from tests.adapters.slack.delivering import staged

CHANNEL = ConversationKey("slack", "T", "C1", "1.000001")
SESSION = ConversationKey("slack", "T", "D1", "1.000001")
FLAT = ConversationKey("slack", "T", "D1")


def answer(where: ConversationKey, question: str = "1.000001") -> PartKey:
    """The answer to a question there."""
    return PartKey(where, question, 0)


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
        assert await stage.tools.modes.choose(answer(where)) is mode
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
        assert await stage.tools.modes.choose(answer(SESSION)) is Mode.EDITS
        assert code in await stage.tools.modes.why(SESSION)


async def test_other_refusals_say_nothing_of_the_workspace() -> None:
    """A channel that is gone says nothing of streams."""
    async with staged() as stage:
        assert not stage.tools.features.heard(STREAMS, Refused("channel_not_found"))
        assert stage.tools.features.has(STREAMS)


async def test_an_answer_that_fell_back_stays_so_to_its_end() -> None:
    """Also one that was found before its way was chosen; the same question again begins anew."""
    async with staged() as stage:
        modes, key = stage.tools.modes, answer(SESSION)
        modes.fall_back(key)
        assert await modes.choose(key) is Mode.EDITS
        modes.forget(key)
        assert await modes.choose(key) is Mode.NATIVE


async def test_what_a_lost_lease_leaves_behind_holds_for_no_other_answer() -> None:
    """An earlier answer that fell back, even while the next one runs, changes nothing for it."""
    async with staged() as stage:
        modes, first = stage.tools.modes, answer(SESSION)
        await modes.choose(first)
        modes.fall_back(first)
        assert await modes.choose(answer(SESSION, "2.000002")) is Mode.NATIVE
        modes.fall_back(first)
        assert modes.of(SESSION) is Mode.NATIVE


def test_what_nobody_takes_away_is_dropped_some_time() -> None:
    """The oldest goes; what is set again is young."""
    kept = Bounded[int, int]()
    for number in (*range(10_000), 0, 10_000):
        kept[number] = number
    assert len(kept) == 10_000
    assert 0 in kept
    assert 1 not in kept


async def test_people_are_told_which_way_and_why() -> None:
    """One sentence names both."""
    async with staged() as stage:
        assert await stage.tools.modes.why(CHANNEL) == (
            "Answers grow by edits: everybody in the channel sees them live."
        )
