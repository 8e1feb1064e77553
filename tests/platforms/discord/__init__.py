"""A loopback Discord: gateway, REST, CDN and its people, for an unmodified discord.py.

In a test::

    async with Discord() as server:                      # town, with the channel general
        monkeypatch.setenv("DISCORD_API_URL", server.api)    # and DISCORD_BOT_TOKEN=server.token
        server.limits.rules["edit"] = Rule(5, 5.0)           # by route; .limits.token for all
        server.fault("edit", DOWN, times=2)                  # DOWN LOST CUT HANG busy(s) Fault(…)
        asked = server.say("general", "ann", f"{server.mention} why?")      # also reply_to=, age=
        await server.until(lambda: server.answers(asked.id) == ["Because."])  # thread id = its id
        server.press(server.last(asked.id), "stop:1", user="ann")  # slash menu submit edit react …
        hold = server.pause("create", nth=2, after=True)     # hold.reached, hold.go(), hold.drop()
        server.posts[0].versions                             # .at (time.monotonic), .content
        assert not server.throttled                          # server.calls is the whole ledger

The gateway's whims: ``server.gateway.cut()``, ``reconnect()``, ``invalidate()``, ``close(code)``,
``down``, ``silent``. ``probe`` has a client that is nothing but discord.py.

People and places are given by name or id; people come into being when they are named, as members
of the first server. Everything that people do takes effect at once, without ``await``, and tells
every gateway session. For a server that outlives the bot, in a process of its own::

    async with running() as there:
        await there.do("say", "general", "ann", "hello")
        await there.until(lambda state: state["posts"])

Routes, by their short names: create edit delete message history react unreact typing thread
channel guild guilds channels member user active_threads direct me application oauth2 gateway
commands put_commands guild_commands put_guild_commands callback original edit_original
delete_original follow_up get_follow_up edit_follow_up delete_follow_up.
"""

from tests.platforms.discord.limits import Rule
from tests.platforms.discord.model import (
    MANAGE_SERVER,
    Channel,
    File,
    Guild,
    Interaction,
    Message,
    User,
)
from tests.platforms.discord.remote import Remote, running
from tests.platforms.discord.server import Discord
from tests.platforms.faults import CUT, DOWN, HANG, LOST, Fault, Hold, busy
from tests.platforms.ledger import Call

__all__ = [
    "CUT",
    "DOWN",
    "HANG",
    "LOST",
    "MANAGE_SERVER",
    "Call",
    "Channel",
    "Discord",
    "Fault",
    "File",
    "Guild",
    "Hold",
    "Interaction",
    "Message",
    "Remote",
    "Rule",
    "User",
    "busy",
    "running",
]
