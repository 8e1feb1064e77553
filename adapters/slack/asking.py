"""Questions without a message of their own: about another message, and to go on."""

import json
from collections.abc import Mapping
from dataclasses import replace

from adapters.slack import forms
from adapters.slack.callers import Callers
from adapters.slack.content import Json, attributed
from adapters.slack.homes import Homes, Member, unwelcome
from adapters.slack.inbound import attachments, named, nameless
from adapters.slack.replies import Answer, Declined
from adapters.slack.rest import translated
from adapters.slack.ways import Ways
from bot.accept import Receipt
from bot.errors import Undeliverable
from bot.messages import ConversationKey, IncomingMessage, Trigger

GO_ON = "Go on."
ABOUT = "Explain this message. If it asks something, answer it."
"""What somebody wants who points at a message without a word of their own."""
UNREADABLE = (
    "I cannot read this message: if it still stands, /invite me to its channel, and ask again."
)


class Asking:
    """Takes questions in, each once, however often Slack delivers it.

    The id of such a question is the time of what was done to ask it: like the id of a message it
    orders them, and what answers it is younger.
    """

    def __init__(self, ways: Ways, homes: Homes, callers: Callers) -> None:
        self._ways, self._homes, self._callers = ways, homes, callers

    async def show(self, body: Json) -> None:
        """Show somebody the form for a question about a message.

        Raises:
            Declined: they are of another workspace.
            MessengerError: it cannot be shown.
        """
        await self._callers.of(body)
        about = {
            "id": body["action_ts"],
            "channel": body["channel"]["id"],
            "ts": body["message_ts"],
            "thread": body["message"].get("thread_ts", body["message_ts"]),
        }
        async with translated():
            await self._homes.client.views_open(
                trigger_id=body["trigger_id"], view=forms.asking(json.dumps(about))
            )

    async def submitted(self, body: Json) -> Answer:
        """Ask what was written into the form; what the form is to show now, if anything.

        Raises:
            Declined: they may not, or the message cannot be read.
            ThreadwiseError: that is not known in time: sent again, it is the same question.
        """
        caller, view = await self._callers.of(body), body["view"]
        about = json.loads(view["private_metadata"])
        message, where = await self._read(about), await self._where(about)
        text = forms.values(view)[forms.QUESTION] or ABOUT
        question = replace(
            self._question(caller, where, about["id"], text),
            quoted=attributed("Message of", message, self._homes.me.user),
            attachments=attachments(about["id"], message),
            about=about["ts"],
        )
        names = await self._homes.people.names(nameless(question))
        receipt = await self._accept(caller, named(question, names))
        return forms.note(view, receipt.sentence) if receipt.sentence else {}

    async def go_on(self, caller: Member, where: ConversationKey, at: str) -> None:
        """Somebody wants more of an answer that was cut; ``at`` is when they said so.

        Raises:
            Declined: they may not ask now.
            StoreError: nobody knows whether it is kept.
        """
        receipt = await self._accept(caller, self._question(caller, where, at, GO_ON))
        if receipt.sentence:
            raise Declined(receipt.sentence)

    async def _where(self, about: Mapping[str, str]) -> ConversationKey:
        """The conversation that the message belongs to, else the one that its thread can be."""
        channel = self._callers.channel(about["channel"])
        found = await self._ways.conversations.find(channel, about["ts"])
        return found or replace(channel, thread=about["thread"])

    async def _read(self, about: Mapping[str, str]) -> Json:
        """The message as it is now; a thread's first message comes with every other one."""
        ts = about["ts"]
        try:
            async with translated():
                page = await self._homes.client.conversations_replies(
                    channel=about["channel"],
                    ts=about["thread"],
                    oldest=ts,
                    latest=ts,
                    inclusive=True,
                    limit=2,
                )
        except Undeliverable as error:
            raise Declined(UNREADABLE) from error
        found = [message for message in page["messages"] if message["ts"] == ts]
        if not found:
            raise Declined(UNREADABLE)
        return dict(found[0])

    def _question(
        self, caller: Member, where: ConversationKey, id_: str, text: str
    ) -> IncomingMessage:
        return IncomingMessage(
            account=self._homes.me.account,
            conversation=where,
            id=id_,
            author=caller.person,
            text=text,
            at=self._ways.clock.now(),
            trigger=Trigger.COMMAND,
        )

    async def _accept(self, caller: Member, question: IncomingMessage) -> Receipt:
        where = question.conversation
        refusal = await unwelcome(caller, where, self._ways.access)
        refusal = refusal or await self._ways.access.refusal(where, question.author)
        return await self._ways.door.accept(question, refusal)
