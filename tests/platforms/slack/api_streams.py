"""The Web API: messages that grow. https://docs.slack.dev/reference/methods/chat.startStream."""

import time

from tests.platforms.slack.api_chat import LONGEST_MARKDOWN, fill, thread_of, writable
from tests.platforms.slack.blocks import check
from tests.platforms.slack.door import Method
from tests.platforms.slack.model import DIRECT, Channel, Json, Message, SlackError, Slot, Stream
from tests.platforms.slack.world import World

SESSION_SECONDS = 3600.0
"""How long ``processing`` stays without an end, at scale 1; observed, not documented."""
STATUSES = frozenset({"active", "processing", "suspended", "closed"})
STOP_EVENT = "agent_session_stopped"


class Streams:
    """``chat.startStream``, ``appendStream``, ``stopStream``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def methods(self) -> dict[str, Method]:
        return {
            "chat.startStream": self._start,
            "chat.appendStream": self._append,
            "chat.stopStream": self._stop,
        }

    def _start(self, args: Json) -> Json:
        world, place = self._world, writable(self._world, args)
        thread = thread_of(world, place, args)
        if place.kind == DIRECT and not thread:
            raise SlackError("invalid_thread_ts")
        if place.kind != DIRECT:
            self._check_recipient(args)
        made = Message(world.stamps(), place.id, world.bot, thread_ts=thread, markdown=True)
        until = time.monotonic() + world.stream_seconds * world.scale
        made.stream = Stream(args.get("recipient_user_id", ""), until)
        self._grow(made, made.stream, grown(args))
        world.add(made)
        world.occupy(place.id, thread, processing(world))
        return {"channel": place.id, "ts": made.ts} | stop_warning(world)

    def _check_recipient(self, args: Json) -> None:
        for name in ("recipient_user_id", "recipient_team_id"):
            if not args.get(name):
                raise SlackError(f"missing_{name}")
        who = self._world.users.get(args["recipient_user_id"])
        if who is None:
            raise SlackError("user_not_found")
        if who.team != args["recipient_team_id"]:
            raise SlackError("team_not_found")

    def _append(self, args: Json) -> Json:
        said, stream = self._streaming(args)
        text = grown(args)
        if not text and not args.get("chunks"):
            raise SlackError("no_text")
        self._grow(said, stream, text)
        self._world.keep(said)
        return {"channel": said.channel, "ts": said.ts}

    def _stop(self, args: Json) -> Json:
        world = self._world
        said, stream = self._streaming(args)
        status = args.get("session_status", "active")
        if status not in STATUSES:
            raise SlackError("invalid_arguments")
        check(args.get("blocks") or [])
        self._grow(said, stream, grown(args))
        stream.ended = "stopped"
        labelled = Message(said.ts, said.channel, said.user)
        fill(labelled, {"text": "-"} | {k: args[k] for k in ("metadata",) if k in args})
        blocks = args.get("blocks") or []
        world.revise(said, blocks=blocks, metadata=labelled.metadata or said.metadata)
        busy = processing(world) if status == "processing" else None
        world.occupy(said.channel, said.thread_ts, busy)
        return {"channel": said.channel, "ts": said.ts, "message": world.look(said)}

    def _streaming(self, args: Json) -> tuple[Message, Stream]:
        """A message that still grows, or why it does not."""
        place: Channel = writable(self._world, args)
        said = self._world.message(place, str(args.get("ts")))
        if said.user is not self._world.bot:
            raise SlackError("message_not_owned_by_app")
        if said.stream and said.stream.ended == "user":
            raise SlackError("stopped_by_user")
        if said.stream is None or not said.stream.live:
            raise SlackError("message_not_in_streaming_state")
        return said, said.stream

    def _grow(self, said: Message, stream: Stream, text: str) -> None:
        """Add to it, unless that is too much: then it never grows again."""
        size = stream.size + len(text.encode())
        stream.full = stream.full or size > self._world.stream_bytes
        if text and stream.full:
            raise SlackError("msg_too_long")
        stream.size = size
        said.text += text


def grown(args: Json) -> str:
    """The text that a call adds."""
    text, chunks = args.get("markdown_text"), args.get("chunks")
    if text is not None and chunks:
        raise SlackError("markdown_text_conflict")
    added = text or "".join(_chunk(one) for one in chunks or [])
    if len(added) > LONGEST_MARKDOWN:
        raise SlackError("msg_too_long")
    return added


def _chunk(chunk: Json) -> str:
    match chunk.get("type"):
        case "markdown_text":
            return str(chunk["text"])
        case "task_update" | "plan_update" | "blocks":
            return ""
        case _:
            raise SlackError("invalid_chunks")


def processing(world: World) -> Slot:
    """The line of a session at work, with its stop button."""
    return Slot("processing", True, time.monotonic() + SESSION_SECONDS * world.scale)  # noqa: FBT003 - reads as its field


def stop_warning(world: World) -> Json:
    """What Slack says where nobody would hear of the stop button."""
    missing = STOP_EVENT not in world.events
    return {"warning": f"missing_{STOP_EVENT}_event_subscription"} if missing else {}
