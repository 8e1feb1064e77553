"""An OpenAI-compatible server on loopback, scripted by the test that talks to it.

In a test::

    async with ModelServer() as server:
        server.script(Failure(429, headers={"Retry-After": "1"}), Reply("Hello there"))
        ...                          # the first request gets the 429, the second the reply
        server.for_model("slow", Reply(first=5.0))        # always, and the queue is not touched
        server.rejects("max_completion_tokens")           # 400 for each request that has it
        server.requests[0].body["messages"]               # the journal
        await server.until(lambda: server.disconnected == 1)

Whatever is not scripted is answered by ``answer(messages)``, word by word: ``answer to: <the last
user message> [<n> messages]``, so that a test can tell which question and how much history came.
A ``Reply`` with ``hold`` waits, with one token sent, until that event is set: no test needs to
guess a time. For other processes::

    python -m tests.platforms.model_server [--first SECONDS] [--delay SECONDS] [--tokens N]

prints its base URL on the first line, and serves until it is ended.
"""

import argparse
import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from bot.clock import SystemClock
from tests.platforms.model_replies import (
    BUSY,
    DOWN,
    NO_MONEY,
    TOO_LONG,
    UNKNOWN_MODEL,
    WRONG_KEY,
    Behaviour,
    Break,
    Failure,
    Reply,
    answer,
    listed,
    plain,
    rejection,
    tokens_of,
    usage_of,
)

__all__ = [
    "BUSY",
    "DOWN",
    "NO_MONEY",
    "TOO_LONG",
    "UNKNOWN_MODEL",
    "WRONG_KEY",
    "Break",
    "Failure",
    "ModelServer",
    "Reply",
    "Request",
    "answer",
]


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the journal."""

    body: dict[str, Any]
    at: float
    """``time.monotonic()``."""
    key: str
    peer: tuple[str, int]
    """The client's end of the connection that it came on."""


