"""Who was told lately why they are refused."""

from pathlib import Path

from storage.keys import Keys
from storage.scripts import Client, Script

_NOTICE = Path(__file__).with_name("notice.lua")
_QUIET_MS = 600_000


class RedisNotices:
    """Keeps the promises of ``bot.allowances.Notices``."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._keys = keys
        self._notice = Script(client, _NOTICE)

    async def first(self, platform: str, workspace: str, person: str) -> bool:
        """Whether this person is to be told now: once in ten minutes."""
        key = self._keys.workspace(platform, workspace, f"told:{person}")
        return bool(await self._notice([key], [_QUIET_MS]))
