"""Which of three ways an answer goes to the screen, and what this workspace lacks."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import structlog

from adapters.slack.bounded import Bounded
from adapters.slack.inbound import place_of
from adapters.slack.rest import Refused
from bot.access import Access
from bot.errors import StoreError
from bot.messages import ConversationKey, PartKey

_log = structlog.stdlib.get_logger(__name__)

STREAMS, SESSIONS, STATUS = "streams", "sessions", "status"
PROMPTS, REACTIONS = "prompts", "reactions"
"""What a workspace may lack."""
_ABSENT = {
    "feature_not_enabled",
    "method_deprecated",
    "missing_scope",
    "not_agent_app",
    "not_authorized",
    "unknown_method",
}


class Mode(StrEnum):
    """How the text of an answer comes to stand."""

    NATIVE = "native"
    """A stream that grows, live for one person."""
    EDITS = "edits"
    """A message that is edited, live for everybody."""
    WHOLE = "whole"
    """One post, when the answer is known."""


class Features:
    """What the workspace lacks: noticed once, logged once, and not tried again."""

    def __init__(self) -> None:
        self._lacking: dict[str, str] = {}

    @property
    def lacking(self) -> Mapping[str, str]:
        """Feature → the code with which Slack refused it."""
        return MappingProxyType(self._lacking)

    def has(self, feature: str) -> bool:
        """Whether it is worth a try."""
        return feature not in self._lacking

    def heard(self, feature: str, refused: Refused) -> bool:
        """Learn from a refusal; whether it says that the workspace has no such thing."""
        absent = refused.code in _ABSENT or refused.code.startswith("not_allowed")
        if absent and feature not in self._lacking:
            self._lacking[feature] = refused.code
            _log.warning("not in this workspace", feature=feature, code=refused.code)
        return absent


_WHY = {
    Mode.NATIVE: "Answers are streamed natively: {}.",
    Mode.EDITS: "Answers grow by edits: {}.",
    Mode.WHOLE: "Answers come whole: {}.",
}


class Modes:
    """Chooses once for each answer; an answer is known by its first question."""

    def __init__(self, access: Access, features: Features) -> None:
        self._access, self._features = access, features
        self._chosen = Bounded[ConversationKey, tuple[str, Mode]]()
        """The question that was begun last, and the way of its answer."""
        self._fallen = Bounded[tuple[ConversationKey, str], None]()

    async def choose(self, key: PartKey) -> Mode:
        """Settle it for this answer; by edits, where the settings are out of reach."""
        mode = Mode.EDITS
        try:
            mode, _ = await self._best(key.conversation)
        except StoreError as error:
            _log.info("not chosen", error=str(error))
        self._chosen[key.conversation] = key.question, mode
        return self.of(key.conversation)

    async def settled(self, key: PartKey) -> Mode:
        """As chosen for this answer; or chosen now, where the model spoke before it was begun."""
        question, _ = self._chosen.get(key.conversation, ("", Mode.EDITS))
        return self.of(key.conversation) if question == key.question else await self.choose(key)

    def of(self, conversation: ConversationKey) -> Mode:
        """As chosen last; edits work everywhere."""
        question, mode = self._chosen.get(conversation, ("", Mode.EDITS))
        return Mode.EDITS if (conversation, question) in self._fallen else mode

    def fall_back(self, key: PartKey) -> None:
        """This answer goes on by edits, to its end; it may be found before its way is chosen."""
        self._fallen[key.conversation, key.question] = None

    def forget(self, key: PartKey) -> None:
        """The answer is finished."""
        self._chosen.pop(key.conversation, None)
        self._fallen.pop((key.conversation, key.question), None)

    async def why(self, conversation: ConversationKey) -> str:
        """How answers are shown here, and for what reason, in one sentence for people.

        Raises:
            StoreError: the settings are out of reach.
        """
        mode, reason = await self._best(conversation)
        return _WHY[mode].format(reason)

    async def _best(self, conversation: ConversationKey) -> tuple[Mode, str]:
        """The mode, and its reason."""
        place = place_of(conversation)
        wanted = (await self._access.settings(conversation)).streaming
        if wanted in {"off", "edits"}:
            return (Mode.WHOLE if wanted == "off" else Mode.EDITS), "it is set so"
        if wanted == "auto" and not place.direct:
            return Mode.EDITS, "everybody in the channel sees them live"
        if not place.thread:
            return Mode.EDITS, "a stream needs a thread"
        if code := self._features.lacking.get(STREAMS):
            return Mode.EDITS, f"this workspace has no streams ({code})"
        return Mode.NATIVE, "it is set so" if wanted == "native" else "one person reads them"
