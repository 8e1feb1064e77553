"""A bulletin board on loopback: a small chat platform, and the people who write on it.

In a test::

    async with Board() as board:
        question = await board.write("ann", "Why?")      # an event, until it is acknowledged
        board.fault("PUT", DOWN, busy(0.2))              # what the next two edits get
        await board.until(lambda: board.texts() == ["Because."])
        board.posts[0].versions                          # whatever stood there, in order

Every feed gets each event that is not acknowledged, once. Posts may carry a key, by which they are
found again; the board does not refuse a second post with the same key.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

LIMIT = 200
"""Characters of one message."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call instead of what should."""

    status: int = 0
    """0: no reply, the connection is cut."""
    done: bool = False
    """The work is done all the same."""
    headers: dict[str, str] = field(default_factory=dict)
    keep: int | None = None
    """Characters that are taken of the text."""
    hold: asyncio.Event | None = None
    """Nothing happens before it is set."""


LOST = Fault(done=True)
DOWN = Fault(503)
GONE = Fault(404)
EXPIRED = Fault(409)


def busy(seconds: float) -> Fault:
    """Too many calls."""
    return Fault(429, headers={"Retry-After": str(seconds)})


def full(keep: int) -> Fault:
    """The message takes only so many characters."""
    return Fault(413, keep=keep)


def slow(hold: asyncio.Event) -> Fault:
    """The call is served when the event is set."""
    return Fault(200, done=True, hold=hold)


