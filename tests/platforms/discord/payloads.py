"""How things look on the wire; the shapes of https://discord.com/developers/docs/resources."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tests.platforms.discord.model import (
    DIRECT,
    EVERYTHING,
    FORUM,
    PERMISSIONS,
    THREAD,
    Channel,
    File,
    Guild,
    Interaction,
    Json,
    Message,
    User,
    made_at,
)


def stamp(seconds: float) -> str:
    """A time as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def user(who: User) -> Json:
    """A user object."""
    return {
        "id": who.id,
        "username": who.name,
        "global_name": None if who.bot else who.name.title(),
        "discriminator": "0",
        "avatar": None,
        "bot": who.bot,
        "public_flags": 0,
    }


def application(bot: User, owner: User) -> Json:
    """The application of a bot."""
    return {
        "id": bot.id,
        "name": bot.name,
        "description": "",
        "icon": None,
        "bot": user(bot),
        "owner": user(owner),
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "team": None,
        "install_params": {"scopes": ["bot", "applications.commands"], "permissions": "0"},
        "integration_types_config": {"0": {}},
    }


def member(who: User) -> Json:
    """What a guild knows of a user, without the user."""
    return {
        "nick": None,
        "avatar": None,
        "roles": [],
        "joined_at": stamp(made_at(who.id)),
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }


def channel(place: Channel) -> Json:
    """A channel object of any type."""
    made = {
        "id": place.id,
        "type": place.type,
        "last_message_id": max(place.messages, key=int, default=None),
        "flags": 0,
    }
    if place.recipient:
        return made | {"recipients": [user(place.recipient)]}
    made |= {"guild_id": place.guild, "name": place.name, "parent_id": place.parent}
    made |= {"rate_limit_per_user": 0, "nsfw": False}
    return made | (_thread(place) if place.type == THREAD else _room(place))


def _room(place: Channel) -> Json:
    denied = sum(PERMISSIONS[name] for name in place.denied)
    overwrite: Json = {"id": place.guild, "type": 0, "allow": "0", "deny": str(denied)}
    made = {"position": 0, "topic": None, "permission_overwrites": [overwrite]}
    return made | ({"available_tags": []} if place.type == FORUM else {})


def _thread(place: Channel) -> Json:
    metadata = {
        "archived": place.archived,
        "locked": place.locked,
        "auto_archive_duration": place.archive_after,
        "archive_timestamp": stamp(made_at(place.id)),
        "create_timestamp": stamp(made_at(place.id)),
    }
    return {
        "owner_id": place.owner,
        "message_count": len(place.messages),
        "member_count": 1,
        "total_message_sent": len(place.messages),
        "thread_metadata": metadata,
    }


def thread_member(place: Channel, who: User) -> Json:
    """That somebody takes part in a thread."""
    joined = stamp(made_at(place.id))
    return {"id": place.id, "user_id": who.id, "join_timestamp": joined, "flags": 0}


def guild(town: Guild, places: list[Channel], bot: User) -> Json:
    """A guild with what GUILD_CREATE says of it; of its members, only the bot."""
    threads = [channel(p) for p in places if p.type == THREAD and not p.archived]
    return {
        "id": town.id,
        "name": town.name,
        "owner_id": town.owner,
        "roles": [_everyone(town)],
        "emojis": [],
        "features": [],
        "preferred_locale": "en-US",
        "member_count": len(town.members),
        "joined_at": stamp(made_at(town.id)),
        "large": False,
        "unavailable": False,
        "channels": [channel(place) for place in places if place.type != THREAD],
        "threads": threads,
        "members": [member(bot) | {"user": user(bot)}],
    }


