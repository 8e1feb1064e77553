"""Counters tell what happened, in numbers and in one line per turn."""

from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from bot.counters import Counters
from bot.messages import (
    ConversationKey,
    Ending,
    IncomingMessage,
    Person,
    State,
    Trigger,
    Turn,
    Usage,
)
from bot.outcomes import Accepted
from bot.ports import Observer

KEY = ConversationKey("console", "local", "c")
USAGE = Usage(prompt_tokens=100, cached_tokens=64, completion_tokens=20, reasoning_tokens=5)


def turn(ending: Ending) -> Turn:
    """A turn that ended so."""
    question = IncomingMessage(
        "console", KEY, "m1", Person("p", "Ann"), "my diary", 1, Trigger.DIRECT
    )
    return Turn((question,), ending, ("part-1", "part-2"), 2, "fence")


def answered(cost: Decimal | None) -> Turn:
    """A turn that was answered at this cost."""
    return turn(Ending("the answer", State.ANSWERED, "openai/gpt", USAGE, cost, reference="r-1"))


def numbers(counters: Counters) -> dict[str, float]:
    """The rendered samples that are not zero, without their time of creation."""
    lines = counters.render().decode().splitlines()
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples if "_created" not in name}


def test_a_turn_is_one_line_without_text() -> None:
    """A settled turn writes exactly one event: names and numbers, and no word of anybody."""
    with capture_logs() as lines:
        Counters().settled(answered(Decimal("0.002")))
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("turn", "info")
    assert (line["state"], line["conversation"], line["parts"]) == ("answered", str(KEY), 2)
    assert (line["prompt"], line["completion"], line["cost"]) == (100, 20, Decimal("0.002"))
    assert line["reference"] == "r-1"
    assert "diary" not in str(line)
    assert "the answer" not in str(line)


def test_turns_are_counted_by_how_they_ended() -> None:
    """Each state and cause has its own number."""
    counters = Counters()
    counters.settled(turn(Ending("", State.FAILED, cause="WrongKey")))
    counters.settled(turn(Ending("", State.FAILED, cause="WrongKey")))
    counters.settled(turn(Ending("", State.UNDELIVERABLE, cause="Undeliverable")))
    assert numbers(counters) == {
        'threadwise_turns_total{cause="WrongKey",state="failed"}': 2,
        'threadwise_turns_total{cause="Undeliverable",state="undeliverable"}': 1,
    }


def test_tokens_and_dollars_are_summed_by_model() -> None:
    """What was used adds up for each model."""
    counters = Counters()
    counters.settled(answered(Decimal("0.5")))
    counters.settled(answered(Decimal("0.25")))
    found = numbers(counters)
    assert found['threadwise_tokens_total{kind="prompt",model="openai/gpt"}'] == 200
    assert found['threadwise_tokens_total{kind="cached",model="openai/gpt"}'] == 128
    assert found['threadwise_tokens_total{kind="completion",model="openai/gpt"}'] == 40
    assert found['threadwise_tokens_total{kind="reasoning",model="openai/gpt"}'] == 10
    assert found['threadwise_cost_dollars_total{model="openai/gpt"}'] == 0.75


def test_an_unknown_price_is_not_free() -> None:
    """A turn whose price is unknown counts as such, and adds no zero to the cost."""
    counters = Counters()
    counters.settled(answered(None))
    found = numbers(counters)
    assert found['threadwise_unpriced_turns_total{model="openai/gpt"}'] == 1
    assert not [name for name in found if "cost" in name]


@pytest.mark.parametrize("what", [*Accepted, "lease_lost", "rerun"])
def test_events_are_counted_by_name(what: str) -> None:
    """Whatever may become of a message has a number, and so have losses and second runs."""
    observer: Observer = (counters := Counters())
    observer.count(what)
    observer.count(what, "Crash")
    assert numbers(counters) == {
        f'threadwise_{what}_total{{cause=""}}': 1,
        f'threadwise_{what}_total{{cause="Crash"}}': 1,
    }


def test_an_event_without_a_number_is_a_bug() -> None:
    """A name that is not in the table is not lost in silence."""
    with pytest.raises(KeyError):
        Counters().count("no such event")
