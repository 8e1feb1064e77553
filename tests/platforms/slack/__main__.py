"""``python -m tests.platforms.slack``: prints its address, serves until it is ended."""

import argparse
import asyncio

from tests.platforms.slack.server import Slack


async def _serve(port: int, scale: float) -> None:
    async with Slack(port=port, scale=scale) as server:
        print(server.url, flush=True)  # noqa: T201 - its protocol
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0)
    asked = parser.parse_args()
    asyncio.run(_serve(asked.port, asked.scale))
