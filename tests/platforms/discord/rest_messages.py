"""REST: messages, reactions and typing.

https://discord.com/developers/docs/resources/message
"""

import time
from typing import Any

from aiohttp import web

from tests.platforms.discord.door import CALL, nothing, reply
from tests.platforms.discord.errors import invalid, refusal
from tests.platforms.discord.limits import too_many
from tests.platforms.discord.model import (
    FORUM,
    NO_EMBEDS,
    REPLY,
    THREAD,
    Channel,
    Json,
    Message,
    made_at,
)
from tests.platforms.discord.world import World

LONGEST = 2000
NONCE_SECONDS = 180.0
"""How long a nonce is remembered: Discord says "the past few minutes"."""
HOUR = 3600.0


class Messages:
    """What can be done with messages."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        every = "/channels/{channel}/messages"
        one = every + "/{message}"
        mine = one + "/reactions/{emoji}/@me"
        return [
            web.get(every, self._history, name="history"),
            web.post(every, self._create, name="create"),
            web.get(one, self._get, name="message"),
            web.patch(one, self._edit, name="edit"),
            web.delete(one, self._delete, name="delete"),
            web.put(mine, self._react, name="react"),
            web.delete(mine, self._unreact, name="unreact"),
            web.post("/channels/{channel}/typing", self._type, name="typing"),
        ]

    async def _history(self, request: web.Request) -> web.Response:
        """Newest first. Without the permission to read it, there is none: so Discord says."""
        place = self._place(request)
        if "history" in self._world.denied(place):
            return reply([])
        found = _page(self._world.standing(place), request.query)
        return reply([self._world.look(said) for said in reversed(found)])

    async def _get(self, request: web.Request) -> web.Response:
        place = self._place(request, "history")
        return reply(self._world.look(self._world.must(place.id, request.match_info["message"])))

    async def _create(self, request: web.Request) -> web.Response:
        body = request[CALL].body
        place = self._place(request)
        self._may_send(place)
        known = self._known(place, body)
        if known is None:
            check_content(body, None)
            made = Message(self._world.ids(), place.id, self._world.bot, nonce=body.get("nonce"))
            fill(made, body)
            self._refer(made, body.get("message_reference"), place)
            known = self._world.add(made)
        return reply(self._world.look(known))

    def _may_send(self, place: Channel) -> None:
        if place.recipient and place.recipient.refuses_direct:
            raise refusal(50007)
        if place.locked:
            raise refusal(160005)
        if place.type == FORUM:
            raise refusal(50024)
        needs(self._world, place, "send_in_threads" if place.type == THREAD else "send")

    def _known(self, place: Channel, body: Json) -> Message | None:
        """A post with the same nonce, if it shall not be repeated; perhaps one deleted since.

        Discord makes no difference: "that message will be returned and no new message will be
        created". https://docs.discord.com/developers/resources/message#create-message
        """
        if not (body.get("enforce_nonce") and body.get("nonce") is not None):
            return None
        since = time.time() - NONCE_SECONDS
        mine = (said for said in place.messages.values() if said.author is self._world.bot)
        recent = (said for said in mine if said.nonce == body["nonce"])
        return next((said for said in recent if made_at(said.id) > since), None)

    def _refer(self, made: Message, reference: Json | None, place: Channel) -> None:
        if reference is None:
            return
        source = self._world.message(place.id, str(reference["message_id"]))
        if "history" in self._world.denied(place):
            raise refusal(160002)
        if source is None and reference.get("fail_if_not_exists", True):
            raise invalid("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE")
        if source is not None:
            where = {"type": 0, "channel_id": place.id, "message_id": source.id}
            made.type = REPLY
            made.reference = where | ({"guild_id": place.guild} if place.guild else {})

    async def _edit(self, request: web.Request) -> web.Response:
        body = request[CALL].body
        place = self._place(request)
        said = self._world.must(place.id, request.match_info["message"])
        if said.author is not self._world.bot:
            raise refusal(50005)
        if place.archived:
            raise refusal(50083)
        limit = self._world.old_edit_limit
        if limit is not None and time.time() - made_at(said.id) > HOUR:
            request[CALL].code = 30046
            return too_many(limit, code=30046)
        check_content(body, said)
        fill(said, body)
        return reply(self._world.look(self._world.revise(said, edited=time.time())))

    async def _delete(self, request: web.Request) -> web.Response:
        place = self._place(request)
        said = self._world.must(place.id, request.match_info["message"])
        if said.author is not self._world.bot:
            needs(self._world, place, "manage_messages")
        self._world.remove(said)
        return nothing()

    async def _react(self, request: web.Request) -> web.Response:
        place = self._place(request, "history", "reactions")
        if place.archived:
            raise refusal(50083)
        said = self._world.must(place.id, request.match_info["message"])
        self._world.put_reaction(said, request.match_info["emoji"], self._world.bot)
        return nothing()

    async def _unreact(self, request: web.Request) -> web.Response:
        place = self._place(request)
        said = self._world.must(place.id, request.match_info["message"])
        self._world.drop_reaction(said, request.match_info["emoji"], self._world.bot)
        return nothing()

    async def _type(self, request: web.Request) -> web.Response:
        self._may_send(self._place(request))
        return nothing()

    def _place(self, request: web.Request, *permissions: str) -> Channel:
        """The channel that a request is about."""
        return place_of(self._world, request.match_info["channel"], *permissions)


def place_of(world: World, id_: str, *permissions: str) -> Channel:
    """A channel that the bot sees, and where it has these permissions."""
    place = world.channels.get(id_)
    if place is None:
        raise refusal(10003)
    if "view" in world.denied(place):
        raise refusal(50001)
    needs(world, place, *permissions)
    return place


def needs(world: World, place: Channel, *permissions: str) -> None:
    """Refuse where one of these was taken away."""
    if world.denied(place).intersection(permissions):
        raise refusal(50013)


def check_content(body: Json, said: Message | None) -> None:
    """Refuse too long and empty messages."""
    content = body.get("content", said.content if said else "") or ""
    if len(content) > LONGEST:
        raise invalid("content", "BASE_TYPE_MAX_LENGTH")
    shown = body.get("embeds") or (said.embeds if said else [])
    if not content.strip() and not shown:
        raise refusal(50006)


def fill(said: Message, body: Json) -> None:
    """Take over what a body says."""
    if "content" in body:
        said.content = (body["content"] or "").strip()
        said.allowed = body.get("allowed_mentions")
    for name in ("components", "embeds"):
        if name in body:
            setattr(said, name, body[name] or [])
    settable = NO_EMBEDS if said.versions else -1
    if "flags" in body:
        said.flags = said.flags & ~settable | body["flags"] & settable


def _page(standing: list[Message], query: Any) -> list[Message]:
    limit = int(query.get("limit", 50))
    if "after" in query:
        return [said for said in standing if int(said.id) > int(query["after"])][:limit]
    before = int(query.get("before", 1 << 63))
    return [said for said in standing if int(said.id) < before][-limit:]
