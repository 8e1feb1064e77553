"""Which value of a setting holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import ConversationKey, Scope
from bot.settings import PARSERS, Effective, SettingsReader, Source, nearest, resolve, widest

DEFAULTS = Effective(
    model="m", persona="p", history_turns=20, history_tokens=24_000, max_output_tokens=4_000
)
NUMBERS = st.dictionaries(
    st.sampled_from(["history_turns", "history_tokens", "max_output_tokens"]),
    st.integers(100, 1_000).map(str),
)
OVERRIDES = (Source.WORKSPACE, Source.CHANNEL, Source.THREAD)


@given(layers=st.lists(NUMBERS, min_size=3, max_size=3), name=st.sampled_from([*PARSERS]))
def test_the_nearest_scope_wins(layers: list[dict[str, str]], name: str) -> None:
    """A value is that of the nearest scope that has one, else the environment's."""
    setting = [
        (source, layer[name])
        for source, layer in zip(OVERRIDES, layers, strict=True)
        if name in layer
    ]
    source, text = setting[-1] if setting else (Source.ENVIRONMENT, str(getattr(DEFAULTS, name)))
    effective = resolve(DEFAULTS, layers, {})
    assert (effective.source(name), str(getattr(effective, name))) == (source, text)


@given(layers=st.lists(NUMBERS, min_size=3, max_size=3), ceiling=st.integers(1, 10_000))
def test_nobody_passes_a_ceiling(layers: list[dict[str, str]], ceiling: int) -> None:
    """Neither a stored value nor the default is above the ceiling; what is below it stands."""
    free = resolve(DEFAULTS, layers, {}).max_output_tokens
    capped = resolve(DEFAULTS, layers, {"max_output_tokens": ceiling}).max_output_tokens
    assert capped == min(free, ceiling)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("model", "two words"),
        ("model", "bell\a"),
        ("model", ""),
        ("model", "x" * 201),
        ("persona", " "),
        ("persona", "x" * 4_001),
        ("history_turns", "-1"),
        ("history_turns", "many"),
        ("history_turns", "٣"),
        ("history_tokens", "99"),
        ("max_output_tokens", "0"),
        ("max_output_tokens", "9" * 5_000),
    ],
)
def test_a_value_that_does_not_parse_counts_as_unset(name: str, text: str) -> None:
    """The wider scope's value holds, and the stored one is reported."""
    wide = str(PARSERS[name]("200"))
    effective = resolve(DEFAULTS, [{name: wide}, {name: text}, {}], {})
    assert str(getattr(effective, name)) == wide
    assert effective.source(name) is Source.WORKSPACE
    assert effective.unreadable == ((Source.CHANNEL, name),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thraed", "`place` is auto, thread or reply; did you mean thread?"),
        ("elsewhere", "`place` is auto, thread or reply."),
    ],
)
def test_a_place_is_one_of_three(text: str, said: str) -> None:
    """Anything else is refused with what there is, and with the one that was meant."""
    with pytest.raises(ValueError, match=re.escape(said) + "$"):
        PARSERS["place"](text)
    assert PARSERS["place"]("thread") == "thread"


def test_earlier_messages_are_bounded() -> None:
    """None to a hundred are read, whatever anybody sets."""
    assert [PARSERS["quoted"](text) for text in ("0", "100")] == [0, 100]
    with pytest.raises(ValueError, match="from 0 to 100"):
        PARSERS["quoted"]("101")


@pytest.mark.parametrize("nearer", ["True", "False"])
def test_a_pause_is_of_the_whole_workspace(nearer: str) -> None:
    """What a channel or a thread says neither pauses nor resumes anything."""
    for wide in (True, False):
        layers = [{"paused": str(wide)}, {"paused": nearer}, {"paused": nearer}]
        effective = resolve(DEFAULTS, layers, {})
        assert (effective.paused, effective.source("paused")) == (wide, Source.WORKSPACE)


def test_an_unknown_setting_changes_nothing() -> None:
    """A name that only a newer version knows is passed over."""
    assert resolve(DEFAULTS, [{"mood": "good"}, {}, {}], {}) == DEFAULTS


@given(name=st.sampled_from([*PARSERS]), text=st.text() | st.integers().map(str))
def test_what_is_stored_reads_the_same_again(name: str, text: str) -> None:
    """Any text counts as unset, or gives a value whose own text gives it again."""
    effective = resolve(DEFAULTS, [{name: text}, {}, {}], {})
    again = resolve(DEFAULTS, [{name: str(getattr(effective, name))}, {}, {}], {})
    assert getattr(again, name) == getattr(effective, name)


@pytest.mark.parametrize("name", ["model", "persona"])
def test_lone_surrogates_are_left_out(name: str) -> None:
    """A value can always be written to the store."""
    assert PARSERS[name]("a\ud800b") == "ab"


@dataclass
class Stored:
    """A SettingsStore that has these and asks nobody."""

    layers: list[Mapping[str, str]]
    asked: list[ConversationKey] = field(default_factory=list)

    async def load(self, conversation: ConversationKey) -> list[Mapping[str, str]]:
        self.asked.append(conversation)
        return self.layers

    async def store(self, scope: Scope, name: str, value: str | None) -> str | None:
        raise NotImplementedError


async def test_each_read_asks_the_store_once() -> None:
    """What holds is loaded anew each time, in one call."""
    store = Stored([{}, {"model": "n"}, {}])
    reader = SettingsReader(store, DEFAULTS, {"history_turns": 5})
    place = ConversationKey("slack", "team", "general", "1.2")
    expected = replace(DEFAULTS, model="n", history_turns=5, sources={"model": Source.CHANNEL})
    assert [await reader.effective(place), await reader.effective(place)] == [expected, expected]
    assert store.asked == [place, place]


def test_the_nearest_scope_is_the_thread_or_the_channel() -> None:
    """Settings made in a thread are the thread's, elsewhere the channel's."""
    channel = ConversationKey("slack", "team", "general")
    assert nearest(channel) == Scope("slack", "team", "general")
    thread = replace(channel, thread="1.2")
    assert nearest(thread) == Scope("slack", "team", "general", "1.2")
    assert widest(thread) == Scope("slack", "team")
