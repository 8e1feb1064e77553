"""The Discord bot of the tutorials: one edit a second, in the loop that reads the model."""

import time
from typing import Any

import discord
from openai import AsyncOpenAI

MODEL = "gpt-6-luna"
LIMIT = 2000


class PlainBot(discord.Client):
    """Answers mentions by replies, with a history for each channel."""

    def __init__(self, model: AsyncOpenAI) -> None:
        intents = discord.Intents.default()
        intents.message_content = True
        super().__init__(intents=intents)
        self._model = model
        self._histories: dict[int, list[Any]] = {}

    async def on_message(self, message: discord.Message) -> None:
        """Answer it, if it mentions the bot."""
        if message.author.bot or self.user not in message.mentions:
            return
        history = self._histories.setdefault(message.channel.id, [])
        history.append({"role": "user", "content": message.clean_content})
        answer = await self._answer(message, history)
        history.append({"role": "assistant", "content": answer})

    async def _answer(self, message: discord.Message, history: list[Any]) -> str:
        answer, reply, edited = "", None, 0.0
        stream = await self._model.chat.completions.create(
            model=MODEL, messages=history, stream=True
        )
        async for chunk in stream:
            if not (chunk.choices and chunk.choices[0].delta.content):
                continue
            answer += chunk.choices[0].delta.content
            if reply is None:
                reply = await message.reply(answer, mention_author=False)
                edited = time.monotonic()
            elif time.monotonic() - edited >= 1:
                await reply.edit(content=answer[:LIMIT])
                edited = time.monotonic()
        if reply:
            await reply.edit(content=answer[:LIMIT])
        return answer
