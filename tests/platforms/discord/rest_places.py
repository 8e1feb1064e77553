"""REST: the application, its commands, servers, channels and threads."""

from typing import Any

from aiohttp import web

from tests.platforms.discord import payloads
from tests.platforms.discord.door import CALL, reply
from tests.platforms.discord.errors import refusal
from tests.platforms.discord.model import (
    EVERYTHING,
    HAS_THREAD,
    STARTER,
    THREAD,
    Channel,
    Guild,
    Json,
    Message,
    User,
)
from tests.platforms.discord.rest_messages import place_of
from tests.platforms.discord.world import World


class Places:
    """What can be asked about everything but messages."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        thread = "/channels/{channel}/messages/{message}/threads"
        everywhere = "/applications/{application}/commands"
        there = "/applications/{application}/guilds/{guild}/commands"
        return [
            web.get("/users/@me", self._me, name="me"),
            web.get("/users/@me/guilds", self._guilds, name="guilds"),
            web.post("/users/@me/channels", self._direct, name="direct"),
            web.get("/users/{user}", self._user, name="user"),
            web.get("/oauth2/applications/@me", self._application, name="oauth2"),
            web.get("/applications/@me", self._application, name="application"),
            web.get("/gateway/bot", self._gateway, name="gateway"),
            web.get("/guilds/{guild}", self._guild, name="guild"),
            web.get("/guilds/{guild}/channels", self._channels, name="channels"),
            web.get("/guilds/{guild}/threads/active", self._active, name="active_threads"),
            web.get("/guilds/{guild}/members/{user}", self._member, name="member"),
            web.get("/channels/{channel}", self._channel, name="channel"),
            web.patch("/channels/{channel}", self._wake_thread, name="edit_channel"),
            web.post(thread, self._start_thread, name="thread"),
            web.get(everywhere, self._commands, name="commands"),
            web.put(everywhere, self._put_commands, name="put_commands"),
            web.get(there, self._commands, name="guild_commands"),
            web.put(there, self._put_commands, name="put_guild_commands"),
        ]

    async def _me(self, _: web.Request) -> web.Response:
        return reply(payloads.user(self._world.bot) | {"verified": True, "mfa_enabled": False})

    async def _guilds(self, _: web.Request) -> web.Response:
        return reply([self._brief(guild) for guild in self._world.guilds.values()])

    def _brief(self, guild: Guild) -> Json:
        mine = {"permissions": str(EVERYTHING), "owner": False, "features": []}
        return {"id": guild.id, "name": guild.name, "icon": None} | mine

    async def _direct(self, request: web.Request) -> web.Response:
        who = self._known_user(str(request[CALL].body["recipient_id"]))
        return reply(payloads.channel(self._world.room_with(who)))

    async def _user(self, request: web.Request) -> web.Response:
        return reply(payloads.user(self._known_user(request.match_info["user"])))

    def _known_user(self, id_: str) -> User:
        if id_ not in self._world.users:
            raise refusal(10013)
        return self._world.users[id_]

    async def _application(self, _: web.Request) -> web.Response:
        return reply(payloads.application(self._world.bot, self._world.owner) | self._open())

    def _open(self) -> Json:
        world = self._world
        known = {"flags": world.flags, "bot_public": world.public}
        return known | {"approximate_guild_count": len(world.guilds)}

    async def _gateway(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        address = {"url": self._world.gateway_url, "shards": self._world.shards}
        return reply(address | {"session_start_limit": limit})

    async def _guild(self, request: web.Request) -> web.Response:
        return reply(self._world.guild_payload(self._known_guild(request)))

    async def _channels(self, request: web.Request) -> web.Response:
        return reply(self._world.guild_payload(self._known_guild(request))["channels"])

    async def _active(self, request: web.Request) -> web.Response:
        """Those that the bot may see; it is a member of all of them."""
        guild = self._known_guild(request)
        threads = [
            place for place in self._world.active(guild) if "view" not in self._world.denied(place)
        ]
        members = [payloads.thread_member(place, self._world.bot) for place in threads]
        found = [payloads.channel(place) for place in threads]
        return reply({"threads": found, "members": members, "has_more": False})

    async def _member(self, request: web.Request) -> web.Response:
        guild, id_ = self._known_guild(request), request.match_info["user"]
        if id_ not in guild.members:
            raise refusal(10007)
        who = self._world.users[id_]
        return reply(payloads.member(who) | {"user": payloads.user(who)})

    def _known_guild(self, request: web.Request) -> Guild:
        id_ = request.match_info["guild"]
        if id_ not in self._world.guilds:
            raise refusal(10004)
        return self._world.guilds[id_]

    async def _channel(self, request: web.Request) -> web.Response:
        return reply(payloads.channel(place_of(self._world, request.match_info["channel"])))

    async def _wake_thread(self, request: web.Request) -> web.Response:
        """Of all that can be changed, whether a thread is put away."""
        place = place_of(self._world, request.match_info["channel"])
        if place.locked:
            raise refusal(160005)
        place.archived = request[CALL].body["archived"]
        self._world.update_place(place)
        return reply(payloads.channel(place))

    async def _start_thread(self, request: web.Request) -> web.Response:
        world, body = self._world, request[CALL].body
        place = place_of(world, request.match_info["channel"], "threads")
        said = world.must(place.id, request.match_info["message"])
        if said.id in world.channels:
            raise refusal(160004)
        if place.guild is None or place.type == THREAD:
            raise refusal(50024)
        if world.guilds[place.guild].threads_full:
            raise refusal(160006)
        return reply(payloads.channel(self._begun(said, place, body)), 201)

    def _begun(self, said: Message, place: Channel, body: Json) -> Channel:
        """The thread has the id of its message, and begins with a note that points there."""
        world = self._world
        thread = Channel(said.id, body["name"], THREAD, place.guild, place.id, world.bot.id)
        thread.archive_after = body.get("auto_archive_duration") or 1440
        said.flags |= HAS_THREAD
        world.add_place(thread, "THREAD_CREATE", newly_created=True)
        world.tell("MESSAGE_UPDATE", said)
        where = {"channel_id": place.id, "message_id": said.id, "guild_id": place.guild}
        world.add(Message(world.ids(), thread.id, world.bot, type=STARTER, reference=where))
        return thread

    async def _commands(self, request: web.Request) -> web.Response:
        return reply(self._world.commands.get(request.match_info.get("guild", ""), []))

    async def _put_commands(self, request: web.Request) -> web.Response:
        guild = request.match_info.get("guild", "")
        made = [self._registered(command, guild) for command in request[CALL].body]
        self._world.commands[guild] = made
        self._world.command_puts += 1
        return reply(made)

    def _registered(self, command: Json, guild: str) -> dict[str, Any]:
        world = self._world
        old = next((c for c in world.commands.get(guild, []) if c["name"] == command["name"]), {})
        id_ = old.get("id") or world.ids()
        given = {"id": id_, "application_id": world.bot.id, "version": world.ids()}
        there = {"guild_id": guild} if guild else {}
        return {"type": 1, "description": ""} | command | given | there
