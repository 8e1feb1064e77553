"""What people do on Slack, brought to the core."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from adapters.slack import inbound
from adapters.slack.commands import NAMES, SIGN, CommandDesk
from adapters.slack.content import Json
from adapters.slack.homes import Homes, unwelcome
from adapters.slack.inbound import PLATFORM, place_of, settled
from adapters.slack.modes import REACTIONS, Features
from adapters.slack.replies import Later, Voice
from adapters.slack.rest import Refused, translated
from adapters.slack.status import DECLINED, WAITING
from adapters.slack.ways import Ways
from bot import words
from bot.accept import Receipt
from bot.commands.base import Reply
from bot.commands.table import parse
from bot.messages import ConversationKey, IncomingMessage, Trigger
from bot.outcomes import Accepted
from bot.together import together

_log = structlog.stdlib.get_logger(__name__)
STOPPED = "octagonal_sign"
"""🛑, as Slack calls it."""
_THUMBS = {"+1": 1, "-1": -1, "thumbsup": 1, "thumbsdown": -1}


class Intake:
    """Takes in what an event says, and returns when the store has it; the rest is done later."""

    def __init__(
        self, ways: Ways, homes: Homes, desk: CommandDesk, features: Features, later: Later
    ) -> None:
        self._ways, self._homes, self._desk, self._later = ways, homes, desk, later
        self._features = features
        self._me, self._voice = homes.me, Voice(homes.client, later)
        self._takes: dict[str, Callable[[Json], Awaitable[None]]] = {
            "message": self._spoken,
            "app_mention": self._mentioned,
            "reaction_added": self._reacted,
            "reaction_removed": self._reacted,
            "agent_session_stopped": self._stopped,
            "app_home_opened": self._opened,
            "app_uninstalled": self._removed,
            "tokens_revoked": self._removed,
        }

    async def event(self, event: Json) -> None:
        """Take in whatever it says; of most kinds that is nothing.

        Raises:
            StoreError: nobody knows whether it is taken in: it must be delivered again.
            PlatformBusy: it is not, since Slack does not say now what must be known first.
            PlatformUnavailable: likewise.
        """
        if take := self._takes.get(event["type"]):
            await take(event)

    async def message(self, event: Json) -> None:
        """Take a new message in, if it is for the bot.

        Raises:
            StoreError: nobody knows whether it is taken in.
            PlatformBusy: it is not.
            PlatformUnavailable: likewise.
        """
        if inbound.trigger(event, self._me) is None:
            return
        sessions = await self._sessions(event["channel"])
        incoming = inbound.read(event, self._me, sessions=sessions)
        if incoming:
            await self._take(incoming)

    async def _spoken(self, event: Json) -> None:
        if gone := inbound.deleted(event):
            channel, message = gone
            await self._ways.door.delete(self._me.account, self._channel(channel), message)
        elif event.get("subtype") == "message_changed":
            await self._edited(event)
        else:
            await self.message(event)

    async def _mentioned(self, event: Json) -> None:
        """An edit is told in this way too: https://github.com/slackapi/bolt-js/issues/960."""
        await (self._changed(event) if "edited" in event else self.message(event))

    async def _edited(self, event: Json) -> None:
        if now := inbound.edited(event):
            await self._changed(now)

    async def _changed(self, now: Json) -> None:
        """What people say among themselves is for the bot only while it is new."""
        sessions = await self._sessions(now["channel"])
        asked = inbound.read(now, self._me, sessions=sessions)
        incoming = asked or inbound.written(now, self._me, sessions=sessions)
        if incoming:
            addressed = asked is not None and asked.trigger is not Trigger.FOLLOW_UP
            await self._change(incoming, addressed=addressed)

    async def _change(self, incoming: IncomingMessage, *, addressed: bool) -> None:
        """Where it is not known, it is asked, if it is asked, only now."""
        now = replace(incoming, at=inbound.milliseconds(incoming.revision))
        if await self._ways.conversations.find(now.conversation, now.id):
            await self._ways.door.edit(await self._named(now), addressed=addressed)
        elif addressed:
            await self._take(now)

    async def _take(self, incoming: IncomingMessage) -> None:
        if not await self._concerns(incoming):
            return
        refusal, incoming = await self._introduced(incoming)
        if refusal and incoming.trigger is Trigger.FOLLOW_UP:
            return  # they speak to each other, and are not told what they did not ask
        if not refusal and (command := _command(incoming.text)):
            await self._obey(incoming, *command)
        else:
            await self._ask(incoming, refusal)

    async def _concerns(self, incoming: IncomingMessage) -> bool:
        """Not what people say among themselves: of those, nobody is looked up."""
        if incoming.trigger is not Trigger.FOLLOW_UP:
            return True
        return (await self._ways.conversations.known([incoming.conversation]))[0]

    async def _introduced(self, incoming: IncomingMessage) -> tuple[str, IncomingMessage]:
        """Why its author is not answered, if so, and the message with the names that are known."""
        people, (author, *others) = self._homes.people, inbound.nameless(incoming)
        who, names = await together(people.of(author), people.names(others))
        refusal = await unwelcome(who, settled(incoming), self._ways.access)
        return refusal, inbound.named(incoming, {**names, author: who.name})

    async def _named(self, incoming: IncomingMessage) -> IncomingMessage:
        return inbound.named(incoming, await self._homes.people.names(inbound.nameless(incoming)))

    async def _ask(self, incoming: IncomingMessage, refusal: str) -> None:
        refusal = refusal or await self._ways.access.refusal(settled(incoming), incoming.author)
        receipt = await self._ways.door.accept(incoming, refusal)
        self._later(self._respond(incoming, receipt))

    async def _obey(self, incoming: IncomingMessage, name: str, argument: str) -> None:
        """Once, however often it is delivered: the store remembers what it refused."""
        if self._ways.clock.now() - incoming.at > self._ways.max_age * 1000:
            return await self._ask(incoming, words.AWAY)
        receipt = await self._ways.door.accept(incoming, SIGN)
        if receipt.outcome is Accepted.REFUSED:
            self._later(self._desk.text_command(incoming, name, argument))
        return None

    async def _sessions(self, channel: str) -> bool:
        return channel.startswith("D") and await self._homes.direct.sessions(channel)

    async def _reacted(self, event: Json) -> None:
        """A thumb on one of the bot's messages."""
        item, thumb = event["item"], _THUMBS.get(event["reaction"].partition("::")[0])
        if thumb is None or event.get("item_user") != self._me.user:
            return
        part, on = item["ts"], event["type"] == "reaction_added"
        conversations = self._ways.conversations
        where = await conversations.find(self._channel(item["channel"]), part)
        if where and event["user"] != self._me.user:
            await conversations.rate(where, part, event["user"], thumb if on else None)

    async def _stopped(self, event: Json) -> None:
        """Slack's own stop: https://docs.slack.dev/reference/events/agent_session_stopped."""
        channel, conversations = self._channel(event["channel"]), self._ways.conversations
        thread = event["thread_ts"]
        here = await conversations.find(channel, thread) or replace(channel, thread=thread)
        await conversations.cancel(self._me.account, here, "", "user")

    async def _opened(self, event: Json) -> None:
        if event["tab"] == "home":
            self._later(self._desk.home_opened(event))
        else:
            self._later(self._suggest(event["channel"]))

    async def _suggest(self, channel: str) -> None:
        await self._homes.direct.suggest(channel)

    async def _removed(self, event: Json) -> None:
        _log.error("removed from the workspace: install the app anew", on=event["type"])

    def _channel(self, channel: str) -> ConversationKey:
        return ConversationKey(PLATFORM, self._me.team, channel)

    async def _respond(self, incoming: IncomingMessage, receipt: Receipt) -> None:
        """Say at once what must be said at once."""
        match receipt.outcome:
            case Accepted.QUEUED:
                if await self._room(incoming):
                    await self._have_wait(incoming)
            case Accepted.STOPPING:
                await self._react(incoming, STOPPED)
            case _ if receipt.sentence:
                await self._refuse(incoming, receipt.sentence)

    async def _have_wait(self, incoming: IncomingMessage) -> None:
        """Show that it waits; its turn may come while that is on its way."""
        await self._react(incoming, WAITING)
        waiting = await self._ways.conversations.waiting(incoming.conversation)
        if incoming.id not in waiting[1:]:
            await self._react(incoming, WAITING, on=False)

    async def _refuse(self, incoming: IncomingMessage, sentence: str) -> None:
        """Say it once in ten minutes to one person, else show it while there is room."""
        first = self._ways.notices.first
        if await first(PLATFORM, incoming.conversation.workspace, incoming.author.id):
            await self._say(incoming, sentence)
        elif await self._room(incoming):
            await self._react(incoming, DECLINED)

    async def _say(self, incoming: IncomingMessage, sentence: str) -> None:
        """To its author alone, where others listen."""
        where = _active(incoming)
        await self._voice.say(where.channel, where.thread, incoming.author.id, Reply(sentence))

    async def _room(self, incoming: IncomingMessage) -> bool:
        """For a sign that nobody would miss."""
        here = incoming.conversation
        return self._features.has(REACTIONS) and await self._ways.pacer.spare(here)

    async def _react(self, incoming: IncomingMessage, emoji: str, *, on: bool = True) -> None:
        if not self._features.has(REACTIONS):
            return
        client = self._homes.client
        change = client.reactions_add if on else client.reactions_remove
        try:
            async with translated():
                await change(name=emoji, **_at(incoming))
        except Refused as refused:
            if not self._features.heard(REACTIONS, refused):
                raise


def _command(text: str) -> tuple[str, str] | None:
    """The command that a message is; None: it is a question."""
    found = parse(text, SIGN)
    return found if found and found[0] in NAMES else None


def _active(incoming: IncomingMessage) -> ConversationKey:
    """Where something can be said about it; a thread of a channel only if somebody answered there.

    What only one person sees does not show in others:
    https://docs.slack.dev/reference/methods/chat.postEphemeral
    """
    here = incoming.conversation
    return here if place_of(here).direct else settled(incoming)


def _at(incoming: IncomingMessage) -> dict[str, str]:
    return {"channel": incoming.conversation.channel, "timestamp": incoming.id}
