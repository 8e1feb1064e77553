"""REST: answers to interactions, and what may follow them.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

import time

from aiohttp import web

from tests.platforms.discord.door import CALL, nothing, reply
from tests.platforms.discord.errors import refusal
from tests.platforms.discord.model import (
    DEFAULT,
    EPHEMERAL,
    LOADING,
    MENU,
    SLASH,
    Interaction,
    Json,
    Message,
)
from tests.platforms.discord.rest_messages import check_content, fill
from tests.platforms.discord.world import World

SAY, WAIT, WAIT_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
"""Types of first answers."""

KINDS = {1: SLASH, 3: MENU}
"""Type of a command → type of the message that answers it."""


class Interactions:
    """What the bot can do with an interaction's token."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        hook = "/webhooks/{application}/{token}"
        original, later = hook + "/messages/@original", hook + "/messages/{message}"
        return [
            web.post("/interactions/{id}/{token}/callback", self._answer, name="callback"),
            web.get(original, self._get, name="original"),
            web.patch(original, self._edit, name="edit_original"),
            web.delete(original, self._delete, name="delete_original"),
            web.post(hook, self._follow_up, name="follow_up"),
            web.get(later, self._get, name="get_follow_up"),
            web.patch(later, self._edit, name="edit_follow_up"),
            web.delete(later, self._delete, name="delete_follow_up"),
        ]

    async def _answer(self, request: web.Request) -> web.Response:
        asked = self._asked(request, 10062)
        if time.monotonic() > asked.made + self._world.interaction_seconds:
            raise refusal(10062)
        if asked.answer:
            raise refusal(40060)
        body = request[CALL].body
        self._show(asked, body["type"], body.get("data") or {})
        asked.answer, asked.answered = body, time.monotonic()
        self._world.touch()
        if request.query.get("with_response") not in {"1", "true"}:
            return nothing()
        return reply(self._result(asked, body["type"]))

    def _show(self, asked: Interaction, type_: int, data: Json) -> None:
        """Whatever people see of a first answer."""
        if type_ == SAY:
            check_content(data, None)
            asked.original = self._say(asked, data)
        elif type_ == WAIT:
            flags = LOADING | data.get("flags", 0)
            asked.original = self._say(asked, data | {"flags": flags})
        elif type_ in {UPDATE, WAIT_UPDATE}:
            asked.original = asked.message
        if type_ == UPDATE and asked.original:
            if asked.original.deleted:
                raise refusal(10008)
            self._rewrite(asked.original, data)

    def _say(self, asked: Interaction, data: Json) -> Message:
        """A message in the channel; an ephemeral one is not told to anybody."""
        kind = KINDS.get(asked.data.get("type", 0), DEFAULT)
        made = Message(self._world.ids(), asked.channel, self._world.bot, type=kind, webhook=True)
        fill(made, data)
        return self._world.whisper(made) if made.flags & EPHEMERAL else self._world.add(made)

    def _rewrite(self, said: Message, data: Json) -> None:
        check_content(data, said)
        fill(said, data)
        said.flags &= ~LOADING
        change = self._world.whisper if said.flags & EPHEMERAL else self._world.revise
        change(said, edited=time.time())

    def _result(self, asked: Interaction, type_: int) -> Json:
        about: Json = {"id": asked.id, "type": asked.type}
        if not asked.original:
            return {"interaction": about, "resource": {"type": type_}}
        flags = asked.original.flags
        about["response_message_id"] = asked.original.id
        about["response_message_loading"] = bool(flags & LOADING)
        about["response_message_ephemeral"] = bool(flags & EPHEMERAL)
        shown = self._world.look(asked.original, readable=True)
        return {"interaction": about, "resource": {"type": type_, "message": shown}}

    async def _get(self, request: web.Request) -> web.Response:
        return reply(self._world.look(self._message(request), readable=True))

    async def _edit(self, request: web.Request) -> web.Response:
        said = self._message(request)
        self._rewrite(said, request[CALL].body)
        return reply(self._world.look(said, readable=True))

    async def _delete(self, request: web.Request) -> web.Response:
        self._world.remove(self._message(request))
        return nothing()

    async def _follow_up(self, request: web.Request) -> web.Response:
        """Behind a deferred answer, the first one fills that in: so Discord says."""
        asked, body = self._living(request), request[CALL].body
        if asked.original and asked.original.flags & LOADING:
            self._rewrite(asked.original, body)
            return reply(self._world.look(asked.original, readable=True))
        check_content(body, None)
        made = self._say(asked, body)
        asked.follow_ups.append(made)
        return reply(self._world.look(made, readable=True))

    def _message(self, request: web.Request) -> Message:
        asked, id_ = self._living(request), request.match_info.get("message")
        all_of_them = [m for m in (asked.original, *asked.follow_ups) if m and not m.deleted]
        found = all_of_them if id_ else [m for m in all_of_them if m is asked.original]
        for said in found:
            if id_ in {None, said.id}:
                return said
        raise refusal(10008)

    def _living(self, request: web.Request) -> Interaction:
        asked = self._asked(request, 50027)
        if time.monotonic() > asked.made + self._world.token_seconds:
            raise refusal(50027)
        if not asked.answer:
            raise refusal(10015)
        return asked

    def _asked(self, request: web.Request, code: int) -> Interaction:
        token = request.match_info["token"]
        for asked in self._world.interactions.values():
            if asked.token == token:
                return asked
        raise refusal(code)
