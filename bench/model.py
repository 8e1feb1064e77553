"""The loopback model in a process of its own; its first token says when it was asked and spoke.

Both times are ``time.monotonic()``, which all processes of one machine share. A question's last
word is the number of characters that it wants.
"""

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from subprocess import PIPE

from tests.platforms.model_server import ModelServer, Reply

_TEXT = """\
A `for` loop goes through what it is given, **one thing at a time**, and does the same with each:

```python
for name in ["Ada", "Grace", "Barbara"]:
    print(f"Hello, {name}!")
```

1. It takes the next thing, and gives it the name that stands behind `for`.
2. It runs the lines below, which are indented. See [the tutorial](https://docs.python.org/3/).

Use it where you know what to go through; where you only know when to stop, use `while` instead.

"""


class Answer(list[str]):
    """The tokens of an answer, made when they are sent; its length is what the usage says."""

    def __init__(self, server: ModelServer) -> None:
        super().__init__(tokens(len(_TEXT)))
        self._server = server

    def __iter__(self) -> Iterator[str]:
        """The two times, then as much text as was asked for."""
        request = self._server.requests[-1]
        wanted = int(request.body["messages"][-1]["content"].split()[-1])
        words = tokens(wanted)
        yield f"{request.at} {time.monotonic()} "
        yield from words


def tokens(characters: int) -> list[str]:
    """An answer of so many characters, but for the times that come first."""
    return re.findall(r"\s*\S+|\s+", (_TEXT * (characters // len(_TEXT) + 1))[:characters])


@asynccontextmanager
async def model(*, first: float = 0, delay: float = 0) -> AsyncIterator[str]:
    """Run it for as long as the block does; its base URL.

    Args:
        first: seconds until the first token.
        delay: seconds between two tokens.
    """
    words = (sys.executable, "-m", "bench.model", str(first), str(delay))
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
    try:
        assert process.stdout  # noqa: S101 - for the type checker: it is a pipe
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def _serve(first: float, delay: float) -> None:
    server = ModelServer()
    server.default = Reply(Answer(server), first=first, delay=delay)
    async with server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(*map(float, sys.argv[1:])))
