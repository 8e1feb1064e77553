"""What people do on the loopback Slack, and what they see."""

import re
import time
from collections.abc import Sequence
from typing import Any

from tests.platforms.slack import payloads
from tests.platforms.slack.model import Channel, File, Json, Message, User
from tests.platforms.slack.world import World

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile(r"(<(?:[@#!]|https?:|mailto:)[^<>\s]+>)|[&<>]")


class People(World):
    """Channels and people are named as they are called, or by id."""

    @property
    def mention(self) -> str:
        """What a text holds that mentions the bot."""
        return f"<@{self.bot.id}>"

    @property
    def posts(self) -> list[Message]:
        """All that the bot ever wrote, deleted and ephemeral messages too, oldest first."""
        mine = [said for said in self.everything() if said.user is self.bot]
        return sorted(mine, key=lambda said: said.ts)

    def messages(self, channel: str, thread: str | None = None) -> list[Message]:
        """What stands in a channel, or in a thread with its first message, oldest first."""
        every = self.standing(self.channel(channel))
        return [said for said in every if thread in {None, said.ts, said.thread_ts}]

    def last(self, channel: str, thread: str | None = None) -> Message | None:
        """The newest message that stands there."""
        return next(reversed(self.messages(channel, thread)), None)

    def answers(self, channel: str, thread: str | None = None) -> list[str]:
        """What is read of the bot there."""
        mine = [said for said in self.messages(channel, thread) if said.user is self.bot]
        return [said.shown for said in mine]

    def visible(self, ts: str) -> str:
        """What stands on the screen of a message now; "" of a deleted one."""
        said = self.find(ts)
        return "" if said.deleted else said.shown

    @property
    def open_streams(self) -> list[Message]:
        """Messages that still look as if they grew."""
        every = (said for said in self.everything() if not said.deleted)
        return [said for said in every if said.stream and said.stream.live]

    @property
    def spinners(self) -> dict[tuple[str, str], str]:
        """What is still shown to be going on, by channel and thread."""
        now = time.monotonic()
        return {where: slot.status for where, slot in self.slots.items() if slot.until > now}

    def say(  # noqa: PLR0913 - a message has so many sides
        self,
        channel: str,
        user: str,
        text: str = "",
        *,
        thread: str = "",
        files: Sequence[File] = (),
        broadcast: bool = False,
        subtype: str = "",
        attachments: Sequence[Json] = (),
        looking_at: str = "",
        age: float = 0,
    ) -> Message:
        """Somebody writes what they typed: ``&``, ``<`` and ``>`` are escaped, links are not.

        ``broadcast``: the reply is also sent to the channel; ``looking_at``: the channel that
        comes as the message's context; with ``age`` it was written so many seconds ago.
        """
        place, who = self.channel(channel), self.person(user)
        self._enter(place, who)
        made = Message(self.stamps(age), place.id, who, escaped(text), thread_ts=thread)
        made.files = [self._upload(who, file) for file in files]
        made.attachments = list(attachments)
        implied = ("file_share" if files else "") or ("thread_broadcast" if broadcast else "")
        made.subtype = subtype or implied
        made.context = self._context(looking_at) if looking_at else None
        return self.add(made)

    def tell(self, user: str, text: str = "", **more: Any) -> Message:
        """Somebody writes to the bot alone."""
        return self.say(self.direct(user).id, user, text, **more)

    def bot_message(
        self, channel: str, name: str, text: str, *, subtype: str = "bot_message"
    ) -> Message:
        """Another bot writes; those of today have no ``subtype``."""
        self.person(name).bot = True
        return self.say(channel, name, text, subtype=subtype)

    def _enter(self, place: Channel, who: User) -> None:
        """Whoever speaks in a channel is a member; of that alone nobody is told."""
        place.members.add(who.id)

    def join(self, channel: str, user: str) -> None:
        """Somebody joins; the bot, when it is invited."""
        place, who = self.channel(channel), self.person(user)
        place.members.add(who.id)
        about = {"channel": place.id, "channel_type": place.id[0], "team": self.team}
        self.emit({"type": "member_joined_channel", "user": who.id} | about, place)
        text = f"<@{who.id}> has joined the channel"
        self.add(Message(self.stamps(), place.id, who, text, subtype="channel_join"))

    def edit(self, message: str | Message, text: str, *, user: str = "") -> Message:
        """Its author edits a message, or another ``user`` does."""
        said = self.find(message)
        by = self.person(user).id if user else said.user.id
        return self.revise(said, by=by, text=escaped(text), blocks=[])

    def unfurl(self, message: str | Message, title: str = "A page") -> Message:
        """Slack shows what a link leads to: a change that is no edit."""
        shown = {"title": title, "from_url": "https://example.org/", "id": 1}
        return self.revise(self.find(message), attachments=[shown])

    def delete(self, message: str | Message) -> None:
        """Somebody deletes a message."""
        self.remove(self.find(message))

    def react(self, message: str | Message, user: str, name: str) -> None:
        """Somebody reacts."""
        self.react_as(self.person(user), self.find(message), name)

    def unreact(self, message: str | Message, user: str, name: str) -> None:
        """Somebody takes a reaction back."""
        self.unreact_as(self.person(user), self.find(message), name)

    def open_home(self, user: str, tab: str = "home") -> None:
        """Somebody opens the app: its ``home`` or its ``messages`` tab."""
        about = {"type": "app_home_opened", "user": self.person(user).id, "tab": tab}
        self.emit(about | {"channel": self.direct(user).id})

    def look_at(self, user: str, channel: str) -> None:
        """Somebody looks at a channel while the app is open beside it."""
        about = {"type": "app_context_changed", "user": self.person(user).id}
        there = {"channel": self.direct(user).id, "context": self._context(channel)}
        self.emit(about | there)

    def native_stop(self, channel: str, thread: str, user: str) -> None:
        """Somebody presses Slack's own stop button, which stands while a session is processing.

        Raises:
            LookupError: there is no button.
        """
        place, who = self.channel(channel), self.person(user)
        if not self.slots[place.id, thread].session:
            raise LookupError(thread)
        here = [s for s in self.open_streams if (s.channel, s.thread_ts) == (place.id, thread)]
        for said in here:
            assert said.stream
            said.stream.ended = "user"
            self.keep(said)
        about = {"type": "agent_session_stopped", "user": who.id, "thread_ts": thread}
        where = {"channel": place.id, "streaming_message_ts": [said.ts for said in here]}
        self.emit(about | where)

    def uninstall(self) -> None:
        """The app is removed: its tokens stop working."""
        tokens = {"oauth": [], "bot": [self.bot.id]}
        self.emit({"type": "app_uninstalled"})
        self.emit({"type": "tokens_revoked", "tokens": tokens})
        self.off = {"*": "account_inactive"}

    def archive(self, channel: str) -> None:
        """A channel is put away."""
        self.channel(channel).archived = True
        self.touch()

    def kick(self, channel: str) -> None:
        """The bot is removed from a channel."""
        self.channel(channel).members.discard(self.bot.id)
        self.touch()

    def delete_channel(self, channel: str) -> None:
        """A channel is deleted, with all that stood in it."""
        place = self.channels.pop(self.channel(channel).id)
        for said in place.messages.values():
            said.deleted = said.deleted or time.monotonic()
        self.touch()

    def find(self, message: str | Message) -> Message:
        """A message by its ts, wherever it is.

        Raises:
            LookupError: there is none.
        """
        if isinstance(message, Message):
            return message
        for said in self.everything():
            if said.ts == message:
                return said
        raise LookupError(message)

    def _context(self, channel: str) -> Json:
        entity = {"type": "slack#/types/channel_id", "value": self.channel(channel).id}
        return {"entities": [entity | {"team_id": self.team}]}

    def _upload(self, who: User, file: File) -> Json:
        id_ = self.number("F")
        more = {"user": who.id, "user_team": who.team}
        size = len(file.data)
        made = payloads.file(id_, self.url, file.name, file.content_type, size, **more)
        self.files[id_] = (made, file)
        return made


def escaped(text: str) -> str:
    """As Slack sends what somebody typed: mentions and links stay what they are."""
    return _SPECIAL.sub(lambda m: m[1] or _ENTITIES[m[0]], text)
