"""Shows and changes one setting of the place where the command was given."""

from bot.commands.base import Invocation, Reply, Services
from bot.messages import ConversationKey
from bot.settings import PARSERS, Effective, Source

DEFAULT = "default"
"""Said instead of a value: what the wider scope says holds here again."""

_ORIGIN = {
    Source.ENVIRONMENT: "the default of this installation",
    Source.WORKSPACE: "set for the whole workspace",
    Source.CHANNEL: "set for the whole channel",
}
_EXCERPT = 120
_HIDDEN = "\n\nWhat is set nearer holds on here."
_CAPPED = "\n\nThis installation allows no more."


def shown(name: str, value: str, here: ConversationKey, now: Effective) -> str:
    """The setting's value, as it is given, and where it comes from."""
    line = f"{label(name)}: {value} ({origin(name, here, now)})."
    return "\n\n".join([line, *ignored(name, now)])


def ignored(name: str, now: Effective) -> list[str]:
    """Sentences on what is stored for this setting but does not count."""
    return [
        f"What is stored for the {source} cannot be read and does not count."
        for source, unread in now.unreadable
        if unread == name
    ]


async def choose(services: Services, invocation: Invocation, name: str) -> Reply:
    """Set it to the argument, or say why that is no value for it."""
    wish = invocation.argument.strip()
    if wish.lower() == DEFAULT:
        return await change(services, invocation, name, None)
    try:
        value = str(PARSERS[name](wish))
    except ValueError as error:
        return Reply(str(error))
    return await change(services, invocation, name, value)


async def change(
    services: Services, invocation: Invocation, name: str, value: str | None
) -> Reply:
    """Set it, or with None no longer, and say what held here before and what holds here now."""
    here = invocation.conversation
    before = await services.reader.effective(here)
    await services.store.store(invocation.scope, name, value)
    after = await services.reader.effective(here)
    old, new = brief(name, before), brief(name, after)
    values = new if old == new else f"{old} → {new}"
    line = f"{label(name)}: {values} ({origin(name, here, after)})."
    return Reply(line + _caveat(invocation, name, value, after), private=False)


def _caveat(invocation: Invocation, name: str, value: str | None, after: Effective) -> str:
    """Why what was set is not what holds here."""
    if invocation.wide and after.source(name) in (Source.CHANNEL, Source.THREAD):
        return _HIDDEN
    return "" if value in (None, str(getattr(after, name))) else _CAPPED


def label(name: str) -> str:
    """A setting's name as people read it."""
    return name.replace("_", " ").capitalize()


def brief(name: str, now: Effective) -> str:
    """A setting's value in one line."""
    match name:
        case "persona":
            return quote(_excerpt(now.persona))
        case "paused":
            return "yes" if now.paused else "no"
    return code(str(getattr(now, name)))


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else f"{line[:_EXCERPT]}…"


def code(text: str) -> str:
    """As it can be typed."""
    return f"`{text}`"


def quote(text: str) -> str:
    """As somebody's words, if there are any."""
    return f"“{text}”" if text else "none"


def origin(name: str, here: ConversationKey, settings: Effective) -> str:
    """Where a setting's value comes from."""
    source = settings.source(name)
    own = Source.THREAD if here.thread else Source.CHANNEL
    return "set here" if source == own else _ORIGIN[source]
