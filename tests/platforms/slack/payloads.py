"""What Slack says about things. Shapes: https://docs.slack.dev/reference/objects."""

import time
from typing import Any

from tests.platforms.slack.model import DIRECT, GROUP_DIRECT, PRIVATE, Channel, Json, Message, User

BOT_ID, APP_ID, TOKEN = "B0LOOPBACK", "A0LOOPBACK", "verification-token"


def user(who: User, home: str) -> Json:
    """As ``users.info`` shows somebody."""
    name = {"display_name": who.name, "real_name": who.name.title()}
    return {
        "id": who.id,
        "team_id": who.team,
        "name": who.name,
        "real_name": who.name.title(),
        "deleted": False,
        "tz": "Europe/Berlin",
        "tz_offset": 3600,
        "profile": name | {"team": who.team},
        "is_admin": who.admin or who.owner,
        "is_owner": who.owner,
        "is_primary_owner": False,
        "is_restricted": bool(who.guest),
        "is_ultra_restricted": who.guest == "single",
        "is_bot": who.bot,
        "is_app_user": False,
        "is_stranger": who.team != home,
        "updated": 1,
    }


def channel(place: Channel, bot: User) -> Json:
    """As ``conversations.info`` shows a place."""
    made: Json = {
        "id": place.id,
        "created": 1,
        "is_im": place.kind == DIRECT,
        "is_mpim": place.kind == GROUP_DIRECT,
        "is_private": place.kind in {PRIVATE, GROUP_DIRECT},
        "is_channel": place.id.startswith("C"),
        "is_group": place.kind == PRIVATE,
        "is_archived": place.archived,
        "is_ext_shared": place.shared,
        "is_shared": place.shared,
        "is_member": bot.id in place.members,
    }
    if place.kind == DIRECT:
        return made | {"user": next(iter(place.members - {bot.id}))}
    return made | {"name": place.name, "num_members": len(place.members)}


def message(said: Message, root: Message | None, bot: User) -> Json:
    """A message, as events and histories show it."""
    made: Json = {"type": "message", "user": said.user.id, "ts": said.ts, "text": said.text}
    made |= {"team": said.user.team}
    if said.user.bot:
        made |= bot_marks(said, bot)
    if said.user.team != bot.team:
        made |= {"user_team": said.user.team, "source_team": said.user.team}
    optional = {
        "subtype": said.subtype,
        "files": said.files,
        "attachments": said.attachments,
        "edited": said.edited,
        "app_context": said.context,
        "thread_ts": said.thread_ts,
        "reactions": [
            {"name": name, "users": who, "count": len(who)} for name, who in said.reactions.items()
        ],
        "parent_user_id": root.user.id if root and root is not said else "",
    }
    made |= {key: value for key, value in optional.items() if value}
    if said.subtype == "bot_message":
        del made["user"]
    if said.stream and said.stream.live:  # its blocks come when it is stopped
        return made
    return made | {"blocks": said.blocks or [rich_text(said.text)]}


def tombstone(said: Message) -> Json:
    """What stays of a thread's first message, if there are replies."""
    text = "This message was deleted."
    made = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": text}
    return made | {"hidden": True, "ts": said.ts, "thread_ts": said.ts}


def bot_marks(said: Message, bot: User) -> Json:
    """What shows that a bot wrote it."""
    if said.user is not bot:
        return {"bot_id": f"B{said.user.id[1:]}", "app_id": "A0ANOTHER"}
    profile = {"id": BOT_ID, "app_id": APP_ID, "name": bot.name, "user_id": bot.id}
    return {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": profile}


def rich_text(text: str) -> Json:
    """What Slack's own editor adds."""
    inner = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": "rich", "elements": [inner]}


def thread(replies: list[Message]) -> Json:
    """What the first message of a thread says about its replies."""
    return {
        "reply_count": len(replies),
        "reply_users": sorted({said.user.id for said in replies}),
        "reply_users_count": len({said.user.id for said in replies}),
        "latest_reply": replies[-1].ts,
    }


def file(id_: str, url: str, name: str, kind: str, size: int, **more: Any) -> Json:
    """An uploaded file."""
    place = f"{url}/files-pri/{id_}"
    return {
        "id": id_,
        "created": int(time.time()),
        "name": name,
        "title": name,
        "mimetype": kind,
        "filetype": name.rpartition(".")[2],
        "size": size,
        "mode": "hosted",
        "is_external": False,
        "file_access": "visible",
        "url_private": f"{place}/{name}",
        "url_private_download": f"{place}/download/{name}",
    } | more
