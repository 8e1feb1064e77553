"""The bot on Discord: its connection, and where each event goes."""

import asyncio
from typing import Any

import discord
import structlog

from adapters.discord.buttons import AnswerButton
from adapters.discord.catchup import CatchUp, Heard
from adapters.discord.commands import CommandDesk
from adapters.discord.homes import Homes
from adapters.discord.inbound import Me
from adapters.discord.intake import THUMBS, Intake
from adapters.discord.login import account_name
from adapters.discord.rest import Learn, tracing
from adapters.discord.ways import Ways
from bot.errors import ConfigError
from bot.messages import ConversationKey
from bot.together import Signal, before

_log = structlog.stdlib.get_logger(__name__)


_NAP = 1.0
"""Seconds that the library may sleep in a call that met a limit; beyond it says so, and we wait.

Cut off by our own deadline while it sleeps for the whole token, it would never call again. As an
option it takes no less than 30.
"""
_INTENT = (
    "Discord no longer grants the Message Content intent that it granted a moment ago:"
    " start again."
)
_CLOSED = "Discord closed the connection for good (code {}): check the token, and start again."


class Bot(discord.AutoShardedClient):
    """A client whose handlers bring what happens to the core.

    Log it in, then let it listen.
    """

    def __init__(self, *, content: bool, learn: Learn) -> None:
        """``content``: the application is granted the text of all messages."""
        intents = discord.Intents.default()
        intents.message_content = content
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            http_trace=tracing(learn),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
        )
        self.http.max_ratelimit_timeout = _NAP
        self._content = content

    async def listen(self, ways: Ways) -> None:
        """Bring what happens to these ways, until it is cancelled or the client closed.

        Raises:
            ConfigError: Discord refuses the connection for good.
        """
        me, self._deaf = self.me, Signal()
        self._homes = Homes(self, ways.guilds, ways.clock)
        self._intake = Intake(ways, self._homes, me, threads=self._content)
        self._heard = Heard(ways.marks, me.account, ways.clock)
        self._catch_up = CatchUp(self, ways, self._intake, me, self._heard)
        self._desk = CommandDesk(self, ways, self._homes, me)
        self.add_dynamic_items(AnswerButton)
        await self._desk.register()
        try:
            async with asyncio.TaskGroup() as group:
                marking = group.create_task(self._heard.run())
                await self._until_told(group.create_task(self._connected()))
                marking.cancel()
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        finally:
            self._deaf.set()

    async def _until_told(self, connected: asyncio.Task[None]) -> None:
        """Until it ends, or we shall; while it connects anew, the library hears of no cancel."""
        try:
            await asyncio.wait([connected])
        finally:
            connected.cancel()
            await self.close()

    async def _connected(self) -> None:
        try:
            await self.connect()
        except discord.PrivilegedIntentsRequired as error:
            raise ConfigError(_INTENT) from error
        except discord.ConnectionClosed as error:
            raise ConfigError(_CLOSED.format(error.code)) from error

    @property
    def me(self) -> Me:
        """Who the bot is, once it is logged in."""
        assert self.application_id is not None, "it is logged in"  # noqa: S101
        return Me(account_name(self.application_id), self._user.id)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote something."""
        with self._heard.taking(message.id):
            await self._intake.message(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """A message changed: by its author's hand, or because a link unfolded."""
        await self._intake.edited(event.message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """A message was deleted."""
        await self._deleted(event.guild_id, event.channel_id, event.message_id)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Many were deleted at once."""
        for message in sorted(event.message_ids):
            await self._deleted(event.guild_id, event.channel_id, message)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """A thread was deleted."""
        if self._homes.serves(event.guild_id):
            parts = str(event.guild_id), str(event.parent_id), str(event.thread_id)
            await self._intake.left(ConversationKey("discord", *parts))

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Somebody reacted."""
        if event.message_author_id == self._user.id:
            await self._thumb(event, on=True)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Somebody took a reaction back."""
        await self._thumb(event, on=False)

    async def on_shard_connect(self, shard: int) -> None:
        """A connection began anew: what happened meanwhile will not be told."""
        self._heard.began(shard)

    async def on_shard_ready(self, shard: int) -> None:
        """The guilds of a new connection are known."""
        _log.info("listening", shard=shard, name=self._user.name, guilds=len(self.guilds))
        await before(self._deaf, self._catch_up.run(shard))

    async def on_shard_resumed(self, shard: int) -> None:
        """A connection goes on: what happened meanwhile was told."""
        self._heard.resumed(shard)

    async def on_shard_disconnect(self, shard: int) -> None:
        """A connection ended."""
        self._heard.lost(shard)

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        """The outermost edge of every event: the log has it, and the others go on."""
        _log.exception("event failed", on=event_method)

    async def pressed(self, interaction: discord.Interaction, what: str, asker: str) -> None:
        """Somebody pressed a button under an answer."""
        await self._desk.pressed(interaction, what, asker)

    async def _deleted(self, guild: int | None, channel: int, message: int) -> None:
        where = await self._channel(guild, channel)
        if where is not None:
            await self._intake.deleted(where, message)

    async def _thumb(self, event: discord.RawReactionActionEvent, *, on: bool) -> None:
        emoji = event.emoji.name
        where = await self._channel(event.guild_id, event.channel_id) if emoji in THUMBS else None
        if where is not None and event.user_id != self._user.id:
            await self._intake.thumb(where, event.message_id, event.user_id, emoji, on=on)

    async def _channel(self, guild: int | None, channel: int) -> ConversationKey | None:
        """The channel of an event, of a thread's its parent; None: it is not served."""
        return await self._intake.channel(guild, channel)

    @property
    def _user(self) -> discord.ClientUser:
        assert self.user is not None, "it is logged in before anything happens"  # noqa: S101
        return self.user
