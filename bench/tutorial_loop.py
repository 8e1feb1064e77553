"""The loop at the end of every ChatGPT API tutorial: what all figures are compared with."""

from io import TextIOBase
from typing import Any

from openai import AsyncOpenAI


async def chat(client: AsyncOpenAI, history: list[Any], question: str, out: TextIOBase) -> None:
    """Ask, print the answer as it comes, and remember both."""
    history.append({"role": "user", "content": question})
    stream = await client.chat.completions.create(
        model="gpt-6-luna", messages=history, stream=True
    )
    answer = ""
    async for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            text = chunk.choices[0].delta.content
            answer += text
            print(text, end="", flush=True, file=out)
    history.append({"role": "assistant", "content": answer})
