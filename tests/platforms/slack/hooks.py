"""What is fetched and posted outside the Web API: files and response_urls.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import time

from aiohttp import web

from tests.platforms.slack.api_chat import fill, thread_of
from tests.platforms.slack.door import true
from tests.platforms.slack.model import Json, Link, Message, SlackError
from tests.platforms.slack.world import World

LOGIN = "<!DOCTYPE html><html><head><title>Sign in to Slack</title></head></html>"


class Hooks:
    """Two addresses beside the Web API."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/files-pri/{id}/{rest:.+}", self._file),
            web.post("/hook/{id}", self._answer),
        ]

    async def _file(self, request: web.Request) -> web.Response:
        """A file; who may not have it gets a page to sign in, and no error."""
        entitled = request.headers.get("Authorization") == f"Bearer {self._world.token}"
        if not entitled or "files:read" not in self._world.scopes:
            return web.Response(text=LOGIN, content_type="text/html")
        known = self._world.files.get(request.match_info["id"])
        if known is None:
            raise web.HTTPNotFound
        file = known[1]
        return web.Response(body=file.data, headers={"Content-Type": file.content_type})

    async def _answer(self, request: web.Request) -> web.Response:
        """One of the five answers to an interaction."""
        link = self._world.links.get(request.match_info["id"])
        if link is None or link.until < time.monotonic():
            return web.Response(status=404, text="expired_url")
        if not link.uses:
            return web.Response(status=404, text="used_url")
        body = await request.json()
        try:
            self._post(link, body)
        except SlackError as error:
            return web.Response(status=400, text=error.error)
        link.uses -= 1
        link.posts.append(body)
        self._world.touch()
        return web.Response(text="ok")

    def _post(self, link: Link, body: Json) -> None:
        world, place = self._world, self._world.channels[link.channel]
        given: Json = {k: body[k] for k in ("text", "blocks", "attachments") if k in body}
        original = place.messages.get(link.ts)
        if original and true(body.get("delete_original")):
            world.remove(original)
            return
        if original and true(body.get("replace_original")):
            changed = Message(original.ts, place.id, original.user)
            fill(changed, given)
            world.revise(original, by="B0LOOPBACK", text=changed.text, blocks=changed.blocks)
            return
        only = "" if body.get("response_type") == "in_channel" else link.user
        thread = thread_of(world, place, body)
        made = Message(world.stamps(), place.id, world.bot, only=only, thread_ts=thread)
        fill(made, given)
        world.add(made)
