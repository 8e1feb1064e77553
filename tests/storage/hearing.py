"""What tests of signals share."""

import asyncio
import time
from collections.abc import AsyncGenerator

from storage.scripts import Client

ENOUGH = 20.0
"""Seconds for a failover: an election, and our next attempts."""


async def publish(client: Client, text: str) -> None:
    """Say it until somebody hears it."""
    async with asyncio.timeout(ENOUGH):
        while not await client.publish("bus", text):
            await asyncio.to_thread(time.sleep, 0.01)


async def listening(client: Client, heard: AsyncGenerator[str | None]) -> None:
    """Wait until signals arrive."""
    first = asyncio.ensure_future(anext(heard))
    await publish(client, "first")
    assert await first == "first"
