"""The Slack bot of the tutorials: one edit a second, in the loop that reads the model."""

import time
from typing import Any

from openai import AsyncOpenAI
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

MODEL = "gpt-6-luna"
LIMIT = 4000


class PlainBot:
    """Answers mentions and direct messages in threads, with a history for each channel."""

    def __init__(self, client: AsyncWebClient, model: AsyncOpenAI) -> None:
        self._app = AsyncApp(client=client)
        self._app.event("app_mention")(self._asked)
        self._app.event("message")(self._said)
        self._model = model
        self._histories: dict[str, list[Any]] = {}

    async def run(self, app_token: str) -> None:
        """Listen until cancelled."""
        await AsyncSocketModeHandler(self._app, app_token).start_async()  # type: ignore[no-untyped-call]  # it has no types

    async def _said(self, event: dict[str, Any], client: AsyncWebClient) -> None:
        """Answer what is said to the bot alone."""
        if event["channel_type"] == "im" and "subtype" not in event:
            await self._asked(event, client)

    async def _asked(self, event: dict[str, Any], client: AsyncWebClient) -> None:
        history = self._histories.setdefault(event["channel"], [])
        history.append({"role": "user", "content": event["text"]})
        answer = await self._answer(event, client, history)
        history.append({"role": "assistant", "content": answer})

    async def _answer(
        self, event: dict[str, Any], client: AsyncWebClient, history: list[Any]
    ) -> str:
        channel, answer, ts, edited = event["channel"], "", "", 0.0
        stream = await self._model.chat.completions.create(
            model=MODEL, messages=history, stream=True
        )
        async for chunk in stream:
            if not (chunk.choices and chunk.choices[0].delta.content):
                continue
            answer += chunk.choices[0].delta.content
            if not ts:
                said = await client.chat_postMessage(
                    channel=channel, thread_ts=event["ts"], text=answer
                )
                ts, edited = said["ts"], time.monotonic()
            elif time.monotonic() - edited >= 1:
                await client.chat_update(channel=channel, ts=ts, text=answer[:LIMIT])
                edited = time.monotonic()
        await client.chat_update(channel=channel, ts=ts, text=answer[:LIMIT])
        return answer
