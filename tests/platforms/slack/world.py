"""Messages, every way in which they change, and the events that tell of it."""

import random
import time
from collections.abc import Iterator
from typing import Any

from tests.platforms.slack import payloads
from tests.platforms.slack.blocks import decoded, screen
from tests.platforms.slack.crew import Crew
from tests.platforms.slack.deliveries import EVENT, Deliveries, Delivery
from tests.platforms.slack.ground import Ground
from tests.platforms.slack.model import (
    DIRECT,
    GROUP_DIRECT,
    PRIVATE,
    PUBLIC,
    Channel,
    Json,
    Message,
    SlackError,
    Slot,
    User,
    Version,
)

MESSAGES = {
    PUBLIC: "message.channels",
    PRIVATE: "message.groups",
    DIRECT: "message.im",
    GROUP_DIRECT: "message.mpim",
}
"""Kind of a channel → the event that an app subscribes to for what is said there."""

NEEDS = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
}
"""Events that come only with a scope."""


class World(Ground):
    """All that exists; people and the Web API act on it."""

    def __init__(self, *, scale: float = 1.0) -> None:
        super().__init__(scale=scale)
        self.crew = Crew()
        self.deliveries = Deliveries(self, self.crew)

    def emit(self, event: Json, place: Channel | None = None, *, name: str = "") -> None:
        """Send an event, if the app subscribed to it and may have it.

        ``name``: of the subscription, where it is not the event's type.
        """
        name = name or event["type"]
        allowed = NEEDS.get(name) is None or NEEDS[name] in self.scopes
        there = place is None or self.bot.id in place.members
        if name in self.events and allowed and there:
            self.deliveries.send(EVENT, self._wrapped(event, place))
        self.touch()

    def _wrapped(self, event: Json, place: Channel | None) -> Json:
        sender = self.users.get(str(event.get("user")))
        shared = place is not None and place.shared
        made: Json = {
            "token": payloads.TOKEN,
            "team_id": sender.team if sender and shared else self.team,
            "context_team_id": self.team,
            "context_enterprise_id": self.enterprise or None,
            "api_app_id": payloads.APP_ID,
            "event": {"event_ts": self.stamps()} | event,
            "type": "event_callback",
            "event_id": self.number("Ev"),
            "event_time": int(time.time()),
            "authorizations": [self.authorization()],
            "is_ext_shared_channel": shared,
            "event_context": f"4-{event['type']}-{place.id if place else ''}",
        }
        return made | ({"enterprise_id": self.enterprise} if self.enterprise else {})

    def authorization(self) -> Json:
        return {
            "enterprise_id": self.enterprise or None,
            "team_id": self.team,
            "user_id": self.bot.id,
            "is_bot": True,
            "is_enterprise_install": bool(self.enterprise),
        }

    def add(self, said: Message) -> Message:
        """A new message stands in its channel, and the app hears of it."""
        place = self.channels[said.channel]
        place.messages[said.ts] = said
        self.keep(said)
        if said.only:
            return said
        event = self.look(said) | self._where(place) | {"event_ts": said.ts}
        event |= {"client_msg_id": self.number("m")} if not said.user.bot else {}
        twins = [lambda: self.emit(event, place, name=MESSAGES[place.kind])]
        if self._mentions(said) and place.kind != DIRECT:
            twins.append(lambda: self._mention(event, place))
        for tell in self._ordered(twins):
            tell()
        if said.thread_ts:
            self._count(place, said.thread_ts)
        return said

    def _mention(self, event: Json, place: Channel) -> None:
        bare = {key: event[key] for key in event if key not in {"channel_type", "subtype"}}
        self.emit(bare | {"type": "app_mention"}, place)

    def _ordered(self, twins: list[Any]) -> list[Any]:
        flip = {"mention": True, "message": False}.get(self.twins, random.random() < 0.5)
        return twins[::-1] if flip else twins

    def _mentions(self, said: Message) -> bool:
        return f"<@{self.bot.id}>" in said.text and said.user is not self.bot

    def _where(self, place: Channel) -> Json:
        return {"channel": place.id, "channel_type": place.kind}

    def _count(self, place: Channel, thread: str) -> None:
        """The first message of a thread now counts another reply: no edit, but an event."""
        root = place.messages[thread]
        if not root.deleted:
            now = self.look(root) | payloads.thread(self.replies(place, thread))
            before = self.look(root)
            self._changed_event(place, now | {"thread_ts": thread}, before)

    def revise(self, said: Message, *, by: str = "", **change: Any) -> Message:
        """A message changes; ``by``: who edited it, "": nobody did (an unfurl)."""
        before = self.look(said)
        for name, value in change.items():
            setattr(said, name, value)
        if by:
            said.edited = {"user": by, "ts": self.stamps()}
        self.keep(said)
        if not said.only:
            self._tell(said, before, again=bool(by))
        return said

    def _tell(self, said: Message, before: Json, *, again: bool) -> None:
        """What it is now; of one that mentions the bot, an edit tells this ``again``.

        https://github.com/slack-go/slack/pull/1256
        """
        place, now = self.channels[said.channel], self.look(said)
        twins = [lambda: self._changed_event(place, now, before)]
        if again and self._mentions(said) and place.kind != DIRECT:
            event = now | self._where(place) | {"event_ts": self.stamps()}
            twins.append(lambda: self._mention(event, place))
        for tell in self._ordered(twins):
            tell()

    def _changed_event(self, place: Channel, now: Json, before: Json) -> None:
        about = {"type": "message", "subtype": "message_changed", "hidden": True}
        about |= self._where(place) | {"message": now, "previous_message": before}
        ts = self.stamps()
        self.emit(about | {"ts": ts, "event_ts": ts}, place, name=MESSAGES[place.kind])

    def remove(self, said: Message) -> None:
        """A message is deleted; the first of a thread with replies turns into a tombstone.

        https://github.com/slack-edge/slack-edge/pull/10
        """
        place, ts = self.channels[said.channel], self.stamps()
        before = self.look(said)
        said.deleted = time.monotonic()
        if self.replies(place, said.ts):
            self._changed_event(place, payloads.tombstone(said), before)
            return
        about = {"type": "message", "subtype": "message_deleted", "hidden": True}
        about |= self._where(place) | {"deleted_ts": said.ts, "previous_message": before}
        self.emit(about | {"ts": ts, "event_ts": ts}, place, name=MESSAGES[place.kind])

    def react_as(self, who: User, said: Message, name: str) -> None:
        """Somebody reacts.

        Raises:
            SlackError: they did already.
        """
        given = said.reactions.setdefault(name, [])
        if who.id in given:
            raise SlackError("already_reacted")
        given.append(who.id)
        self._reacted("reaction_added", who, said, name)

    def unreact_as(self, who: User, said: Message, name: str) -> None:
        """Somebody takes a reaction back.

        Raises:
            SlackError: there is none.
        """
        if who.id not in said.reactions.get(name, []):
            raise SlackError("no_reaction")
        said.reactions[name].remove(who.id)
        if not said.reactions[name]:
            del said.reactions[name]
        self._reacted("reaction_removed", who, said, name)

    def _reacted(self, event: str, who: User, said: Message, name: str) -> None:
        item = {"type": "message", "channel": said.channel, "ts": said.ts}
        about = {"type": event, "user": who.id, "reaction": name, "item_user": said.user.id}
        self.emit(about | {"item": item}, self.channels[said.channel])

    def look(self, said: Message) -> Json:
        """A message as events show it."""
        root = self.channels[said.channel].messages.get(said.thread_ts)
        return payloads.message(said, root, self.bot)

    def message(self, place: Channel, ts: str) -> Message:
        """A message that stands and everybody sees.

        Raises:
            SlackError: there is none.
        """
        said = place.messages.get(ts)
        if said is None or said.deleted or said.only:
            raise SlackError("message_not_found")
        return said

    def replies(self, place: Channel, thread: str) -> list[Message]:
        """What stands in a thread below its first message, oldest first."""
        return [said for said in self.standing(place) if said.thread_ts == thread]

    def standing(self, place: Channel) -> list[Message]:
        """What was not deleted and everybody sees, oldest first."""
        every = sorted(place.messages.values(), key=lambda said: said.ts)
        return [said for said in every if not said.deleted and not said.only]

    def everything(self) -> Iterator[Message]:
        """All that was ever written."""
        for place in self.channels.values():
            yield from place.messages.values()

    def keep(self, said: Message) -> None:
        """Note what stands on the screen now."""
        live = bool(said.stream and said.stream.live)
        own = said.text if said.markdown else decoded(said.text)
        text = screen(own, said.blocks, below=said.stream is not None)
        said.versions.append(Version(time.monotonic(), text, said.blocks, live))
        self.touch()

    def clear_line(self, channel: str, thread: str) -> None:
        """The app answered in a thread: a line of text that said "thinking" goes."""
        slot = self.slots.get((channel, thread))
        if slot and not slot.session:
            del self.slots[channel, thread]
            self.touch()

    def occupy(self, channel: str, thread: str, slot: Slot | None) -> None:
        """Write the one line of a thread; None: nothing is going on."""
        self.slots.pop((channel, thread), None)
        if slot:
            self.slots[channel, thread] = slot
        self.touch()

    def sent(self, *types: str) -> list[Delivery]:
        """The events of these types that were sent."""
        every = self.deliveries.every
        return [one for one in every if one.payload.get("event", {}).get("type") in types]
