"""Settings: their names, what they may be, and which value holds in a conversation.

The nearest scope wins: thread, channel, workspace, then the environment. Nothing passes the
environment's ceilings.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from bot.messages import ConversationKey, Scope
from bot.stores import SettingsStore

Value = str | int

OPTIONS = {
    "place": ("auto", "thread", "reply"),
    "streaming": ("auto", "native", "edits", "off"),
    "direct": ("auto", "sessions", "flat"),
    "guests": ("refused", "allowed"),
}
"""What may be chosen, the default first; ``auto`` leaves it to the platform's adapter."""


class Source(StrEnum):
    """Where a value comes from, the farthest first."""

    ENVIRONMENT = "environment"
    WORKSPACE = "workspace"
    CHANNEL = "channel"
    THREAD = "thread"


_OVERRIDES = (Source.WORKSPACE, Source.CHANNEL, Source.THREAD)


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings of one conversation; the environment's own are one of these as well."""

    model: str
    persona: str
    history_turns: int
    """Turns that a prompt may repeat, and that are kept."""
    history_tokens: int
    """Tokens that a prompt may have."""
    max_output_tokens: int
    place: str = OPTIONS["place"][0]
    """Where answers to mentions in a channel go: to a thread, or as replies."""
    streaming: str = OPTIONS["streaming"][0]
    """How an answer grows on the screen, or that it comes whole."""
    direct: str = OPTIONS["direct"][0]
    """What a direct message belongs to: a conversation of its own, or the only one there; it
    holds for the whole workspace."""
    guests: str = OPTIONS["guests"][0]
    """Whether people may ask who are guests, or of another organisation."""
    quoted: int = 20
    """Earlier messages that are read when the bot is first mentioned among them."""
    paused: bool = False
    """Nobody is answered; it holds for the whole workspace, or not at all."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    """Of the values that do not come from the environment."""
    unreadable: tuple[tuple[Source, str], ...] = ()
    """What is stored but is no valid value, as (where, name): it counts as unset."""

    def source(self, name: str) -> Source:
        """Where this setting's value comes from."""
        return self.sources.get(name, Source.ENVIRONMENT)


def _text(what: str, longest: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        value = text.encode(errors="ignore").decode().strip()  # no store takes lone surrogates
        if not 0 < len(value) <= longest:
            raise ValueError(f"{what} has 1 to {longest:,} characters; this has {len(value):,}.")
        return value

    return parse


def _name(what: str, longest: int) -> Callable[[str], str]:
    text = _text(what, longest)

    def parse(name: str) -> str:
        value = text(name)
        if not value.isprintable() or " " in value:
            raise ValueError(f"{what} has no spaces or control characters.")
        return value

    return parse


def _whole(what: str, least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = int(text) if re.fullmatch("[0-9]{1,9}", text) else -1
        if not least <= value <= most:
            raise ValueError(f"{what} is a whole number from {least:,} to {most:,}.")
        return value

    return parse


def _one_of(name: str, values: Mapping[str, Value]) -> Callable[[str], Value]:
    *others, last = values
    rule = f"`{name}` is {', '.join(others)} or {last}"

    def parse(text: str) -> Value:
        if text not in values:
            close = get_close_matches(text, values, n=1)
            raise ValueError(f"{rule}; did you mean {close[0]}?" if close else f"{rule}.")
        return values[text]

    return parse


PARSERS: Mapping[str, Callable[[str], Value]] = {
    "model": _name("A model's name", 200),
    "persona": _text("A persona", 4_000),
    "history_turns": _whole("The number of turns", 0, 1_000),
    "history_tokens": _whole("The number of tokens", 100, 10_000_000),
    "max_output_tokens": _whole("The number of tokens", 1, 1_000_000),
    **{
        name: _one_of(name, dict(zip(values, values, strict=True)))
        for name, values in OPTIONS.items()
    },
    "quoted": _whole("The number of earlier messages", 0, 100),
    "paused": _one_of("paused", {"True": True, "False": False}),
}
"""Every setting with what reads its text, which raises ValueError with one sentence for people.
``str()`` of the value is the text again."""

WIDE = frozenset({"paused", "direct"})
"""What is set for whole workspaces only: anywhere nearer it does not count."""
_OWN = {"place": "discord", "streaming": "slack", "direct": "slack", "guests": "slack"}
"""The platform of a setting that means nothing on others."""


def names(platform: str) -> list[str]:
    """The settings that mean something there."""
    return [name for name in PARSERS if _OWN.get(name, platform) == platform]


class SettingsReader:
    """Reads the settings that hold, each time anew: a change holds from the next question on."""

    def __init__(
        self, store: SettingsStore, defaults: Effective, ceilings: Mapping[str, int]
    ) -> None:
        self._store = store
        self.defaults = defaults
        self._ceilings = ceilings

    async def effective(self, conversation: ConversationKey) -> Effective:
        """The settings that hold here now, in one round trip.

        Raises:
            StoreUnavailable: no answer from the store.
            RecordUnreadable: a newer version wrote them.
        """
        layers = await self._store.load(conversation)
        return resolve(self.defaults, layers, self._ceilings)


def resolve(
    defaults: Effective, layers: Sequence[Mapping[str, str]], ceilings: Mapping[str, int]
) -> Effective:
    """Lay workspace, channel and thread over the defaults, below the ceilings. Pure."""
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    unreadable: list[tuple[Source, str]] = []
    scopes = zip(_OVERRIDES, layers, strict=True)
    stored = [
        (source, name, layer)
        for source, layer in scopes
        for name in PARSERS
        if name in layer and (source is Source.WORKSPACE or name not in WIDE)
    ]
    for source, name, layer in stored:
        try:
            values[name] = PARSERS[name](layer[name])
            sources[name] = source
        except ValueError:
            unreadable.append((source, name))
    chosen = replace(defaults, sources=sources, unreadable=tuple(unreadable), **values)
    capped = {name: min(getattr(chosen, name), most) for name, most in ceilings.items()}
    return replace(chosen, **capped)


def widest(conversation: ConversationKey) -> Scope:
    """The whole workspace."""
    return Scope(conversation.platform, conversation.workspace)


def nearest(conversation: ConversationKey) -> Scope:
    """The scope of exactly this place: the thread, or the channel outside of threads."""
    return Scope(
        conversation.platform, conversation.workspace, conversation.channel, conversation.thread
    )
