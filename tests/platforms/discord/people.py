"""What people do on the loopback Discord, and what they see."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from tests.platforms.discord import payloads
from tests.platforms.discord.model import (
    DEFAULT,
    PERMISSIONS,
    PINNED,
    REPLY,
    SPOKEN,
    THREAD,
    Channel,
    File,
    Json,
    Message,
    User,
)
from tests.platforms.discord.world import World


class People(World):
    """Channels and people are named as they are called, or by id."""

    @property
    def mention(self) -> str:
        """What a text holds that mentions the bot."""
        return f"<@{self.bot.id}>"

    @property
    def posts(self) -> list[Message]:
        """All that the bot ever wrote, deleted messages too, oldest first."""
        return self.said_by(self.bot)

    def messages(self, channel: str, *, system: bool = False) -> list[Message]:
        """What stands in a channel, oldest first; with ``system``, Discord's own notes too."""
        standing = self.standing(self.channel(channel))
        return [said for said in standing if system or said.type in SPOKEN]

    def last(self, channel: str) -> Message | None:
        """The newest message that stands there."""
        return next(reversed(self.messages(channel)), None)

    def answers(self, channel: str) -> list[str]:
        """The texts of the bot that stand there."""
        return [m.content for m in self.messages(channel) if m.author is self.bot]

    def say(  # noqa: PLR0913 - a message has so many sides
        self,
        channel: str,
        author: str,
        text: str = "",
        *,
        reply_to: str | Message | None = None,
        ping: bool = True,
        attachments: Sequence[File] = (),
        age: float = 0,
    ) -> Message:
        """Somebody writes; ``ping``: whether the author of what they reply to is told.

        With ``age``, the message was made so many seconds ago, and is told all the same.
        """
        place, who = self.channel(channel), self.person(author)
        made = Message(self.ids(age), place.id, who, text)
        made.attachments = [self._attach(place, file) for file in attachments]
        if reply_to is not None:
            made.type, made.reference = REPLY, self._pointer(self.find(reply_to))
            made.allowed = None if ping else {"parse": ["users", "roles", "everyone"]}
        return self.add(made)

    def direct(self, user: str, text: str = "", **more: Any) -> Message:
        """Somebody writes to the bot alone."""
        return self.say(self.room_with(self.person(user)).id, user, text, **more)

    def bot_message(self, channel: str, name: str, text: str) -> Message:
        """Another bot writes."""
        other = self.find_user(name) or self.stranger(name, bot=True)
        return self.add(Message(self.ids(), self.channel(channel).id, other, text))

    def webhook_message(self, channel: str, name: str, text: str) -> Message:
        """A webhook writes."""
        hook = User(self.ids(), name, bot=True)
        return self.add(Message(self.ids(), self.channel(channel).id, hook, text, webhook=True))

    def system_message(self, channel: str, author: str, type_: int = PINNED) -> Message:
        """Discord notes something: a pin, somebody who joined, a thread."""
        who = self.person(author)
        return self.add(Message(self.ids(), self.channel(channel).id, who, type=type_))

    def forward(self, channel: str, author: str, source: str | Message) -> Message:
        """Somebody forwards a message; a forward has no text of its own."""
        old = self.find(source)
        snapshot = payloads.message(old, self.channels[old.channel], self.users)
        reference = self._pointer(old) | {"type": 1}
        made = Message(self.ids(), self.channel(channel).id, self.person(author))
        made.reference, made.snapshots = reference, [payloads.snapshot(snapshot)]
        return self.add(made)

    def edit(self, message: str | Message, text: str) -> Message:
        """Its author edits a message."""
        return self.revise(self.find(message), content=text, edited=time.time())

    def unfurl(self, message: str | Message, title: str = "A page") -> Message:
        """Discord shows what a link leads to: an update that is no edit."""
        embed = {"type": "link", "url": "https://example.org/", "title": title}
        return self.revise(self.find(message), embeds=[embed])

    def delete(self, *messages: str | Message) -> None:
        """Somebody deletes a message, or a moderator several at once."""
        self.remove(*map(self.find, messages))

    def react(self, message: str | Message, user: str, emoji: str) -> None:
        """Somebody reacts."""
        self.put_reaction(self.find(message), emoji, self.person(user))

    def unreact(self, message: str | Message, user: str, emoji: str) -> None:
        """Somebody takes a reaction back."""
        self.drop_reaction(self.find(message), emoji, self.person(user))

    def types(self, channel: str, user: str) -> None:
        """Somebody is typing."""
        place, who = self.channel(channel), self.person(user)
        there: Json = {"guild_id": place.guild} if place.guild else {}
        about = there | {"channel_id": place.id, "user_id": who.id, "timestamp": int(time.time())}
        self.sessions.dispatch("TYPING_START", about, place.guild)

    def make_forum_post(self, forum: str, author: str, title: str, text: str = "") -> Channel:
        """A post is a thread whose first message has its id."""
        room, who = self.channel(forum), self.person(author)
        post = Channel(self.ids(), title, THREAD, room.guild, room.id, who.id)
        self.add_place(post, "THREAD_CREATE", newly_created=True)
        self.add(Message(post.id, post.id, who, text))
        return post

    def make_thread(self, channel: str, author: str, name: str) -> Channel:
        """Somebody begins a thread without a message."""
        room, who = self.channel(channel), self.person(author)
        thread = Channel(self.ids(), name, THREAD, room.guild, room.id, who.id)
        return self.add_place(thread, "THREAD_CREATE", newly_created=True)

    def archive(self, thread: str, *, locked: bool = False) -> None:
        """A thread is put away."""
        place = self.channel(thread)
        place.archived, place.locked = True, locked
        self.update_place(place)

    def delete_channel(self, name: str) -> None:
        """Somebody deletes a channel, a forum or a thread."""
        self.remove_channel(self.channel(name))

    def leave(self, guild: str = "") -> None:
        """The bot is removed from a server."""
        gone = self.guilds.pop(self.guild(guild).id)
        self.channels = {k: p for k, p in self.channels.items() if p.guild != gone.id}
        self.sessions.dispatch("GUILD_DELETE", {"id": gone.id}, gone.id)
        self.touch()

    def forbid(self, channel: str, *names: str) -> None:
        """Take permissions from the bot in a channel: names of ``model.PERMISSIONS``."""
        self._permit(channel, self.channel(channel).denied | self._names(names))

    def permit(self, channel: str, *names: str) -> None:
        """Give them back."""
        self._permit(channel, self.channel(channel).denied - self._names(names))

    def refuse_direct(self, user: str, *, refuses: bool = True) -> None:
        """Somebody takes no DMs any more."""
        self.person(user).refuses_direct = refuses

    def find(self, message: str | Message) -> Message:
        """A message by its id, wherever it is.

        Raises:
            LookupError: there is none.
        """
        if isinstance(message, Message):
            return message
        for said in self._everything():
            if said.id == message:
                return said
        raise LookupError(message)

    def _everything(self) -> Iterator[Message]:
        """All that stands anywhere, and what only one person was shown."""
        for place in self.channels.values():
            yield from place.messages.values()
        for asked in self.interactions.values():
            yield from (said for said in (asked.original, *asked.follow_ups) if said)

    def _names(self, names: Sequence[str]) -> set[str]:
        return {name for name in names if PERMISSIONS[name]}

    def _permit(self, channel: str, denied: set[str]) -> None:
        place = self.channel(channel)
        place.denied = denied
        self.update_place(place)

    def _pointer(self, source: Message) -> Json:
        place = self.channels[source.channel]
        where: Json = {"type": DEFAULT, "channel_id": place.id, "message_id": source.id}
        return where | ({"guild_id": place.guild} if place.guild else {})

    def _attach(self, place: Channel, file: File) -> Json:
        id_ = self.ids()
        path = f"attachments/{place.id}/{id_}/{file.name}"
        self.files[path] = file
        return payloads.attachment(id_, f"{self.url}/{path}", file)
