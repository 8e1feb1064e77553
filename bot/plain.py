"""What a simple platform has: no files, no strangers who spend, no signs beside its messages."""

from collections.abc import Collection, Mapping

from bot.completion import Image, Prompt
from bot.messages import Claim, ConversationKey, Ending, PartKey


class NoFiles:
    """Keeps the promises of ``bot.ports.Sources``: there is nothing to read."""

    async def gather(self, claim: Claim) -> tuple[Claim, Mapping[str, Image]]:
        """The claim as it is."""
        return claim, {}


class NoLimits:
    """Keeps the promises of ``bot.ports.Quota``: whoever asks pays."""

    async def reserve(self, claim: Claim, prompt: Prompt) -> str | None:  # noqa: ARG002 - the port's
        """Never a refusal."""
        return None

    async def settle(self, claim: Claim, ending: Ending) -> None:
        """Nothing was set aside."""


class Silent:
    """The calls of ``bot.ports.Messenger`` that a platform without signs does not need."""

    def rings(self, conversation: ConversationKey) -> bool:  # noqa: ARG002 - the port's
        """A new message notifies nobody."""
        return False

    async def begin(self, key: PartKey, waited: Collection[str]) -> None:
        """Nothing told anybody to wait."""

    async def end(self, key: PartKey) -> None:
        """Nothing said that it was on its way."""

    async def decline(self, key: PartKey) -> None:
        """There is no sign for it."""

    async def typing(self, conversation: ConversationKey) -> None:
        """There is no sign for it."""
