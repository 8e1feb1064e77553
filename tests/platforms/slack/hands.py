"""What people press, choose, call and fill in."""

import time

from tests.platforms.slack import payloads
from tests.platforms.slack.api_views import shown
from tests.platforms.slack.deliveries import ACTION, EVENT, SLASH, Delivery
from tests.platforms.slack.model import (
    DIRECT,
    Channel,
    Json,
    Link,
    Message,
    User,
    View,
)
from tests.platforms.slack.people import People

TRIGGER_SECONDS = 3.0
LINK_SECONDS = 1800.0
"""How long a trigger and a response_url live, at scale 1."""


class Hands(People):
    """Every call answers with the delivery: ``acked`` and ``reply`` come later.

    What the app posts to the interaction's response_url stands in ``responses(delivery)``.
    """

    def press(
        self, message: str | Message, action_id: str, user: str = "ann", value: str = ""
    ) -> Delivery:
        """Somebody presses a button, or chooses ``value`` from a menu.

        Raises:
            LookupError: there is no such thing on the message now.
        """
        said, who = self.find(message), self.person(user)
        place = self.channels[said.channel]
        action = _action(said.actions[action_id], value, self.stamps())
        about = self._about("block_actions", who, place, said.ts)
        container: Json = {"type": "message", "message_ts": said.ts, "channel_id": place.id}
        container |= {"is_ephemeral": bool(said.only)}
        container |= {"thread_ts": said.thread_ts} if said.thread_ts else {}
        about |= {"container": container, "message": self.look(said), "state": {"values": {}}}
        return self.deliveries.send(ACTION, about | {"actions": [action]})

    def press_view(
        self, view: str | View, action_id: str, user: str = "ann", value: str = ""
    ) -> Delivery:
        """Somebody presses a button in a modal or in their Home tab."""
        seen, who = self.view(view), self.person(user)
        items = Message("", "", who, blocks=seen.body["blocks"]).actions
        action = _action(items[action_id], value, self.stamps())
        about = self._about("block_actions", who, None, seen.id)
        about |= {"container": {"type": "view", "view_id": seen.id}, "actions": [action]}
        return self.deliveries.send(ACTION, about | {"view": shown(seen, self.team)})

    def shortcut(
        self, message: str | Message, user: str = "ann", callback: str = "ask_about"
    ) -> Delivery:
        """Somebody chooses a shortcut from the menu of a message."""
        said, who = self.find(message), self.person(user)
        about = self._about("message_action", who, self.channels[said.channel], said.ts)
        about |= {"callback_id": callback, "action_ts": self.stamps(), "message_ts": said.ts}
        return self.deliveries.send(ACTION, about | {"message": self.look(said)})

    def slash(
        self, command: str, text: str = "", *, user: str = "ann", channel: str = "general"
    ) -> Delivery:
        """Somebody gives a command; never in a thread, Slack does not allow that.

        Raises:
            LookupError: the app has no scope for commands.
        """
        if "commands" not in self.scopes:
            raise LookupError(command)
        place, who = self.channel(channel), self.person(user)
        url, trigger = self._link(who, place, "")
        names = {DIRECT: "directmessage", "group": "privategroup"}
        form = {
            "token": payloads.TOKEN,
            "team_id": who.team,
            "team_domain": self.domain,
            "channel_id": place.id,
            "channel_name": names.get(place.kind, place.name),
            "user_id": who.id,
            "user_name": who.name,
            "command": command,
            "text": text,
            "api_app_id": payloads.APP_ID,
            "is_enterprise_install": str(bool(self.enterprise)).lower(),
            "response_url": url,
            "trigger_id": trigger,
        } | ({"enterprise_id": self.enterprise} if self.enterprise else {})
        return self.deliveries.send(SLASH, form)

    def submit(self, view: str | View, values: dict[str, Json]) -> Delivery:
        """Somebody sends a modal: ``{action_id: {"value": …}}``; it closes when acknowledged."""
        seen = self.view(view)
        inputs = [block for block in seen.body["blocks"] if block["type"] == "input"]
        state: Json = {}
        for block in inputs:
            element = block["element"]
            given = {"type": element["type"]} | values.get(element["action_id"], {})
            state[block["block_id"]] = {element["action_id"]: given}
        about = self._about("view_submission", self.users[seen.user], None, seen.id)
        body = shown(seen, self.team) | {"state": {"values": state}}
        del about["response_url"]
        sent = self.deliveries.send(ACTION, about | {"view": body, "response_urls": []})
        self.crew.start(self._submitted(seen, sent))
        return sent

    async def _submitted(self, view: View, sent: Delivery) -> None:
        """What the acknowledgement says happens to the modal."""
        await self.until(lambda: sent.acked or sent.lost, None)
        reply = sent.reply or {"response_action": "close"}
        match reply.get("response_action"):
            case "errors":
                pass
            case "update":
                view.body = reply["view"]
            case _:
                view.open = not sent.acked
        self.touch()

    def verify_address(self) -> Delivery:
        """Slack asks the address for HTTP whether it is the app's: the reply is a challenge."""
        about = {"type": "url_verification", "token": payloads.TOKEN}
        return self.deliveries.send(EVENT, about | {"challenge": self.number("Ch")})

    def view(self, view: str | View) -> View:
        """By its id."""
        return view if isinstance(view, View) else self.views[view]

    def modal(self, user: str) -> View | None:
        """The modal on top of what somebody sees."""
        who = self.person(user)
        mine = [v for v in self.views.values() if (v.user, v.type) == (who.id, "modal")]
        return next((v for v in reversed(mine) if v.open), None)

    def home(self, user: str) -> View | None:
        """What the app published to somebody's Home tab."""
        who = self.person(user)
        mine = (v for v in self.views.values() if (v.user, v.type) == (who.id, "home"))
        return next(mine, None)

    def responses(self, sent: Delivery) -> list[Json]:
        """What the app posted to the interaction's response_url."""
        id_ = sent.payload["response_url"].rpartition("/")[2]
        return self.links[id_].posts

    def _about(self, kind: str, who: User, place: Channel | None, ts: str) -> Json:
        url, trigger = self._link(who, place, ts)
        team: Json = {"id": who.team, "domain": self.domain}
        made: Json = {
            "type": kind,
            "token": payloads.TOKEN,
            "api_app_id": payloads.APP_ID,
            "user": {"id": who.id, "username": who.name, "name": who.name, "team_id": who.team},
            "team": team,
            "enterprise": {"id": self.enterprise, "name": "Org"} if self.enterprise else None,
            "is_enterprise_install": bool(self.enterprise),
            "trigger_id": trigger,
            "response_url": url,
        }
        where = {"channel": {"id": place.id, "name": place.name}} if place else {}
        return made | where

    def _link(self, who: User, place: Channel | None, ts: str) -> tuple[str, str]:
        """A response_url and a trigger_id."""
        url, trigger, now = self.number("H"), self.number("T"), time.monotonic()
        where = place.id if place else ""
        until = now + LINK_SECONDS * self.scale
        self.links[url] = Link(who.id, where, ts, until)
        fresh = max(TRIGGER_SECONDS * self.scale, 1.0)
        self.triggers[trigger] = Link(who.id, where, ts, now + fresh, uses=1)
        return f"{self.url}/hook/{url}", trigger


def _action(item: Json, value: str, at: str) -> Json:
    """What was done to a part of a message."""
    made: Json = {
        k: item[k] for k in ("type", "action_id", "block_id", "text", "value") if k in item
    }
    made["action_ts"] = at
    if item["type"] == "feedback_buttons":
        return made | {"value": value, "text": {"type": "plain_text", "text": value}}
    if item["type"] == "static_select":
        chosen = next(option for option in item["options"] if option["value"] == value)
        return made | {"selected_option": chosen}
    return made | ({"value": value} if value else {})
