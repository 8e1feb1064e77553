"""Shows and changes one setting of the place where the command was given."""

from collections.abc import Callable

from bot.commands.base import Invocation, Reply, Services
from bot.messages import ConversationKey
from bot.settings import Effective, Source, nearest

DEFAULT = "default"
"""Said instead of a value: what the wider scope says holds here again."""

_ORIGIN = {
    Source.ENVIRONMENT: "the default of this installation",
    Source.WORKSPACE: "set for the whole workspace",
    Source.CHANNEL: "set for the whole channel",
}


def shown(name: str, show: Callable[[str], str], here: ConversationKey, now: Effective) -> str:
    """The setting's value and where it comes from."""
    text = f"{name.capitalize()}: {show(getattr(now, name))} ({_origin(name, here, now)})."
    ignored = [source for source, unread in now.unreadable if unread == name]
    notes = [
        f"What is stored for the {source} cannot be read and does not count." for source in ignored
    ]
    return "\n\n".join([text, *notes])


async def change(
    services: Services,
    invocation: Invocation,
    name: str,
    value: str | None,
    show: Callable[[str], str],
) -> Reply:
    """Set it here, or with None no longer, and say what held before and what holds now."""
    here = invocation.conversation
    before = await services.reader.effective(here)
    await services.store.store(nearest(here), name, value)
    after = await services.reader.effective(here)
    old, new = show(getattr(before, name)), show(getattr(after, name))
    values = new if old == new else f"{old} → {new}"
    return Reply(f"{name.capitalize()}: {values} ({_origin(name, here, after)}).", private=False)


def _origin(name: str, here: ConversationKey, settings: Effective) -> str:
    source = settings.source(name)
    own = Source.THREAD if here.thread else Source.CHANNEL
    return "set here" if source == own else _ORIGIN[source]
