"""Who and where: people and channels of one workspace, and what a test may set."""

import itertools

from tests.platforms.faults import Faults
from tests.platforms.ledger import Call, Watched
from tests.platforms.slack.limits import Limits
from tests.platforms.slack.model import (
    DIRECT,
    PUBLIC,
    Channel,
    File,
    Json,
    Link,
    Session,
    SlackError,
    Slot,
    Stamps,
    User,
    View,
)
from tests.platforms.slack.payloads import APP_ID

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
    }
)
EVENTS = frozenset(
    {
        "app_mention",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "app_home_opened",
        "app_context_changed",
        "agent_session_stopped",
        "reaction_added",
        "reaction_removed",
        "member_joined_channel",
        "app_uninstalled",
        "tokens_revoked",
    }
)
PREFIX = {PUBLIC: "C", DIRECT: "D"}


class Ground(Watched):
    """The workspace, with what a test may set."""

    team = "T0LOOPBACK"
    domain = "town"
    enterprise = ""
    """The id of the organisation, if the app is installed in one."""
    latency = 0.0
    """Seconds of a round trip: half before the work, half behind it."""
    stream_seconds = 300.0
    """How long a stream lives, at scale 1, however busy it is."""
    stream_bytes = 10_600
    """How much it takes; observed, not documented."""
    truncate = 40_000
    """Characters that chat.postMessage takes; more are cut off."""
    edit_window_closed = False
    strays = False
    """Whether a reply to what is gone is posted to the channel, instead of being refused.

    Both were seen: https://github.com/slackapi/python-slack-events-api/issues/87
    """
    ack_seconds = 3.0
    """How long Slack waits for an acknowledgement, at scale 1."""
    patience = 360.0
    """How long an event waits for somebody to connect, at scale 1; then it is lost."""
    twins = "random"
    """Which of a mention's two events comes first: ``mention``, ``message`` or ``random``."""
    url = ""

    def __init__(self, *, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = scale
        """Slack's own times are so many times as long as really."""
        self.token, self.app_token = "xoxb-loopback", f"xapp-1-{APP_ID}-1-loopback"
        self.signing_secret = "loopback-secret"  # noqa: S105 - opens nothing
        self.scopes: set[str] = set(SCOPES)
        self.app_scopes = {"connections:write"}
        self.events: set[str] = set(EVENTS)
        """What the app subscribed to."""
        self.off: dict[str, str] = {}
        """Methods that this workspace has not (``agents.*``) → the error that says so."""
        self.stamps = Stamps()
        self._numbers = itertools.count(1)
        self.limits = Limits(scale)
        self.faults = Faults()
        self.calls: list[Call] = []
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, list[str]] = {}
        self.files: dict[str, tuple[Json, File]] = {}
        self.slots: dict[tuple[str, str], Slot] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.prompts: dict[str, Json] = {}
        """What was suggested last, by channel."""
        self.views: dict[str, View] = {}
        self.links: dict[str, Link] = {}
        self.triggers: dict[str, Link] = {}
        self.bot = self.add_user("threadwise", bot=True)
        self.users["USLACKBOT"] = User("USLACKBOT", "slackbot", self.team)

    def number(self, prefix: str) -> str:
        """A new id."""
        return f"{prefix}{next(self._numbers):08d}"

    def add_user(
        self,
        name: str,
        *,
        bot: bool = False,
        team: str = "",
        guest: str = "",
        admin: bool = False,
        owner: bool = False,
    ) -> User:
        """Somebody with an account; ``team``: of another workspace, by Slack Connect."""
        made = User(self.number("U"), name, team or self.team, bot, guest, admin, owner)
        self.users[made.id] = made
        return made

    def person(self, name: str) -> User:
        """By id or name; somebody new comes into being."""
        for who in self.users.values():
            if name in {who.id, who.name}:
                return who
        return self.add_user(name)

    def add_channel(
        self, name: str, *, kind: str = PUBLIC, member: bool = True, shared: bool = False
    ) -> Channel:
        """A channel; ``member``: the bot is in it."""
        made = Channel(self.number(PREFIX.get(kind, "G")), name, kind, shared=shared)
        made.members = {self.bot.id} if member else set()
        self.channels[made.id] = made
        return made

    def channel(self, name: str) -> Channel:
        """By id or name.

        Raises:
            LookupError: there is none.
        """
        for place in self.channels.values():
            if name in {place.id, place.name}:
                return place
        raise LookupError(name)

    def direct(self, user: str) -> Channel:
        """The DM of the bot and somebody."""
        who = self.person(user)
        both = {self.bot.id, who.id}
        for place in self.channels.values():
            if place.kind == DIRECT and place.members == both:
                return place
        made = self.add_channel(f"@{who.name}", kind=DIRECT)
        made.members = both
        return made

    def place(self, id_: str) -> Channel:
        """A channel that the bot sees, for a method; only by id.

        Raises:
            SlackError: ``channel_not_found``: private channels are as if they were not.
        """
        found = self.channels.get(id_)
        if found is None or (found.kind != PUBLIC and self.bot.id not in found.members):
            raise SlackError("channel_not_found")
        return found
