"""``python -m tests.platforms.discord``: prints its address, serves until it is ended."""

import argparse
import asyncio

from tests.platforms.discord.server import Discord


async def _serve(port: int) -> None:
    async with Discord(port=port) as server:
        print(server.url, flush=True)  # noqa: T201 - its protocol
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(_serve(parser.parse_args().port))
