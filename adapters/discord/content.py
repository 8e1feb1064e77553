"""What a Discord message says to a model: its text, what it quotes, its files. Pure.

``bot`` is the bot's own user id.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import discord

_FILES = 10
"""Files of one question; Discord's limit for one message."""


def replied_to(message: discord.Message) -> discord.Message | None:
    """The message that this one replies to, where Discord has it."""
    target = message.reference.resolved if message.reference else None
    return target if isinstance(target, discord.Message) else None


def files(message: discord.Message) -> list[discord.Attachment]:
    """The files of a question, in the order of its attachments' numbers.

    Its own, those of what it forwards, then those of the message that it replies to.
    """
    target = replied_to(message)
    return [*own_files(message), *(own_files(target) if target else ())][:_FILES]


def own_files(message: discord.Message) -> list[discord.Attachment]:
    """The files of a message and of what it forwards."""
    forwarded = (file for sent in message.message_snapshots for file in sent.attachments)
    return [*message.attachments, *forwarded][:_FILES]


def quotation(message: discord.Message, bot: int) -> str:
    """The message that this one replies to, with its author; "" without one."""
    target = replied_to(message)
    return attributed("In reply to", target, bot) if target else ""


def attributed(label: str, message: discord.Message, bot: int) -> str:
    """All that a message says, behind a label with its author; "" if it says nothing."""
    author = "yourself" if message.author.id == bot else message.author.display_name
    names = (f"[file: {file.filename}]" for file in message.attachments)
    said = (_plain(message.content, message), *_stickers(message), *names, handed_on(message))
    return _labelled(f"{label} {author}", said)


def handed_on(message: discord.Message) -> str:
    """What a message brings along that its author did not write: what it forwards, its embeds."""
    return "\n\n".join(_plain(text, message) for text in _brought(message) if text)


def _labelled(label: str, said: Iterable[str | None]) -> str:
    text = "\n".join(filter(None, said))
    return f"{label}: {text}" if text else ""


def _brought(message: discord.Message) -> Iterator[str]:
    for sent in message.message_snapshots:
        inside = (line for embed in sent.embeds for line in _lines(embed))
        yield _labelled("Forwarded message", (sent.content, *_stickers(sent), *inside))
    for embed in message.embeds:
        yield _labelled("Embedded in it", _lines(embed))


def _lines(embed: discord.Embed) -> Iterable[str | None]:
    fields = (f"{field.name}: {field.value}" for field in embed.fields)
    return embed.author.name, embed.title, embed.description, *fields, embed.footer.text


def _stickers(message: discord.Message | discord.MessageSnapshot) -> Iterable[str]:
    return (f"[sticker: {sticker.name}]" for sticker in message.stickers)


def text_of(message: discord.Message, bot: int) -> str:
    """What its author wrote, without the mention that only calls the bot."""
    call = rf"<@!?{bot}>"
    content = re.sub(rf"\A(?:\s*{call}[,:]?)+|(?:{call}\s*)+\Z", "", message.content)
    lines = (_plain(content, message).strip(), *_stickers(message))
    return "\n".join(filter(None, lines))


_MARKUP = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|<@!?(?P<user>\d{15,20})>|<@&(?P<role>\d{15,20})>|<#(?P<channel>\d{15,20})>"
    r"|<a?:(?P<emoji>\w+):\d+>|</(?P<command>[^:<>\n]+):\d+>"
    r"|<t:(?P<time>\d{1,11})(?::\w)?>",
    re.DOTALL,
)
"""https://docs.discord.com/developers/reference#message-formatting; inside code it is text."""


def _plain(text: str, message: discord.Message) -> str:
    """The text as people see it: names for ids; what has no name we know stays."""
    return _MARKUP.sub(lambda found: _shown(found, message), text)


def _shown(found: re.Match[str], message: discord.Message) -> str:
    match found.lastgroup:
        case "emoji":
            return f":{found['emoji']}:"
        case "command":
            return f"/{found['command']}"
        case "time":
            return datetime.fromtimestamp(int(found["time"]), UTC).isoformat()
        case "user" | "role" | "channel" as kind:
            return _name(kind, int(found[kind]), message) or found[0]
    return found[0]


def _name(kind: str, id_: int, message: discord.Message) -> str:
    guild = message.guild
    if kind == "user":
        user = discord.utils.get(message.mentions, id=id_)
        return f"@{user.display_name}" if user else ""
    role = guild.get_role(id_) if guild and kind == "role" else None
    channel = guild.get_channel_or_thread(id_) if guild and kind == "channel" else None
    return f"@{role.name}" if role else f"#{channel.name}" if channel else ""
