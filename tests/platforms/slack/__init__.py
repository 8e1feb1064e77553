"""A loopback Slack: Web API, Socket Mode or signed requests, and its people, for slack_bolt.

In a test::

    async with Slack(scale=1 / 30) as server:            # Slack's own times, 30 times shorter
        monkeypatch.setenv("SLACK_API_URL", server.api)      # SLACK_BOT_TOKEN=server.token,
        server.limits.rules["chat.update"] = Rule(50, 60.0)  # SLACK_APP_TOKEN=server.app_token
        server.fault("chat.update", DOWN, times=2)           # LOST CUT HANG busy(s) refused(…)
        asked = server.say("general", "ann", f"{server.mention} why?")      # also thread=, files=
        await server.until(lambda: server.answers("general", asked.ts) == ["Because."])
        server.press(server.last("general", asked.ts), "stop", user="ann")  # slash submit edit …
        hold = server.pause("chat.postMessage", after=True)  # hold.reached, hold.go(), hold.drop()
        server.posts[0].versions                             # .at (time.monotonic), .text, .blocks
        assert not (server.throttled or server.spinners or server.open_streams)

``scale`` shortens tiers, redelivery, the lives of streams, status lines and links; never latency.
Where an acknowledgement within ``ack_seconds * scale`` is too much to ask, raise ``ack_seconds``.
For HTTP instead of Socket Mode, ``server.push_to("http://127.0.0.1:…/slack/events")``; the
requests are signed with ``server.signing_secret``. The connections' whims:
``server.sockets.cut()``, ``refresh(reason)``, ``down``, ``mute``, ``lifetime``. What the app may:
``server.scopes``, ``app_scopes``, ``events``; what the workspace has not:
``server.off["agents.*"] = "not_agent_app"``. ``server.deliveries.every`` is all that was sent,
``server.calls`` the whole ledger. ``probe`` has an app that is nothing but slack_bolt.

People and places are given by name or id; people come into being when they are named;
``add_user`` makes guests, owners and strangers. What people do takes effect at once, without
``await``. For a server that outlives the bot, in a process of its own::

    async with running(scale=1 / 30) as there:
        await there.do("say", "general", "ann", "hello")
        await there.until(lambda state: state["posts"])
"""

from tests.platforms.faults import CUT, DOWN, HANG, LOST, Fault, Hold, busy
from tests.platforms.ledger import Call
from tests.platforms.slack.deliveries import Delivery
from tests.platforms.slack.limits import Rule
from tests.platforms.slack.model import Channel, File, Message, User, View
from tests.platforms.slack.remote import Remote, running
from tests.platforms.slack.server import Slack, refused

__all__ = [
    "CUT",
    "DOWN",
    "HANG",
    "LOST",
    "Call",
    "Channel",
    "Delivery",
    "Fault",
    "File",
    "Hold",
    "Message",
    "Remote",
    "Rule",
    "Slack",
    "User",
    "View",
    "busy",
    "refused",
    "running",
]
