"""The Web API: modals, the Home tab, reactions and files."""

import secrets
import time

from tests.platforms.slack import payloads
from tests.platforms.slack.blocks import check
from tests.platforms.slack.door import Method
from tests.platforms.slack.model import Json, Link, Message, SlackError, View
from tests.platforms.slack.world import World

DEEPEST = 3
"""Modals above each other."""
MOST_BLOCKS = 100


class Views:
    """https://docs.slack.dev/reference/methods?family=views."""

    def __init__(self, world: World) -> None:
        self._world = world

    def methods(self) -> dict[str, Method]:
        return {
            "views.open": self._open,
            "views.push": self._push,
            "views.update": self._update,
            "views.publish": self._publish,
        }

    def _open(self, args: Json) -> Json:
        trigger = self._trigger(args)
        made = self.show(trigger.user, args["view"])
        return self._said(made)

    def _push(self, args: Json) -> Json:
        trigger = self._trigger(args)
        below = self._world.views[trigger.ts]
        depth, view = 1, below
        while view.parent:
            depth, view = depth + 1, self._world.views[view.parent]
        if depth == DEEPEST:
            raise SlackError("push_limit_reached")
        return self._said(self.show(trigger.user, args["view"], below.id))

    def show(self, user: str, body: Json, parent: str = "") -> View:
        """A view appears to somebody."""
        _check(body)
        made = View(
            self._world.number("V"), user, body["type"], body, secrets.token_hex(4), parent
        )
        self._world.views[made.id] = made
        self._world.touch()
        return made

    def _update(self, args: Json) -> Json:
        found = self._world.views.get(str(args.get("view_id")))
        if found is None or not found.open:
            raise SlackError("not_found")
        return self._said(self._replace(found, args))

    def _publish(self, args: Json) -> Json:
        if args.get("user_id") not in self._world.users:
            raise SlackError("user_not_found")
        every = self._world.views.values()
        home = next((v for v in every if (v.user, v.type) == (args["user_id"], "home")), None)
        if home:
            return self._said(self._replace(home, args))
        return self._said(self.show(args["user_id"], args["view"]))

    def _replace(self, view: View, args: Json) -> View:
        if args.get("hash", view.hash) != view.hash:
            raise SlackError("hash_conflict")
        _check(args["view"])
        view.body, view.hash = args["view"], secrets.token_hex(4)
        self._world.touch()
        return view

    def _trigger(self, args: Json) -> Link:
        found = self._world.triggers.get(str(args.get("trigger_id")))
        if found is None:
            raise SlackError("invalid_trigger_id")
        if found.until < time.monotonic():
            raise SlackError("expired_trigger_id")
        if not found.uses:
            raise SlackError("exchanged_trigger_id")
        found.uses -= 1
        return found

    def _said(self, view: View) -> Json:
        return {"view": shown(view, self._world.team)}


def shown(view: View, team: str) -> Json:
    """A view as Slack says it."""
    marks = {"id": view.id, "hash": view.hash, "team_id": team, "app_id": payloads.APP_ID}
    parents = {"previous_view_id": view.parent or None, "bot_id": payloads.BOT_ID}
    return view.body | marks | parents


def _check(body: Json) -> None:
    if body.get("type") not in {"modal", "home"} or len(body.get("blocks", [])) > MOST_BLOCKS:
        raise SlackError("invalid_arguments")
    for at in range(0, len(body["blocks"]), 50):
        check(body["blocks"][at : at + 50])


class Things:
    """Reactions and files."""

    def __init__(self, world: World) -> None:
        self._world = world

    def methods(self) -> dict[str, Method]:
        return {
            "reactions.add": self._add,
            "reactions.remove": self._remove,
            "reactions.get": self._get,
            "files.info": self._file,
        }

    def _add(self, args: Json) -> Json:
        self._world.react_as(self._world.bot, self._message(args), args["name"])
        return {}

    def _remove(self, args: Json) -> Json:
        self._world.unreact_as(self._world.bot, self._message(args), args["name"])
        return {}

    def _get(self, args: Json) -> Json:
        return {"type": "message", "message": self._world.look(self._message(args))}

    def _message(self, args: Json) -> Message:
        place = self._world.place(args["channel"])
        return self._world.message(place, args["timestamp"])

    def _file(self, args: Json) -> Json:
        if args.get("file") not in self._world.files:
            raise SlackError("file_not_found")
        return {"file": self._world.files[args["file"]][0]}
