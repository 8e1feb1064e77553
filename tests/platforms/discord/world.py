"""Messages, and every way in which they change."""

import re
import time

from tests.platforms.discord import payloads
from tests.platforms.discord.errors import refusal
from tests.platforms.discord.ground import Ground
from tests.platforms.discord.model import REPLY, SPOKEN, Channel, Json, Message, User, Version

CONTENT_FLAGS = 3 << 18
"""Flags of an application that may read messages."""

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")


class World(Ground):
    """All that exists; people, the REST API and the gateway act on it."""

    def add(self, said: Message) -> Message:
        """A new message stands in its channel, and everybody hears of it."""
        place = self.channels[said.channel]
        self._wake(place)
        self._ping(said)
        place.messages[said.id] = said
        self._keep(said)
        self.tell("MESSAGE_CREATE", said)
        return said

    def revise(self, said: Message, **change: object) -> Message:
        """Somebody edits a message, or Discord changes it without an edit (``edited`` is kept)."""
        for name, value in change.items():
            setattr(said, name, value)
        self._ping(said)
        self._keep(said)
        self.tell("MESSAGE_UPDATE", said)
        return said

    def whisper(self, said: Message, **change: object) -> Message:
        """An ephemeral message appears or changes: only its reader sees it."""
        for name, value in change.items():
            setattr(said, name, value)
        self._keep(said)
        self.touch()
        return said

    def remove(self, *gone: Message) -> None:
        """Messages of one channel are deleted."""
        for said in gone:
            said.deleted = time.monotonic()
        place = self.channels[gone[0].channel]
        ids = [said.id for said in gone if said.id in place.messages]
        where: Json = {"channel_id": place.id}
        where |= {"guild_id": place.guild} if place.guild else {}
        if len(ids) == 1:
            self.sessions.dispatch("MESSAGE_DELETE", where | {"id": ids[0]}, place.guild)
        elif ids:
            self.sessions.dispatch("MESSAGE_DELETE_BULK", where | {"ids": ids}, place.guild)
        self.touch()

    def put_reaction(self, said: Message, emoji: str, who: User) -> None:
        """Somebody reacts; twice is once."""
        given = said.reactions.setdefault(emoji, [])
        if who.id not in given:
            given.append(who.id)
            self._reacted("MESSAGE_REACTION_ADD", said, emoji, who)

    def drop_reaction(self, said: Message, emoji: str, who: User) -> None:
        """Somebody takes a reaction back."""
        given = said.reactions.get(emoji, [])
        if who.id in given:
            given.remove(who.id)
            said.reactions = {name: ids for name, ids in said.reactions.items() if ids}
            self._reacted("MESSAGE_REACTION_REMOVE", said, emoji, who)

    def _reacted(self, event: str, said: Message, emoji: str, who: User) -> None:
        place = self.channels[said.channel]
        about = payloads.reaction(said, place, emoji, who)
        self.sessions.dispatch(event, about, place.guild)
        self.touch()

    def tell(self, event: str, said: Message) -> None:
        """An event about a message; who may not read messages gets it emptied."""
        place = self.channels[said.channel]
        full = self.look(said, readable=True)
        bare = self.look(said, readable=False)
        self.sessions.dispatch(event, full, place.guild, bare)
        self.touch()

    def look(self, said: Message, *, readable: bool | None = None) -> Json:
        """A message as the bot sees it; None: by what its application may read."""
        allowed = bool(self.flags & CONTENT_FLAGS) if readable is None else readable
        made = self._one(said, readable=allowed)
        if said.type == REPLY and said.reference:
            source = self.message(said.reference["channel_id"], said.reference["message_id"])
            made["referenced_message"] = source and self._one(source, readable=allowed)
        if said.id in self.channels and said.id != said.channel:
            made["thread"] = payloads.channel(self.channels[said.id])
        return made

    def _one(self, said: Message, *, readable: bool) -> Json:
        place = self.channels[said.channel]
        made = payloads.message(said, place, self.users)
        ours = said.author is self.bot or self.bot.id in said.mentions or not place.guild
        return made if readable or ours else payloads.bare(made)

    def message(self, channel: str, id_: str) -> Message | None:
        """A message that stands."""
        place = self.channels.get(channel)
        said = place.messages.get(id_) if place else None
        return None if said is None or said.deleted else said

    def must(self, channel: str, id_: str) -> Message:
        """A message that stands, or Discord's refusal."""
        said = self.message(channel, id_)
        if said is None:
            raise refusal(10008)
        return said

    def standing(self, place: Channel) -> list[Message]:
        """What was not deleted, oldest first."""
        return [
            place.messages[k]
            for k in sorted(place.messages, key=int)
            if not place.messages[k].deleted
        ]

    def said_by(self, user: User) -> list[Message]:
        """All that somebody ever wrote, deleted messages and channels too, oldest first."""
        places = [*self.channels.values(), *self.deleted_channels]
        every = [said for place in places for said in place.messages.values()]
        theirs = [said for said in every if said.author is user and said.type in SPOKEN]
        return sorted(theirs, key=lambda said: int(said.id))

    def _wake(self, place: Channel) -> None:
        if place.archived:
            place.archived = False
            self.update_place(place)

    def _keep(self, said: Message) -> None:
        said.versions.append(Version(time.monotonic(), said.content, said.components))

    def _ping(self, said: Message) -> None:
        """Work out whom a message pings; by default, all that it names."""
        allowed = said.allowed
        parse = (
            {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse", ()))
        )
        users = [id_ for id_ in _USER.findall(said.content) if id_ in self.users]
        named = allowed or {}
        said.mentions = _among(users, "users" in parse, named.get("users", []))
        roles = _ROLE.findall(said.content)
        said.roles = _among(roles, "roles" in parse, named.get("roles", []))
        said.everyone = "everyone" in parse and bool(_EVERYONE.search(said.content))
        if said.type == REPLY and said.reference and named.get("replied_user", allowed is None):
            self._ping_replied(said, said.reference)

    def _ping_replied(self, said: Message, reference: Json) -> None:
        source = self.message(reference["channel_id"], reference["message_id"])
        known = source is not None and source.author.id in self.users
        if source and known and source.author.id not in said.mentions:
            said.mentions.append(source.author.id)


def _among(ids: list[str], all_of_them: bool, some: list[str]) -> list[str]:  # noqa: FBT001 - private
    return list(dict.fromkeys(id_ for id_ in ids if all_of_them or id_ in map(str, some)))