@dataclass(slots=True)
class Post:
    """One message of the bot."""

    id: str
    channel: str
    key: str
    versions: list[str]
    closed: list[int] = field(default_factory=list)
    """Which of the versions were said to be the last."""
    deleted: bool = False

    @property
    def text(self) -> str:
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the journal."""

    method: str
    path: str
    at: float
    status: int


class Board:
    """The platform; see the module."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.calls: list[Call] = []
        self.events: dict[int, dict[str, Any]] = {}
        """Those that nobody acknowledged, by number."""
        self.url = ""
        self._questions: dict[str, dict[str, Any]] = {}
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._sent: defaultdict[str, set[int]] = defaultdict(set)
        self._numbers = 0
        self._changed = asyncio.Condition()
        self._runner = self._build()

    async def write(
        self, author: str, text: str, channel: str = "lobby", *, age: float = 0
    ) -> str:
        """Somebody asks something, or did so many seconds ago; the message's id."""
        id_ = f"q{self._number()}"
        at = time.time_ns() // 1_000_000 - int(age * 1000)
        asked = {"id": id_, "author": author, "text": text, "channel": channel, "at": at}
        self._questions[id_] = asked
        await self._tell("message", asked)
        return id_

    async def edit(self, id_: str, text: str) -> None:
        """Its author changes a question."""
        self._questions[id_] |= {"text": text, "revision": str(self._number())}
        await self._tell("edit", self._questions[id_])

    async def remove(self, id_: str) -> None:
        """Its author deletes a question."""
        await self._tell("delete", self._questions[id_])

    async def tear_off(self, post: Post) -> None:
        """Somebody deletes a message of the bot."""
        await self._change(lambda: setattr(post, "deleted", True))

    def fault(self, method: str, *faults: Fault) -> None:
        """Queue what the next calls of a method, or the next ACK, get: one each."""
        self._faults[method].extend(faults)

    def met(self, method: str) -> bool:
        """Whether every fault of this method has met its call."""
        return not self._faults[method]

    def standing(self, channel: str = "lobby") -> list[Post]:
        """The bot's messages in a channel that were not deleted."""
        return [post for post in self.posts if post.channel == channel and not post.deleted]

    def texts(self, channel: str = "lobby") -> list[str]:
        """What they say."""
        return [post.text for post in self.standing(channel)]

    def made(self, method: str) -> list[Call]:
        """The calls to messages by one method."""
        return [c for c in self.calls if c.method == method and "/events" not in c.path]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is true of this board."""
        async with self._changed:
            await self._changed.wait_for(holds)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def _build(self) -> web.AppRunner:
        app = web.Application(middlewares=[self._journal])
        app.router.add_post("/{channel}/posts", self._post)
        app.router.add_get("/{channel}/posts", self._find)
        app.router.add_put("/{channel}/posts/{id}", self._put)
        app.router.add_delete("/{channel}/posts/{id}", self._delete)
        app.router.add_get("/events", self._feed)
        app.router.add_delete("/events/{number}", self._acknowledge)
        return web.AppRunner(app, shutdown_timeout=0.1, access_log=None)

    @web.middleware
    async def _journal(self, request: web.Request, handler: Any) -> web.StreamResponse:
        acknowledged = request.method == "DELETE" and request.path.startswith("/events")
        faults = self._faults["ACK" if acknowledged else request.method]
        fault = faults.popleft() if faults else Fault(200, done=True)
        await self._change(lambda: None)
        response = await self._served(request, handler, fault)
        call = Call(request.method, request.path, time.monotonic(), response.status)
        await self._change(lambda: self.calls.append(call))
        if not fault.status and request.transport:
            request.transport.abort()
        return response

    async def _served(
        self, request: web.Request, handler: Any, fault: Fault
    ) -> web.StreamResponse:
        await request.read()  # whoever sent it may be gone when it is served
        if fault.hold:
            await fault.hold.wait()
        if fault.keep is not None:
            await self._say(request, keep=fault.keep)
        if fault.status in {409, 413}:
            accepted = {"accepted": len(self._found(request).text)}
            return web.json_response(accepted, status=fault.status)
        if fault.done:
            served: web.StreamResponse = await handler(request)
            return served
        return web.Response(status=fault.status or 500, headers=fault.headers)

    async def _post(self, request: web.Request) -> web.Response:
        said = await request.json()
        if len(said["text"]) > LIMIT:
            return web.Response(status=400)
        post = Post(f"p{self._number()}", request.match_info["channel"], said["key"], [])
        self.posts.append(post)
        await self._change(lambda: _add(post, said["text"], last=said["last"]))
        return web.json_response({"id": post.id})

    async def _put(self, request: web.Request) -> web.Response:
        return await self._say(request)

    async def _say(self, request: web.Request, keep: int | None = None) -> web.Response:
        said, post = await request.json(), self._found(request)
        if post.deleted or len(said["text"]) > LIMIT:
            return web.Response(status=410 if post.deleted else 400)
        await self._change(lambda: _add(post, said["text"][:keep], last=said["last"]))
        return web.Response()

    async def _delete(self, request: web.Request) -> web.Response:
        await self.tear_off(self._found(request))
        return web.Response()

    async def _find(self, request: web.Request) -> web.Response:
        """The newest with this id or key that is none of those."""
        wanted, but = request.query["id"] or request.query["key"], request.query["but"].split()
        there = [p for p in self.posts if p.channel == request.match_info["channel"]]
        found = [p for p in there if wanted in {p.id, p.key} and p.id not in but]
        alive = [p for p in found if not p.deleted]
        if found and not alive:
            return web.Response(status=410)
        post = alive[-1] if alive else None
        return web.json_response(post and {"id": post.id, "text": post.text})

    async def _feed(self, request: web.Request) -> web.Response:
        sent = self._sent[request.query["feed"]]
        await self.until(lambda: bool(self.events.keys() - sent))
        new = [event for number, event in self.events.items() if number not in sent]
        sent.update(self.events)
        return web.json_response(new)

    async def _acknowledge(self, request: web.Request) -> web.Response:
        await self._change(lambda: self.events.pop(int(request.match_info["number"]), None))
        return web.Response()

    def _found(self, request: web.Request) -> Post:
        return next(post for post in self.posts if post.id == request.match_info["id"])

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    async def _tell(self, kind: str, asked: dict[str, Any]) -> None:
        number = self._number()
        event = asked | {"kind": kind, "number": number}
        await self._change(lambda: self.events.update({number: event}))

    async def _change(self, change: Callable[[], object]) -> None:
        async with self._changed:
            change()
            self._changed.notify_all()


def _add(post: Post, text: str, *, last: bool) -> None:
    if last:
        post.closed.append(len(post.versions))
    post.versions.append(text)
