"""The Web API: what a thread shows to be going on, and agent sessions.

https://docs.slack.dev/reference/methods/assistant.threads.setStatus and
https://docs.slack.dev/reference/methods/agents.sessions.setStatus
"""

import time

from tests.platforms.slack.api_streams import STATUSES, processing, stop_warning
from tests.platforms.slack.door import Method
from tests.platforms.slack.model import Channel, Json, Session, SlackError, Slot
from tests.platforms.slack.world import World

LINE_SECONDS = 120.0
"""How long a line of text stays, at scale 1."""
MOST_LINES, LONGEST_LINE = 10, 50
MOST_PROMPTS = 4
LONGEST_TITLE = 200


class Status:
    """The one line of a thread, and its session."""

    def __init__(self, world: World) -> None:
        self._world = world

    def methods(self) -> dict[str, Method]:
        return {
            "assistant.threads.setStatus": self._line,
            "assistant.threads.setTitle": self._entitle,
            "assistant.threads.setSuggestedPrompts": self._suggest,
            "agents.sessions.setStatus": self._session,
            "agents.sessions.rename": self._rename,
        }

    def _line(self, args: Json) -> Json:
        place, thread = self._thread(args)
        lines = args.get("loading_messages") or []
        if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
            raise SlackError("invalid_arguments")
        until = time.monotonic() + LINE_SECONDS * self._world.scale
        text = args.get("status", "")
        more = {"loading_messages": lines}
        slot = Slot(text, session=False, until=until, more=more) if text else None
        self._world.occupy(place.id, thread, slot)
        return {}

    def _entitle(self, args: Json) -> Json:
        place, thread = self._thread(args)
        session = self._world.sessions.setdefault((place.id, thread), Session())
        session.title = args["title"]
        self._world.touch()
        return {}

    def _suggest(self, args: Json) -> Json:
        place = self._world.place(args["channel_id"])
        prompts = args.get("prompts") or []
        if not 0 < len(prompts) <= MOST_PROMPTS:
            raise SlackError("invalid_arguments")
        shown = {"prompts": prompts, "title": args.get("title", "")}
        self._world.prompts[place.id] = shown | {"thread_ts": args.get("thread_ts", "")}
        self._world.touch()
        return {}

    def _session(self, args: Json) -> Json:
        place, thread = self._thread(args)
        world, title = self._world, _title(args.get("title") or "-")
        if args["status"] not in STATUSES:
            raise SlackError("invalid_arguments")
        known = (place.id, thread) in world.sessions
        session = world.sessions.setdefault((place.id, thread), Session())
        session.title = session.title if known else title
        session.status = args["status"]
        busy = processing(world) if session.status == "processing" else None
        world.occupy(place.id, thread, busy)
        said = {"status": session.status, "agent_status": session.status, "title": session.title}
        return said | stop_warning(world)

    def _rename(self, args: Json) -> Json:
        place, thread = self._thread(args)
        session = self._world.sessions.get((place.id, thread))
        if session is None:
            raise SlackError("not_authorized")
        session.title = _title(args.get("title") or "")
        self._world.touch()
        return {"title": session.title}

    def _thread(self, args: Json) -> tuple[Channel, str]:
        """Its channel and first message; for a message outside a thread, its own ts is taken."""
        place = self._world.place(str(args.get("channel_id")))
        thread = str(args.get("thread_ts") or "")
        said = place.messages.get(thread)
        if said is None or said.deleted:
            raise SlackError("invalid_thread_ts")
        return place, said.thread_ts or thread


def _title(text: str) -> str:
    if not 0 < len(text) <= LONGEST_TITLE:
        raise SlackError("invalid_arguments")
    return text.replace(":", "_")
