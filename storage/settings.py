"""Settings by scope: one hash each, kept until somebody removes the last of its settings."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from bot.errors import RecordUnreadable
from bot.messages import ConversationKey, Scope
from storage.keys import Keys
from storage.scripts import Client, Script, translated

VERSION = 1
"""Of a scope's record. The next version's are read and changed as well, and stay of theirs.

A new setting needs no new version: readers skip names they do not know.
"""

_STORE = Path(__file__).with_name("settings_store.lua")


class RedisSettings:
    """Keeps the promises of ``bot.ports.SettingsStore``.

    Every call may raise StoreUnavailable, and RecordUnreadable where a version beyond the next
    one wrote.
    """

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._store = Script(client, _STORE)

    async def load(self, conversation: ConversationKey) -> list[Mapping[str, str]]:
        """The settings of the workspace, the channel and the thread, in one round trip."""
        with translated():
            async with self._client.pipeline(transaction=False) as pipe:
                for scope in _scopes(conversation):
                    pipe.hgetall(self._record(scope))
                records = await pipe.execute()
        found = [_settings(record) for record in records]
        return [*found] if conversation.thread else [*found, {}]

    async def store(self, scope: Scope, name: str, value: str | None) -> str | None:
        """Set one (None: remove it), publish the signal, and return what it was.

        Sent twice it has the effect of once; the second call returns the new value.

        Raises:
            StoreFull: nothing was changed.
        """
        message = _signal(scope)
        new = [] if value is None else [value]
        written, *old = await self._store(
            [self._record(scope)], [VERSION, self._keys.bus, message, name, *new]
        )
        if not written:
            raise RecordUnreadable(message)
        return old[0] if old else None

    def _record(self, scope: Scope) -> str:
        place = f"{quote(scope.channel, safe='')}:{quote(scope.thread, safe='')}"
        return self._keys.workspace(scope.platform, scope.workspace, f"settings:{place}")


def _scopes(conversation: ConversationKey) -> list[Scope]:
    """From the widest to the nearest; a thread's only where there is one."""
    platform, workspace = conversation.platform, conversation.workspace
    channel, thread = conversation.channel, conversation.thread
    wide = [Scope(platform, workspace), Scope(platform, workspace, channel)]
    return [*wide, Scope(platform, workspace, channel, thread)] if thread else wide


def _signal(scope: Scope) -> str:
    """Kind, account (none: it concerns all of them) and place, as in every signal."""
    place = ConversationKey(scope.platform, scope.workspace, scope.channel, scope.thread)
    return f"settings  {place}"


def _settings(record: Mapping[str, str]) -> dict[str, str]:
    version = int(record.get("v", VERSION))
    if version > VERSION + 1:
        raise RecordUnreadable(f"settings of version {version}")
    return {name: value for name, value in record.items() if name != "v"}
