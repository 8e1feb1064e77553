"""Commands, menus, buttons, forms and the Home tab, each answered within three seconds."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.slack import forms
from adapters.slack.asking import Asking
from adapters.slack.callers import Callers, user_of
from adapters.slack.content import Json, plain
from adapters.slack.home import Home
from adapters.slack.homes import Homes
from adapters.slack.inbound import place_of, settled
from adapters.slack.modes import Features, Modes
from adapters.slack.pressing import Pressing
from adapters.slack.replies import Answer, Later, Voice, explained, in_time, tried
from adapters.slack.ways import Ways
from bot.commands.base import Invocation, Reply
from bot.commands.table import COMMANDS
from bot.errors import ThreadwiseError
from bot.messages import ConversationKey, IncomingMessage

_log = structlog.stdlib.get_logger(__name__)
HELP, STATUS = "help", "status"
SIGN = "!"
"""Stands before a command in a thread, where Slack allows no slash command."""
_MORE = (
    "- `{prefix}status`: Show how answers come here, and why\n"
    "- In a thread: `!` in place of `{command} `; settings then hold for this thread\n"
    "- Shortcuts of a message: Ask about this"
)
"""What Slack has beside the core's table."""
_OF_ONE = frozenset({"reset", "stop"})
"""Commands about one conversation; all others are about the place where they are given."""
NAMES = frozenset({STATUS, *(command.name for command in COMMANDS)})
"""What may stand behind ``SIGN``; anything else is no command there."""


class CommandDesk:
    """Answers what people do beside writing messages; called by the library's listeners.

    A listener's acknowledgement leaves when it returns.
    """

    def __init__(
        self, ways: Ways, homes: Homes, modes: Modes, features: Features, later: Later
    ) -> None:
        """``later`` runs what takes longer than Slack waits for an acknowledgement."""
        self._ways, self._homes, self._later = ways, homes, later
        self._modes, self._features = modes, features
        self._voice = Voice(homes.client, later)
        self._callers = Callers(ways, homes)
        self._asking = Asking(ways, homes, self._callers)
        self._pressing = Pressing(ways, self._callers, self._asking)
        self._home = Home(homes.client, ways, self._callers)

    async def command(self, body: Json, ack: AsyncAck) -> None:
        """The slash command, with a word of the table behind it, or with none."""
        name, argument = (*plain(body["text"]).split(maxsplit=1), "", "")[:2]
        work = self._given(body, name.lower() or HELP, argument)
        await self._voice.answer(ack, body["response_url"], work)

    async def text_command(self, incoming: IncomingMessage, name: str, argument: str) -> None:
        """A command of ``NAMES`` behind ``SIGN``, in a thread or a direct message.

        It is answered there; what failed is said, and not raised.
        """
        here = incoming.conversation
        reply = await tried(self._written(incoming, name, argument))
        # what one person alone sees shows in no thread that nobody answered in yet:
        # https://docs.slack.dev/reference/methods/chat.postEphemeral
        hidden = reply.private and not place_of(here).direct
        at = settled(incoming) if hidden else here
        await self._voice.say(at.channel, at.thread, incoming.author.id, reply)

    async def action(self, body: Json, ack: AsyncAck) -> None:
        """A press under an answer, or in somebody's Home."""
        await ack()
        press = self._home.edit if "view" in body else self._pressing.pressed
        await self._tell(body, press)

    async def shortcut(self, body: Json, ack: AsyncAck) -> None:
        """Ask about this, in the menu of a message."""
        await ack()
        await self._tell(body, self._asking.show)

    async def view(self, body: Json, ack: AsyncAck) -> None:
        """A form that was sent; what is wrong with it is shown in it."""
        await ack(**await self._sent(body))
        if body["view"]["callback_id"] == forms.SETTINGS:
            channel = body["view"]["private_metadata"]
            self._later(self._publish(user_of(body), channel))

    async def home_opened(self, event: Json) -> None:
        """Somebody looks at the app's Home; what fails is in the log, and the Home as it was."""
        await self._publish(event["user"], event["channel"])

    async def _given(self, body: Json, name: str, argument: str) -> Reply:
        caller = await self._callers.of(body)
        where = self._callers.channel(body["channel_id"])
        return await self._run(name, self._callers.invocation(where, caller, argument))

    async def _written(self, incoming: IncomingMessage, name: str, argument: str) -> Reply:
        caller = await self._callers.known(incoming.author.id)
        told = self._callers.invocation(settled(incoming), caller, argument)
        return await self._run(name, replace(told, prefix=SIGN))

    async def _run(self, name: str, told: Invocation) -> Reply:
        if name == STATUS:
            return await self._status(told)
        if name in _OF_ONE and not told.conversation.thread:
            where = await self._callers.current(told.conversation, told.person.id, name)
            told = replace(told, conversation=where)
        reply = await self._ways.commands.run(name, told)
        more = _MORE.format(prefix=told.prefix, command=self._ways.command)
        return replace(reply, text=f"{reply.text}\n{more}") if name == HELP else reply

    async def _status(self, told: Invocation) -> Reply:
        why = await self._modes.why(await self._next(told.conversation))
        lacking = self._features.lacking.items()
        return Reply(
            "\n".join([why, *(f"- It has no {what} ({code})." for what, code in lacking)])
        )

    async def _next(self, here: ConversationKey) -> ConversationKey:
        """Where a question that is asked here is answered: in a thread, but for flat messages."""
        flat = place_of(here).direct and not await self._homes.direct.sessions(here.channel)
        return here if here.thread or flat else replace(here, thread="new")

    async def _tell(self, body: Json, do: Callable[[Json], Awaitable[None]]) -> None:
        """Do it; who wanted it is told why it is not done."""
        try:
            async with in_time():
                await do(body)
        except ThreadwiseError as error:
            said = Reply(explained(error))
            self._later(self._voice.say(*_place(body), user_of(body), said))

    async def _sent(self, body: Json) -> Answer:
        view = body["view"]
        settings = view["callback_id"] == forms.SETTINGS
        submitted = self._home.submitted if settings else self._asking.submitted
        try:
            async with in_time():
                return await submitted(body)
        except ThreadwiseError as error:
            return forms.wrong({forms.first(view): explained(error)})

    async def _publish(self, user: str, channel: str) -> None:
        try:
            await self._home.publish(await self._callers.known(user), channel)
        except ThreadwiseError as error:
            _log.info("not shown", error=str(error))


def _place(body: Json) -> tuple[str, str]:
    """Where somebody is told about what they pressed: there, or directly if it was at Home."""
    if "view" in body:
        return body["view"]["private_metadata"], ""
    return body["channel"]["id"], body["message"].get("thread_ts", "")
