"""The small images of a conversation's questions, for as long as its turns are kept."""

from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path
from typing import cast

from bot.completion import Image
from bot.errors import RecordUnreadable
from bot.messages import ConversationKey
from storage import records
from storage.keys import Keys
from storage.scripts import Client, Script, translated

_KEEP = Path(__file__).with_name("images_keep.lua")


class RedisImages:
    """Images by their attachments' ids, ``<message id>/<n>``.

    An edit or a delete of its message drops an image, and a reset all of them. Every call may
    raise StoreUnavailable.
    """

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._keep = Script(client, _KEEP)

    async def keep(
        self, conversation: ConversationKey, images: Mapping[str, Image], ttl: float
    ) -> None:
        """Keep these, and all others of the conversation, for ``ttl`` seconds from now.

        Only images of messages that wait or run, or whose turns are still there: all others,
        given now or before, are dropped.

        Raises:
            StoreFull: nothing was kept.
        """
        if images:
            pairs = [arg for id_, one in images.items() for arg in (id_, records.write_image(one))]
            names = ("images", "msgs", "turns")
            keys = [self._keys.own(name, conversation) for name in names]
            await self._keep(keys, [int(ttl * 1000), *pairs])

    async def load(self, conversation: ConversationKey, ids: Sequence[str]) -> dict[str, Image]:
        """These images; those that are not here, or of an unreadable version, are left out."""
        if not ids:
            return {}
        with translated():
            asked = self._client.hmget(self._keys.own("images", conversation), list(ids))
            found = await cast("Awaitable[list[str | None]]", asked)
        pairs = ((id_, _read(record)) for id_, record in zip(ids, found, strict=True) if record)
        return {id_: image for id_, image in pairs if image}


def _read(record: str) -> Image | None:
    try:
        return records.read_image(record)
    except RecordUnreadable:  # a newer version's: the question can be answered without
        return None
