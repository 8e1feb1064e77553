"""The Web API: messages. https://docs.slack.dev/reference/methods?family=chat."""

from tests.platforms.slack.blocks import check
from tests.platforms.slack.door import Method, true
from tests.platforms.slack.model import Channel, Json, Message, SlackError
from tests.platforms.slack.world import World

LONGEST_TEXT, LONGEST_MARKDOWN, LONGEST_METADATA = 4000, 12_000, 4000


class Chat:
    """What can be done with messages."""

    def __init__(self, world: World) -> None:
        self._world = world

    def methods(self) -> dict[str, Method]:
        return {
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._whisper,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.getPermalink": self._permalink,
        }

    def _post(self, args: Json) -> Json:
        place = writable(self._world, args)
        thread = thread_of(self._world, place, args)
        made = Message(self._world.stamps(), place.id, self._world.bot, thread_ts=thread)
        fill(made, args)
        warning = len(made.text) > self._world.truncate
        made.text = made.text[: self._world.truncate]
        made.subtype = "thread_broadcast" if true(args.get("reply_broadcast")) else ""
        made.unfurl = any(true(args.get(f"unfurl_{what}", True)) for what in ("links", "media"))
        self._world.add(made)
        self._world.clear_line(place.id, thread)
        said = {"channel": place.id, "ts": made.ts, "message": self._world.look(made)}
        return said | ({"warning": "message_truncated"} if warning else {})

    def _whisper(self, args: Json) -> Json:
        world, place = self._world, writable(self._world, args)
        if args.get("user") not in place.members:
            raise SlackError("user_not_in_channel")
        thread = thread_of(world, place, args)
        made = Message(world.stamps(), place.id, world.bot, thread_ts=thread, only=args["user"])
        fill(made, args)
        world.add(made)
        return {"message_ts": made.ts}

    def _update(self, args: Json) -> Json:
        world = self._world
        said = self._own(args, "cant_update_message")
        if world.edit_window_closed:
            raise SlackError("edit_window_closed")
        if said.stream and said.stream.live:
            raise SlackError("streaming_state_conflict")
        if len(args.get("text") or "") > LONGEST_TEXT:
            raise SlackError("msg_too_long")
        changed = Message(said.ts, said.channel, said.user, said.text, said.blocks)
        changed.metadata = said.metadata
        fill(changed, args)
        world.revise(
            said,
            by="B0LOOPBACK",
            text=changed.text,
            blocks=changed.blocks,
            markdown=changed.markdown,
            metadata=changed.metadata,
            stream=None,
        )
        reply = {"channel": said.channel, "ts": said.ts, "text": said.text}
        return reply | {"message": world.look(said)}

    def _delete(self, args: Json) -> Json:
        said = self._own(args, "cant_delete_message")
        self._world.remove(said)
        return {"channel": said.channel, "ts": said.ts}

    def _permalink(self, args: Json) -> Json:
        place = self._world.place(args["channel"])
        ts = self._world.message(place, args["message_ts"]).ts
        link = f"https://{self._world.domain}.slack.com/archives/{place.id}/p{ts.replace('.', '')}"
        return {"channel": place.id, "permalink": link}

    def _own(self, args: Json, refusal: str) -> Message:
        place = writable(self._world, args)
        said = self._world.message(place, str(args.get("ts")))
        if said.user is not self._world.bot:
            raise SlackError(refusal)
        return said


def writable(world: World, args: Json) -> Channel:
    """A channel that the bot may write to."""
    place = world.place(str(args.get("channel")))
    if world.bot.id not in place.members:
        raise SlackError("not_in_channel")
    if place.archived:
        raise SlackError("is_archived")
    return place


def thread_of(world: World, place: Channel, args: Json) -> str:
    """The thread that a message goes to; of a reply, it is that of its first message."""
    given = str(args.get("thread_ts") or "")
    root = place.messages.get(given)
    gone = root is None or (root.deleted and not world.replies(place, given))
    if given and gone and not world.strays:
        raise SlackError("thread_not_found")
    return "" if root is None or gone else root.thread_ts or given


def fill(said: Message, args: Json) -> None:
    """Take over what a call says: a text without blocks takes the old blocks away."""
    text, markdown, blocks = (args.get(name) for name in ("text", "markdown_text", "blocks"))
    if markdown is not None and (text is not None or blocks):
        raise SlackError("markdown_text_conflict")
    if not (text or markdown or blocks or args.get("attachments")):
        raise SlackError("no_text")
    if len(markdown or "") > LONGEST_MARKDOWN:
        raise SlackError("msg_too_long")
    check(blocks or [])
    if text is not None or markdown is not None:
        said.text, said.markdown = markdown or text or "", markdown is not None
        said.blocks = []
    said.blocks = blocks if blocks is not None else said.blocks
    said.attachments = args.get("attachments", said.attachments)
    _label(said, args.get("metadata"))


def _label(said: Message, metadata: Json | None) -> None:
    if metadata is not None:
        if not {"event_type", "event_payload"} <= metadata.keys():
            raise SlackError("invalid_metadata_format")
        if len(str(metadata)) > LONGEST_METADATA:
            raise SlackError("metadata_too_large")
        said.metadata = metadata
