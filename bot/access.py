"""Who may ask here, as messages come in: the claim looks once more, at what holds then."""

from collections.abc import Callable

from bot.messages import ConversationKey, Person
from bot.ports import Clock
from bot.recent import Recent
from bot.settings import Effective, SettingsReader
from bot.words import PAUSED

FRESH = 2.0
"""Seconds that a change may take until it is seen here."""

Rule = Callable[[Effective, ConversationKey, Person], str]
"""Why these settings do not let this person ask here, in one sentence; "" if they do."""


def _paused(settings: Effective, _here: ConversationKey, _person: Person) -> str:
    return PAUSED if settings.paused else ""


_RULES: tuple[Rule, ...] = (_paused,)
"""The first that refuses is said."""


class Access:
    """Looks at settings as they were at most two seconds ago: most messages wait for no store."""

    def __init__(self, reader: SettingsReader, clock: Clock) -> None:
        self._reader = reader
        self._recent = Recent(reader.effective, clock, FRESH)

    async def settings(self, conversation: ConversationKey) -> Effective:
        """What held here at most two seconds ago.

        Raises:
            StoreUnavailable: no answer from the store.
            RecordUnreadable: a newer version wrote them.
        """
        return await self._recent.get(conversation)

    async def refusal(self, conversation: ConversationKey, person: Person) -> str:
        """Why this person may not ask here now, in one sentence; "" if they may.

        Nobody is refused for what held a moment ago: before it is said, it is read anew.

        Raises:
            StoreUnavailable: no answer from the store.
            RecordUnreadable: a newer version wrote the settings.
        """
        if not _refusal(await self.settings(conversation), conversation, person):
            return ""
        return _refusal(await self._reader.effective(conversation), conversation, person)


def _refusal(settings: Effective, here: ConversationKey, person: Person) -> str:
    return next((said for rule in _RULES if (said := rule(settings, here, person))), "")
