"""What a call on Slack takes its places from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.modes import Mode
from adapters.slack.tiers import RULES, lane_of
from bot.messages import ConversationKey
from bot.outcomes import Call
from bot.pacing.rolling import rule_of

CHANNELS = st.from_regex(r"[CDG][A-Z0-9]{2,10}", fullmatch=True)
THREAD = ConversationKey("slack", "T1", "C1", "100.000001")


@pytest.mark.parametrize(
    ("mode", "call", "lane"),
    [
        (Mode.NATIVE, Call.OPEN, "start"),
        (Mode.NATIVE, Call.NEXT, "start"),
        (Mode.NATIVE, Call.POST, "post:C1"),
        (Mode.NATIVE, Call.INTERIM, "append"),
        (Mode.NATIVE, Call.FINAL, "stop"),
        (Mode.EDITS, Call.OPEN, "open post:C1"),
        (Mode.EDITS, Call.NEXT, "post:C1"),
        (Mode.EDITS, Call.POST, "post:C1"),
        (Mode.EDITS, Call.INTERIM, "update"),
        (Mode.EDITS, Call.FINAL, "update"),
        (Mode.WHOLE, Call.OPEN, "never"),
        (Mode.WHOLE, Call.NEXT, "never"),
        (Mode.WHOLE, Call.POST, "post:C1"),
        (Mode.WHOLE, Call.INTERIM, "never"),
        (Mode.WHOLE, Call.FINAL, "update"),
        (Mode.WHOLE, Call.OTHER, "other"),
    ],
)
def test_a_call_takes_its_place_from_the_method_that_makes_it(
    mode: Mode, call: Call, lane: str
) -> None:
    """Each way that an answer goes has lanes of its own; posts have them by channel."""
    assert lane_of(lambda _: mode)(THREAD, call) == lane


@given(st.sampled_from(Mode), st.sampled_from(Call), CHANNELS)
def test_every_lane_has_a_rule(mode: Mode, call: Call, channel: str) -> None:
    """Whatever is called in whatever channel, its limits are known."""
    lanes = lane_of(lambda _: mode)(ConversationKey("slack", "T1", channel), call).split()
    assert lanes
    assert all(rule_of(RULES, lane) for lane in lanes)


def test_the_mode_is_that_of_the_conversation() -> None:
    """Two conversations of one channel may go different ways."""
    modes = {"1": Mode.NATIVE, "2": Mode.EDITS}
    lane = lane_of(lambda where: modes[where.thread])
    keys = [ConversationKey("slack", "T1", "C1", thread) for thread in modes]
    assert [lane(key, Call.FINAL) for key in keys] == ["stop", "update"]


def test_what_begins_to_grow_is_finished_within_the_edits_of_a_minute() -> None:
    """Answers that begin together find places for their last edits, and as many before."""
    assert 2 * RULES["open"].limit < RULES["update"].limit
