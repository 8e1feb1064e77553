"""What a Discord event says: a message for the bot and its place, or nothing. Pure.

All that builds Discord's conversation keys, or takes them apart, is here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import discord

from adapters.discord.content import (
    attributed,
    files,
    handed_on,
    own_files,
    quotation,
    replied_to,
    text_of,
)
from bot.messages import Attachment, ConversationKey, IncomingMessage, Person, Trigger

ABOUT = "Explain this message. If it asks something, answer it."
"""What somebody wants who points at a message without a word of their own."""

INTERACTION = "i"
"""Begins the id of a question that came as a command: it is no message that one may answer."""
_REPLIES = "r"
"""Marks the thread of a conversation that stands in a channel itself, as replies."""


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as Discord knows it."""

    account: str
    """``discord:<application id>``."""
    id: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation stands."""

    guild: int
    """Of a direct message: the guild that admits it."""
    channel: int
    """The channel; of a thread, or a forum's post, its parent."""
    thread: int | None
    """The thread. One that is made from a message has the id of that message."""
    root: int | None
    """The message, or interaction, that a conversation of replies began with."""
    direct: bool


def place_of(conversation: ConversationKey) -> Place:
    """The place that this key names."""
    replies = conversation.thread.startswith(_REPLIES)
    number = int(conversation.thread.removeprefix(_REPLIES) or 0)
    return Place(
        guild=int(conversation.workspace),
        channel=int(conversation.channel),
        thread=number or None if not replies else None,
        root=number if replies else None,
        direct=not conversation.thread,
    )


def trigger(message: discord.Message, me: Me) -> Trigger | None:
    """Why this message is for the bot; None: it is not.

    What counts as a mention is Discord's own word, so none inside code, of a role or of everyone
    does. Where Discord hides a message's content from the bot, only what mentions it is for it.
    https://docs.discord.com/developers/events/gateway#message-content-intent
    """
    if not _of_a_person(message):
        return None
    if isinstance(message.channel, discord.DMChannel):
        return Trigger.DIRECT
    if _mentions(message, me):
        return Trigger.MENTION
    if not _readable(message):
        return None
    if _answers(message, me):
        return Trigger.MENTION
    follows = isinstance(message.channel, discord.Thread) and not _to_others(message)
    return Trigger.FOLLOW_UP if follows else None


def _of_a_person(message: discord.Message) -> bool:
    """Not of a bot, a webhook or the system, nor from a server that was never announced."""
    typed = message.type in {discord.MessageType.default, discord.MessageType.reply}
    known = message.guild or isinstance(message.channel, discord.DMChannel)
    return bool(typed and known and not message.author.bot and not message.webhook_id)


def _mentions(message: discord.Message, me: Me) -> bool:
    return any(user.id == me.id for user in message.mentions)


def _answers(message: discord.Message, me: Me) -> bool:
    target = replied_to(message)
    return target is not None and target.author.id == me.id


def _to_others(message: discord.Message) -> bool:
    return bool(message.mentions or message.role_mentions or message.mention_everyone)


def _readable(message: discord.Message) -> bool:
    return bool(
        message.content or message.attachments or message.stickers or message.message_snapshots
    )


def read(
    message: discord.Message, me: Me, *, home: str, in_thread_place: bool
) -> IncomingMessage | None:
    """The message for the bot, None if it is not for it.

    Args:
        message: as the gateway or a channel's history gives it.
        me: the bot.
        home: the workspace of a direct message: the guild that admits it.
        in_thread_place: in a channel that takes threads, the answer gets one.
    """
    why = trigger(message, me)
    threaded = in_thread_place and takes_threads(message.channel)
    begun = f"{'' if threaded else _REPLIES}{message.id}"
    return _incoming(message, me, why, (home, begun)) if why else None


def written(message: discord.Message, me: Me, *, home: str) -> IncomingMessage | None:
    """What a person wrote, whoever it is for: the new words of what may be known already."""
    place = home, f"{_REPLIES}{message.id}"
    known = _of_a_person(message)
    return _incoming(message, me, Trigger.FOLLOW_UP, place) if known else None


def _incoming(
    message: discord.Message, me: Me, why: Trigger, place: tuple[str, str]
) -> IncomingMessage:
    """The message; ``place``: the home of a direct message, the thread of one in a channel."""
    home, begun = place
    workspace = str(message.guild.id) if message.guild else home
    said = quotation(message, me.id), handed_on(message)
    return IncomingMessage(
        account=me.account,
        conversation=_conversation(message.channel, message.channel.id, workspace, begun),
        id=str(message.id),
        author=_person(message.author),
        text=text_of(message, me.id),
        at=_ms(message.created_at),
        trigger=why,
        revision=str(_ms(message.edited_at)) if message.edited_at else "",
        quoted="\n\n".join(filter(None, said)),
        attachments=_attachments(message.id, files(message)),
    )


def continued(
    incoming: IncomingMessage, message: discord.Message, me: Me, conversation: ConversationKey
) -> IncomingMessage:
    """The same in the conversation of the message that it replies to.

    That message is known there: neither are its files read again, nor the bot's words quoted.
    """
    return replace(
        incoming,
        conversation=conversation,
        quoted=handed_on(message) if _answers(message, me) else incoming.quoted,
        attachments=_attachments(message.id, own_files(message)),
    )


def asked(
    interaction: discord.Interaction[discord.Client],
    me: Me,
    text: str,
    *,
    home: str,
    about: discord.Message | None = None,
) -> IncomingMessage:
    """A question by command: in its words, or ``about`` the message that it was called on."""
    workspace = str(interaction.guild_id or home)
    channel, begun = interaction.channel_id or 0, f"{_REPLIES}{interaction.id}"
    return IncomingMessage(
        account=me.account,
        conversation=_conversation(interaction.channel, channel, workspace, begun),
        id=f"{INTERACTION}{interaction.id}",
        author=_person(interaction.user),
        text=text.strip() or ABOUT,
        at=_ms(interaction.created_at),
        trigger=Trigger.COMMAND,
        quoted=attributed("Message of", about, me.id) if about else "",
        attachments=_attachments(f"{INTERACTION}{interaction.id}", files(about)) if about else (),
        about=str(about.id) if about else "",
    )


def _attachments(id_: int | str, found: Sequence[discord.Attachment]) -> tuple[Attachment, ...]:
    return tuple(Attachment(f"{id_}/{n}", file.filename) for n, file in enumerate(found))


def _conversation(channel: object, id_: int, workspace: str, begun: str) -> ConversationKey:
    if isinstance(channel, discord.Thread):
        return ConversationKey("discord", workspace, str(channel.parent_id), str(channel.id))
    direct = isinstance(channel, discord.DMChannel)
    return ConversationKey("discord", workspace, str(id_), "" if direct else begun)


def takes_threads(channel: object) -> bool:
    """Whether a thread can be made from a message there: in text and announcement channels.

    https://docs.discord.com/developers/topics/threads
    """
    return isinstance(channel, discord.TextChannel)


def _person(user: discord.User | discord.Member) -> Person:
    return Person(str(user.id), user.display_name)


def _ms(time: datetime) -> int:
    return round(time.timestamp() * 1000)


def reference(message: discord.Message) -> str:
    """The id of the message that this one replies to, or ""."""
    if message.type is discord.MessageType.reply and message.reference:
        return str(message.reference.message_id)
    return ""
