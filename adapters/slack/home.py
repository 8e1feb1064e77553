"""The app's Home: what holds for somebody, what they used, and for admins a form to change it."""

from dataclasses import replace

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import forms
from adapters.slack.callers import Callers
from adapters.slack.content import Json
from adapters.slack.homes import Member
from adapters.slack.inbound import PLATFORM
from adapters.slack.replies import Answer, Declined
from adapters.slack.rest import translated
from adapters.slack.ways import Ways
from bot.commands.base import Invocation
from bot.commands.change import DEFAULT
from bot.settings import OPTIONS, PARSERS, names

ADMINS_ONLY = "Only admins can do that; please ask one."


class Home:
    """Shows and changes settings in Slack's own forms."""

    def __init__(self, client: AsyncWebClient, ways: Ways, callers: Callers) -> None:
        self._client, self._ways, self._callers = client, ways, callers

    async def publish(self, caller: Member, channel: str) -> None:
        """Show somebody their Home; ``channel`` is their direct one with the bot.

        Raises:
            StoreError: nobody knows what holds.
            MessengerError: it cannot be shown.
        """
        told = self._callers.invocation(self._callers.channel(channel), caller)
        settings = await self._ways.commands.run("settings", told)
        usage = await self._ways.commands.run("usage", told)
        view = forms.home(settings.text, usage.text, channel, admin=caller.admin)
        async with translated():
            await self._client.views_publish(user_id=caller.id, view=view)

    async def edit(self, body: Json) -> None:
        """Show an admin the form for what holds in the whole workspace.

        Raises:
            Declined: they are none.
            ThreadwiseError: it cannot be shown.
        """
        caller = await self._callers.of(body)
        if not caller.admin:
            raise Declined(ADMINS_ONLY)
        told = self._workspace(caller)
        now = {name: await self._ways.commands.current(name, told) for name in _in_form()}
        channel = body["view"]["private_metadata"]
        async with translated():
            await self._client.views_open(
                trigger_id=body["trigger_id"], view=forms.settings(now, OPTIONS, channel)
            )

    async def submitted(self, body: Json) -> Answer:
        """Change what was changed in the form; what the form is to show now, if anything.

        Raises:
            Declined: they are of another workspace.
            ThreadwiseError: nobody knows what was changed: sent again, it has the effect of once.
        """
        caller, wishes = await self._callers.of(body), forms.changed(body["view"])
        wrong = _wrong(wishes) or await self._change(caller, wishes)
        return forms.wrong(wrong) if wrong else {}

    async def _change(self, caller: Member, wishes: dict[str, str]) -> dict[str, str]:
        """The core decides, also on rights; what it says to the giver alone was not done."""
        for name, value in wishes.items():
            told = self._workspace(caller, f"{name} {value}")
            reply = await self._ways.commands.run("settings", told)
            if reply.private:
                return {name: reply.text}
        return {}

    def _workspace(self, caller: Member, argument: str = "") -> Invocation:
        told = self._callers.invocation(self._callers.channel(""), caller, argument)
        return replace(told, wide=True)


def _in_form() -> list[str]:
    """``paused`` has commands of its own."""
    return [name for name in names(PLATFORM) if name != "paused"]


def _wrong(wishes: dict[str, str]) -> dict[str, str]:
    """What cannot be a value, before any of them is stored."""
    return {name: said for name, value in wishes.items() if (said := _refusal(name, value))}


def _refusal(name: str, value: str) -> str:
    try:
        PARSERS[name](value)
    except ValueError as error:
        return "" if value == DEFAULT else str(error)
    return ""
