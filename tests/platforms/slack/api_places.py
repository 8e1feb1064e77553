"""The Web API: people and channels. https://docs.slack.dev/reference/methods."""

import re
from collections.abc import Sequence
from typing import Any

from tests.platforms.slack import payloads
from tests.platforms.slack.door import Method, true
from tests.platforms.slack.model import Channel, Json, Message, SlackError, User
from tests.platforms.slack.world import World

PAGE = 1000


class Places:
    """Who and where."""

    def __init__(self, world: World) -> None:
        self._world = world

    def methods(self) -> dict[str, Method]:
        return {
            "auth.test": self._test,
            "bots.info": self._bot,
            "team.info": self._team,
            "users.info": self._user,
            "users.list": self._users,
            "usergroups.users.list": self._usergroup,
            "users.conversations": self._mine,
            "conversations.list": self._channels,
            "conversations.info": self._info,
            "conversations.members": self._members,
            "conversations.open": self._open,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
        }

    def _test(self, _: Json) -> Json:
        world = self._world
        return {
            "url": f"https://{world.domain}.slack.com/",
            "team": world.domain,
            "user": world.bot.name,
            "team_id": world.team,
            "user_id": world.bot.id,
            "bot_id": payloads.BOT_ID,
            "enterprise_id": world.enterprise or None,
            "is_enterprise_install": bool(world.enterprise),
        }

    def _bot(self, args: Json) -> Json:
        if args.get("bot") != payloads.BOT_ID:
            raise SlackError("bot_not_found")
        marks = {"id": payloads.BOT_ID, "app_id": payloads.APP_ID, "deleted": False}
        return {"bot": marks | {"name": self._world.bot.name, "user_id": self._world.bot.id}}

    def _team(self, _: Json) -> Json:
        world = self._world
        made = {"id": world.team, "name": world.domain.title(), "domain": world.domain}
        return {"team": made | ({"enterprise_id": world.enterprise} if world.enterprise else {})}

    def _user(self, args: Json) -> Json:
        return {"user": payloads.user(self._who(args["user"]), self._world.team)}

    def _who(self, id_: str) -> User:
        if id_ not in self._world.users:
            raise SlackError("user_not_found")
        return self._world.users[id_]

    def _users(self, args: Json) -> Json:
        every = [payloads.user(who, self._world.team) for who in self._world.users.values()]
        return paged("members", every, args)

    def _usergroup(self, args: Json) -> Json:
        if args["usergroup"] not in self._world.usergroups:
            raise SlackError("no_such_subteam")
        return {"users": self._world.usergroups[args["usergroup"]]}

    def _mine(self, args: Json) -> Json:
        every = self._some(args)
        return self._listed(
            [place for place in every if self._world.bot.id in place.members], args
        )

    def _channels(self, args: Json) -> Json:
        return self._listed(self._some(args), args)

    def _some(self, args: Json) -> list[Channel]:
        kinds = args.get("types", "public_channel").replace(" ", "").split(",")
        wanted = {
            {"public_channel": "channel", "private_channel": "group"}.get(k, k) for k in kinds
        }
        hidden = true(args.get("exclude_archived"))
        every = (p for p in self._world.channels.values() if p.kind in wanted)
        seen = (p for p in every if p.kind == "channel" or self._world.bot.id in p.members)
        return [place for place in seen if not (hidden and place.archived)]

    def _listed(self, places: list[Channel], args: Json) -> Json:
        made = [payloads.channel(place, self._world.bot) for place in places]
        return paged("channels", made, args)

    def _info(self, args: Json) -> Json:
        return {"channel": payloads.channel(self._world.place(args["channel"]), self._world.bot)}

    def _members(self, args: Json) -> Json:
        return paged("members", sorted(self._world.place(args["channel"]).members), args)

    def _open(self, args: Json) -> Json:
        if "channel" in args:
            return {"channel": {"id": self._world.place(args["channel"]).id}}
        (only,) = args["users"].split(",")
        return {"channel": {"id": self._world.direct(self._who(only).id).id}}

    def _history(self, args: Json) -> Json:
        """Newest first; replies only where they were also sent to the channel."""
        place = self._readable(args)
        every = [said for said in self._world.standing(place) if _top(said)]
        found = [self._full(said, args) for said in between(every, args)]
        return paged("messages", found[::-1], args, {"pin_count": 0})

    def _replies(self, args: Json) -> Json:
        """Oldest first, behind the first message of the thread, which counts like the others."""
        place = self._readable(args)
        root = place.messages.get(args["ts"])
        replies = self._world.replies(place, args["ts"])
        if root is None or (root.deleted and not replies):
            raise SlackError("thread_not_found")
        first = payloads.tombstone(root) if root.deleted else self._full(root, args)
        found = [self._full(said, args) for said in between(replies, args)]
        return paged("messages", [first, *found], args)

    def _readable(self, args: Json) -> Channel:
        place = self._world.place(args["channel"])
        if self._world.bot.id not in place.members:
            raise SlackError("not_in_channel")
        return place

    def _full(self, said: Message, args: Json) -> Json:
        place = self._world.channels[said.channel]
        made, replies = self._world.look(said), self._world.replies(place, said.ts)
        if replies:
            made |= {"thread_ts": said.ts} | payloads.thread(replies)
        if said.metadata and true(args.get("include_all_metadata")):
            made |= {"metadata": said.metadata}
        return made


def _top(said: Message) -> bool:
    return not said.thread_ts or said.subtype == "thread_broadcast"


def between(every: list[Message], args: Json) -> list[Message]:
    """Those of a time; its ends count only if they are ``inclusive``."""
    oldest, latest = args.get("oldest") or "0", args.get("latest") or "9" * 10
    low, high = float(oldest), float(latest)
    ends = {oldest, latest} if true(args.get("inclusive")) else set()
    inside = [low < float(said.ts) < high and said.ts not in {oldest, latest} for said in every]
    return [said for said, fits in zip(every, inside, strict=True) if fits or said.ts in ends]


def paged(name: str, things: Sequence[Any], args: Json, more: Json | None = None) -> Json:
    """One page, and the cursor of the next; https://docs.slack.dev/apis/web-api/pagination."""
    limit, cursor = int(args.get("limit") or 100), args.get("cursor") or "next:0"
    if not re.fullmatch(r"next:\d+", cursor):
        raise SlackError("invalid_cursor")
    if not 0 < limit <= PAGE:
        raise SlackError("invalid_limit")
    begin = int(cursor.removeprefix("next:"))
    rest = len(things) > begin + limit
    after = {"next_cursor": f"next:{begin + limit}" if rest else ""}
    page = {name: list(things[begin : begin + limit]), "has_more": rest}
    return page | {"response_metadata": after} | (more or {})
