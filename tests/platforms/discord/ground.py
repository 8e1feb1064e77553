"""Who and where: people, servers, channels, and what a test may set."""

from tests.platforms.discord import payloads
from tests.platforms.discord.limits import Limits
from tests.platforms.discord.model import (
    DIRECT,
    FORUM,
    TEXT,
    THREAD,
    Channel,
    File,
    Guild,
    Interaction,
    Json,
    Snowflakes,
    User,
)
from tests.platforms.discord.sessions import Sessions
from tests.platforms.faults import Faults
from tests.platforms.ledger import Call, Watched


class Ground(Watched):
    """The application, people and places, with what a test may set."""

    flags = 1 << 19
    """The application's: at first, it may read messages, as one in few servers may."""
    public = True
    """Whether anybody may add the application to a server."""
    shards = 1
    latency = 0.0
    """Seconds of a round trip: half before the work, half behind it."""
    interaction_seconds = 3.0
    token_seconds = 900.0
    """How long the token of an interaction lives."""
    old_edit_limit: float | None = None
    """``retry_after`` of the refusal that edits of messages older than an hour get."""
    url = ""
    command_puts = 0
    """How often the bot registered commands."""

    def __init__(self, *, token: str = "loopback-token") -> None:  # noqa: S107 - opens nothing
        super().__init__()
        self.token = token
        self.ids = Snowflakes()
        self.bot = User(self.ids(), "threadwise", bot=True)
        self.owner = User(self.ids(), "owner")
        self.limits = Limits()
        self.faults = Faults()
        self.sessions = Sessions()
        self.users = {who.id: who for who in (self.bot, self.owner)}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.deleted_channels: list[Channel] = []
        self.interactions: dict[str, Interaction] = {}
        self.files: dict[str, File] = {}
        """What the CDN has, by path."""
        self.commands: dict[str, list[Json]] = {}
        """Registered commands by guild; "": everywhere."""
        self.calls: list[Call] = []

    @property
    def gateway_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/gateway"

    def add_guild(self, name: str, *, owner: str = "owner", id_: str = "") -> Guild:
        """A server that the bot joins; its name leads to it in every other call."""
        boss = self.person(owner)
        guild = Guild(id_ or self.ids(), name, boss.id, {self.bot.id, boss.id})
        self.guilds[guild.id] = guild
        self.sessions.dispatch("GUILD_CREATE", self.guild_payload(guild), guild.id)
        self.touch()
        return guild

    def guild_payload(self, guild: Guild) -> Json:
        places = [place for place in self.channels.values() if place.guild == guild.id]
        return payloads.guild(guild, places, self.bot)

    def guild(self, name: str = "") -> Guild:
        """By name or id; "": the first one."""
        found = (g for g in self.guilds.values() if name in {"", g.name, g.id})
        return next(found)

    def active(self, guild: Guild) -> list[Channel]:
        """The threads of a server that are not archived."""
        there = [place for place in self.channels.values() if place.guild == guild.id]
        return [place for place in there if place.type == THREAD and not place.archived]

    def add_channel(self, name: str, *, guild: str = "", forum: bool = False) -> Channel:
        """A channel of a server; "": of the first one."""
        kind = FORUM if forum else TEXT
        place = Channel(self.ids(), name, kind, self.guild(guild).id)
        return self.add_place(place, "CHANNEL_CREATE")

    def add_place(self, place: Channel, event: str, **more: object) -> Channel:
        """Any place for messages, with the event that says so."""
        self.channels[place.id] = place
        made = payloads.channel(place) | more
        self.sessions.dispatch(event, made, place.guild)
        self.touch()
        return place

    def channel(self, name: str) -> Channel:
        """By id or name.

        Raises:
            LookupError: there is none, or none any more.
        """
        if name in self.channels:
            return self.channels[name]
        for place in self.channels.values():
            if place.name == name:
                return place
        raise LookupError(name)

    def denied(self, place: Channel) -> set[str]:
        """What was taken from the bot there; a thread inherits."""
        parent = self.channels.get(place.parent or "")
        return place.denied | (parent.denied if parent else set())

    def person(self, name: str) -> User:
        """By id or name; somebody new is a member of the first server."""
        return self.find_user(name) or self.join(self.stranger(name).name)

    def stranger(self, name: str, *, bot: bool = False) -> User:
        """Somebody who is a member nowhere."""
        who = User(self.ids(), name, bot=bot)
        self.users[who.id] = who
        return who

    def join(self, name: str, guild: str = "") -> User:
        """Somebody becomes a member of a server."""
        who = self.find_user(name) or self.stranger(name)
        if self.guilds:
            self.guild(guild).members.add(who.id)
        return who

    def find_user(self, name: str) -> User | None:
        return next((u for u in self.users.values() if name in {u.id, u.name}), None)

    def room_with(self, who: User) -> Channel:
        """The DM of the bot and somebody."""
        for place in self.channels.values():
            if place.recipient is who:
                return place
        made = Channel(self.ids(), f"@{who.name}", DIRECT, recipient=who)
        self.channels[made.id] = made
        return made

    def remove_channel(self, place: Channel) -> None:
        """A channel, thread or forum is deleted, and the threads in it."""
        for inner in [p for p in self.channels.values() if p.parent == place.id]:
            self.remove_channel(inner)
        self.deleted_channels.append(self.channels.pop(place.id))
        event = "THREAD_DELETE" if place.type == THREAD else "CHANNEL_DELETE"
        self.sessions.dispatch(event, payloads.channel(place), place.guild)
        self.touch()

    def update_place(self, place: Channel) -> None:
        """Tell that a channel or thread changed."""
        event = "THREAD_UPDATE" if place.type == THREAD else "CHANNEL_UPDATE"
        self.sessions.dispatch(event, payloads.channel(place), place.guild)
        self.touch()