def _everyone(town: Guild) -> Json:
    return {
        "id": town.id,
        "name": "@everyone",
        "permissions": str(EVERYTHING),
        "position": 0,
        "color": 0,
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def message(said: Message, place: Channel, users: Mapping[str, User]) -> Json:
    """A message object, without what it refers to."""
    there = {"guild_id": place.guild} if place.guild else {}
    made = there | {
        "id": said.id,
        "channel_id": said.channel,
        "author": user(said.author),
        "content": said.content,
        "timestamp": stamp(made_at(said.id)),
        "edited_timestamp": stamp(said.edited) if said.edited else None,
        "tts": False,
        "pinned": False,
        "mention_everyone": said.everyone,
        "mentions": [_mentioned(users[id_], place) for id_ in said.mentions],
        "mention_roles": said.roles,
        "attachments": said.attachments,
        "embeds": said.embeds,
        "components": said.components,
        "type": said.type,
        "flags": said.flags,
    }
    return made | _odds(said, place)


def _mentioned(who: User, place: Channel) -> Json:
    return user(who) | ({"member": member(who)} if place.guild else {})


def _odds(said: Message, place: Channel) -> Json:
    made: Json = {}
    if said.webhook:
        made["webhook_id"] = said.author.id
    elif place.guild:
        made["member"] = member(said.author)
    if said.nonce is not None:
        made["nonce"] = said.nonce
    if said.reference:
        made["message_reference"] = said.reference
    if said.snapshots:
        made["message_snapshots"] = [{"message": snapshot} for snapshot in said.snapshots]
    if said.reactions:
        made["reactions"] = [_reaction(name, ids) for name, ids in said.reactions.items()]
    return made


def _reaction(name: str, ids: list[str]) -> Json:
    emoji = {"id": None, "name": name}
    details = {"burst": 0, "normal": len(ids)}
    return {"count": len(ids), "count_details": details, "me": False, "emoji": emoji}


def snapshot(made: Json) -> Json:
    """What a forward shows of a message."""
    kept = ("content", "timestamp", "edited_timestamp", "attachments", "embeds", "components")
    more = ("type", "flags", "mentions", "mention_roles")
    return {name: made[name] for name in kept + more}


def attachment(id_: str, url: str, file: File) -> Json:
    """An attachment of a message."""
    made: Json = {"id": id_, "filename": file.name, "url": url, "proxy_url": url}
    made |= {"size": len(file.data) if file.size is None else file.size}
    known = {"content_type": file.content_type, "width": file.width, "height": file.height}
    return made | {name: value for name, value in known.items() if value is not None}


def reaction(said: Message, place: Channel, emoji: str, who: User) -> Json:
    """That somebody reacted, or does no more."""
    there = {"guild_id": place.guild, "member": member(who) | {"user": user(who)}}
    about: Json = {
        "user_id": who.id,
        "channel_id": place.id,
        "message_id": said.id,
        "message_author_id": said.author.id,
        "emoji": {"id": None, "name": emoji},
        "burst": False,
        "type": 0,
    }
    return about | (there if place.guild else {})


def bare(made: Json) -> Json:
    """A message as one without the message-content intent sees it.

    Which fields: https://discord.com/developers/docs/events/gateway#message-content-intent. That
    forwarded texts go too is the cautious reading.
    """
    emptied: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
    if "message_snapshots" in made:
        snapshots = [{"message": s["message"] | emptied} for s in made["message_snapshots"]]
        emptied["message_snapshots"] = snapshots
    return made | emptied


def interaction(asked: Interaction, place: Channel, bot: User) -> Json:
    """An interaction object, without the message that it came from."""
    allowed = EVERYTHING - sum(PERMISSIONS[name] for name in place.denied)
    made = {
        "id": asked.id,
        "application_id": bot.id,
        "type": asked.type,
        "token": asked.token,
        "version": 1,
        "data": asked.data,
        "channel_id": place.id,
        "channel": channel(place) | {"permissions": str(asked.permissions)},
        "locale": "en-US",
        "entitlements": [],
        "app_permissions": str(allowed),
        "attachment_size_limit": 10_485_760,
        "context": 1 if place.type == DIRECT else 0,
        "authorizing_integration_owners": {"0": place.guild or "0"},
    }
    if not place.guild:
        return made | {"user": user(asked.user)}
    who = member(asked.user) | {"user": user(asked.user), "permissions": str(asked.permissions)}
    town = {"id": place.guild, "locale": "en-US", "features": []}
    return made | {
        "member": who,
        "guild_id": place.guild,
        "guild": town,
        "guild_locale": "en-US",
    }
