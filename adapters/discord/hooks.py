"""What the answer to a command is shown with: the command's token.

It works for fifteen minutes, also where the bot sees nothing:
https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

from typing import Any, cast

import discord
from discord.http import handle_message_parameters
from discord.webhook.async_ import async_context

from adapters.discord.rest import translated

ORIGINAL = cast("int", "@original")
"""What Discord calls the first reply to a command, whose id is not known yet."""


class Hook:
    """A command's token. Every call raises what ``translated`` does."""

    def __init__(self, client: discord.Client, application: int, token: str) -> None:
        self._webhook = discord.Webhook.partial(application, token, client=client)
        self._token = token

    async def fetch(self, message: int) -> discord.WebhookMessage:
        """One of the messages that this command was answered with."""
        async with translated():
            return await self._webhook.fetch_message(message)

    async def post(self, text: str, **more: Any) -> int:
        """One more message behind the first reply; its id."""
        async with translated():
            said = await self._webhook.send(text, wait=True, suppress_embeds=True, **more)
        return said.id

    async def edit(self, message: int, **changes: Any) -> int:
        """Change a message, with links folded, which the library's own call cannot say; its id.

        https://docs.discord.com/developers/resources/webhook#edit-webhook-message
        """
        folded, hook = discord.MessageFlags(suppress_embeds=True), self._webhook
        with handle_message_parameters(flags=folded, **changes) as made:
            async with translated():
                # not by the client's own connection: it logs addresses, and the token is in them
                said = await async_context.get().edit_webhook_message(
                    hook.id, self._token, message, session=hook.session, payload=made.payload
                )
        return int(said["id"])

    async def delete(self, message: int) -> None:
        """Take a message away."""
        async with translated():
            await self._webhook.delete_message(message)