class ModelServer:
    """The server; see the module."""

    def __init__(self, default: Reply | None = None, *, key: str = "") -> None:
        self.default = default or Reply()
        self.key = key
        """The API key that it wants; "": any."""
        self.models: dict[str, str | None] = {"gpt-6-luna": None}
        """What it lists: id → shutdown date."""
        self.lists = True
        """Whether it has a list at all."""
        self.requests: list[Request] = []
        self.open = 0
        """Requests that are being answered now."""
        self.disconnected = 0
        """Answers that the client did not wait for."""
        self.finished = 0
        self.url = ""
        self._queue: deque[Behaviour] = deque()
        self._by_model: dict[str, Behaviour] = {}
        self._rejected: set[str] = set()
        self._clock = SystemClock()
        self._changed = asyncio.Condition()
        self._runner = self._build()

    def script(self, *behaviours: Behaviour) -> None:
        """Queue what the next requests get, one each."""
        self._queue.extend(behaviours)

    def for_model(self, model: str, behaviour: Behaviour) -> None:
        """What every request for this model gets."""
        self._by_model[model] = behaviour

    def rejects(self, *parameters: str) -> None:
        """Answer 400 to each request that has one of these parameters."""
        self._rejected.update(parameters)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is true of this server."""
        async with self._changed:
            await self._changed.wait_for(holds)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=2048).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def _build(self) -> web.AppRunner:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._list)
        return web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if not self.lists:
            raise web.HTTPNotFound
        if self.key and _key(request) != self.key:
            return _failed(WRONG_KEY)
        data = [listed(id_, date) for id_, date in self.models.items()]
        return web.json_response({"object": "list", "data": data})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.text())
        async with self._journal(_entry(request, body)) as entry:
            behaviour = self._behaviour(entry)
            if isinstance(behaviour, Failure):
                return _failed(behaviour)
            await self._clock.sleep(behaviour.first)
            if body.get("stream"):
                return await _Stream(request, body, behaviour, self._clock).send()
            return web.json_response(plain(body, behaviour))

    @asynccontextmanager
    async def _journal(self, entry: Request) -> AsyncIterator[Request]:
        self.requests.append(entry)
        await self._count("open", 1)
        try:
            yield entry
        except (asyncio.CancelledError, ConnectionError):
            await self._count("disconnected", 1)
            raise
        else:
            await self._count("finished", 1)
        finally:
            await self._count("open", -1)

    async def _count(self, name: str, by: int) -> None:
        async with self._changed:
            setattr(self, name, getattr(self, name) + by)
            self._changed.notify_all()

    def _behaviour(self, request: Request) -> Behaviour:
        if self.key and request.key != self.key:
            return WRONG_KEY
        for name in self._rejected & request.body.keys():
            return rejection(name)
        if request.body["model"] in self._by_model:
            return self._by_model[request.body["model"]]
        return self._queue.popleft() if self._queue else self.default


class _Stream:
    """One streamed answer."""

    def __init__(
        self, request: web.Request, body: dict[str, Any], reply: Reply, clock: SystemClock
    ) -> None:
        self._request = request
        self._body = body
        self._reply = reply
        self._clock = clock
        self._response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        self._head = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": body["model"],
        }

    async def send(self) -> web.StreamResponse:
        await self._response.prepare(self._request)
        await self._delta({"role": "assistant", "content": ""})
        for _ in range(self._reply.thinking):
            await self._delta({"reasoning_content": "hm"})
        tokens = tokens_of(self._body, self._reply)
        for number, token in enumerate(tokens):
            await self._token(number, token)
        if self._reply.error is not None:
            await self._chunk({"error": self._reply.error})
        elif self._reply.broken is not None:
            await self._break(self._reply.broken)
        else:
            await self._end(len(tokens))
        return self._response

    async def _token(self, number: int, token: str) -> None:
        if number == 1 and self._reply.hold is not None:
            await self._reply.hold.wait()
        if number and self._reply.delay:
            await self._clock.sleep(self._reply.delay)
        await self._delta({"refusal" if self._reply.refusal else "content": token})

    async def _end(self, tokens: int) -> None:
        await self._delta({}, self._reply.finish)
        if self._reply.usage and (self._body.get("stream_options") or {}).get("include_usage"):
            await self._chunk({"choices": [], "usage": usage_of(self._body, self._reply, tokens)})
        await self._response.write(b"data: [DONE]\n\n")

    async def _break(self, how: Break) -> None:
        if how in _RAW:
            await self._response.write(_RAW[how])
        if how is Break.NO_DONE:
            await self._delta({}, self._reply.finish)
        if how in (Break.NO_DONE, Break.STALL):
            await asyncio.Event().wait()
        if how is Break.DROP and self._request.transport is not None:
            self._request.transport.abort()
        while how is Break.COMMENTS:
            await self._response.write(b": keep-alive\n\n")
            await self._clock.sleep(0.02)

    async def _delta(self, delta: dict[str, str], finish: str | None = None) -> None:
        await self._chunk({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    async def _chunk(self, fields: dict[str, Any]) -> None:
        data = json.dumps(self._head | fields)
        await self._response.write(f"data: {data}\n\n".encode())


def _entry(request: web.Request, body: dict[str, Any]) -> Request:
    peer = request.get_extra_info("peername")
    return Request(body, time.monotonic(), _key(request), peer)


def _key(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _failed(failure: Failure) -> web.Response:
    return web.json_response(failure.body(), status=failure.status, headers=failure.headers)


_RAW = {
    Break.GARBAGE: b'data: {"choices": [{"del\n\n',
    Break.SHAPELESS: b"data: 5\n\n",
    Break.UNREADABLE: b"data: \xff\xfe\n\n",
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="An OpenAI-compatible server on loopback.")
    parser.add_argument("--first", type=float, default=0.0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--tokens", type=int, default=0)
    return parser.parse_args()


async def _serve() -> None:
    asked = _arguments()
    text = ["word "] * asked.tokens if asked.tokens else None
    reply = Reply(text, first=asked.first, delay=asked.delay)
    async with ModelServer(reply) as server:
        print(server.url, flush=True)  # noqa: T201 - its protocol
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
