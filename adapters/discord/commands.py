"""Slash commands and menus: the core's table as Discord shows it, registered where it changed."""

import hashlib
import json
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import discord
import structlog
from discord import app_commands

from adapters.discord.asking import Asking
from adapters.discord.callers import Callers, is_admin
from adapters.discord.forms import Form, paragraph
from adapters.discord.homes import Homes
from adapters.discord.inbound import Me
from adapters.discord.pressing import Pressing
from adapters.discord.replies import answer, answer_alone, explain, in_time, show
from adapters.discord.rest import translated
from adapters.discord.ways import Ways
from bot.commands.base import CHOICES, Argument, Command, Reply
from bot.commands.table import COMMANDS
from bot.errors import MessengerError, StoreError, ThreadwiseError

_log = structlog.stdlib.get_logger(__name__)
ASK, ABOUT, RETRY, FORGET = "ask", "Ask about this", "Retry", "Forget"
_MORE = (
    f"- `/{ASK} [question]`: Ask me without a mention\n"
    f"- Apps menu of a message: {ABOUT}; {RETRY}; {FORGET} (its question and my answer)"
)
"""What Discord has beside the core's table."""
_OF_ONE = frozenset({"reset", "stop"})
"""Commands about one conversation; all others are about the place where they are given."""
_CHOICE = 100
"""Characters of a completion:
https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-choice-structure
"""
Completing = Callable[
    [discord.Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]
]
Callback = TypeVar("Callback", bound=Callable[..., Any])
_UNREGISTERED = "the commands that people see may be old: restart me when Discord is well again"


class Tree(app_commands.CommandTree[discord.Client]):
    """Commands for servers and for direct messages with the bot; what fails is explained."""

    def __init__(self, client: discord.Client) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )

    async def on_error(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Say it in one sentence."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await explain(interaction, cause)

    @property
    def fingerprint(self) -> str:
        """Changes with whatever Discord would be told."""
        told = [command.to_dict(self) for command in self.get_commands()]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class CommandDesk:
    """Answers commands, menus and buttons; every one of them within three seconds."""

    def __init__(self, client: discord.Client, ways: Ways, homes: Homes, me: Me) -> None:
        self._ways, self._me = ways, me
        self._callers = Callers(client, ways, homes, me)
        self._asking = Asking(ways, self._callers, me)
        self._pressing = Pressing(ways, self._callers, self._asking, me)
        self._tree = Tree(client)
        for command in (self._ask(), *map(self._slash, COMMANDS)):
            self._tree.add_command(command)
        for menu in self._menus():
            self._tree.add_command(menu)

    async def register(self) -> None:
        """Tell Discord which commands there are, if it was told something else last.

        All are sent at once, so that processes which start together do the same thing twice.
        Discord allows 200 new ones a day; an outage there does not keep the bot from starting.
        https://docs.discord.com/developers/interactions/application-commands#registering-a-command
        """
        fingerprints, account = self._ways.fingerprints, self._me.account
        try:
            if await fingerprints.get(account) != self._tree.fingerprint:
                async with translated():
                    await self._tree.sync()
                await fingerprints.keep(account, self._tree.fingerprint)
        except (MessengerError, StoreError) as error:
            _log.warning("not registered", error=str(error), do=_UNREGISTERED)

    async def pressed(self, interaction: discord.Interaction, what: str, asker: str) -> None:
        """Somebody pressed a button under an answer to ``asker``."""
        await self._pressing.pressed(interaction, what, asker)

    def _slash(self, row: Command) -> app_commands.Command[Any, ..., None]:
        """One row of the table."""

        async def bare(interaction: discord.Interaction) -> None:
            await self._given(interaction, row)

        async def full(interaction: discord.Interaction, argument: str = "") -> None:
            await self._given(interaction, row, argument)

        made: app_commands.Command[Any, ..., None] = app_commands.Command(
            name=row.name,
            description=row.summary,
            callback=_described(full, row.argument) if row.argument else bare,
        )
        if row.argument and row.argument.choices:
            made.autocomplete("argument")(self._completing(row))
        if row.only_changes:
            made.default_permissions = discord.Permissions(manage_guild=True)
        return made

    def _completing(self, row: Command) -> Completing:
        """What Discord offers while somebody types."""

        async def complete(
            interaction: discord.Interaction, typed: str
        ) -> list[app_commands.Choice[str]]:
            try:
                async with in_time():
                    invocation = await self._callers.invocation(interaction)
                    names = await self._ways.commands.choices(row.name, invocation, typed)
            except ThreadwiseError as error:
                _log.info("not completed", error=str(error))
                return []
            short = [name for name in names if len(name) <= _CHOICE]
            return [app_commands.Choice(name=name, value=name) for name in short[:CHOICES]]

        return complete

    async def _given(
        self, interaction: discord.Interaction, row: Command, argument: str = ""
    ) -> None:
        long = row.argument is not None and row.argument.long
        if long and not argument.strip() and is_admin(interaction):
            await self._show_form(interaction, row)
        else:
            await answer(interaction, self._done(interaction, row.name, argument))

    async def _done(self, interaction: discord.Interaction, name: str, argument: str) -> Reply:
        told = await self._callers.invocation(interaction, argument)
        if name in _OF_ONE:
            where = await self._callers.current(interaction, told.conversation)
            told = replace(told, conversation=where)
        reply = await self._ways.commands.run(name, told)
        return replace(reply, text=f"{reply.text}\n{_MORE}") if name == "help" else reply

    async def _show_form(self, interaction: discord.Interaction, row: Command) -> None:
        """The present text, to be changed."""
        async with in_time():
            told = await self._callers.invocation(interaction)
            current = await self._ways.commands.current(row.name, told)

        async def sent(submitted: discord.Interaction, text: str) -> None:
            await answer(submitted, self._done(submitted, row.name, text))

        form = Form(row.name.capitalize(), paragraph(current, required=True), sent)
        await show(interaction, form)

    def _ask(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.describe(question="what you want to know")
        async def ask(interaction: discord.Interaction, question: str) -> None:
            await self._asking.ask(interaction, question)

        return app_commands.Command(name=ASK, description="Ask a question", callback=ask)

    def _menus(self) -> Iterator[app_commands.ContextMenu]:
        """What stands in the Apps menu of every message."""

        async def about(interaction: discord.Interaction, message: discord.Message) -> None:
            async def sent(submitted: discord.Interaction, text: str) -> None:
                await self._asking.ask(submitted, text, message)

            await show(interaction, Form(ABOUT, paragraph(required=False), sent))

        async def retry(interaction: discord.Interaction, message: discord.Message) -> None:
            await answer_alone(interaction, partial(self._pressing.retry, interaction, message))

        async def forget(interaction: discord.Interaction, message: discord.Message) -> None:
            await answer_alone(interaction, partial(self._pressing.forget, interaction, message))

        yield app_commands.ContextMenu(name=ABOUT, callback=about)
        yield app_commands.ContextMenu(name=RETRY, callback=retry)
        yield app_commands.ContextMenu(name=FORGET, callback=forget)


def _described(full: Callback, argument: Argument) -> Callback:
    """The same with its option as the table names and explains it, in plain text."""
    named = app_commands.rename(argument=argument.name)(full)
    return app_commands.describe(argument=argument.help.replace("`", ""))(named)
