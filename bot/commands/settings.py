"""``settings``: everything that holds here, where it comes from, and a way to change it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial

from bot.commands import model, persona
from bot.commands.base import CHOICES, Argument, Command, Invocation, Reply, Services
from bot.commands.change import DEFAULT, brief, choose, code, ignored, origin
from bot.messages import ConversationKey
from bot.settings import OPTIONS, PARSERS, WIDE, Effective, names

WORKSPACE = "workspace"
"""Said before a name: the change holds for the whole workspace, not for this place alone."""


async def _run(services: Services, invocation: Invocation) -> Reply:
    name, value = (*invocation.argument.split(maxsplit=1), "", "")[:2]
    wide = invocation.wide or name.lower() in WIDE
    told = replace(invocation, argument=value, wide=wide)
    if not name:
        return await _show(services, invocation)
    if name.lower() == WORKSPACE:
        return await _run(services, replace(told, wide=True))
    known = names(invocation.conversation.platform)
    if name.lower() not in known:
        return Reply(_unknown(name, known, invocation.prefix))
    return await _CHANGES[name.lower()](services, told)


async def _show(services: Services, invocation: Invocation) -> Reply:
    here = invocation.conversation
    now = await services.reader.effective(here)
    return Reply("\n".join(_line(name, here, now) for name in names(here.platform)))


def _line(name: str, here: ConversationKey, now: Effective) -> str:
    value = f"- {code(name)}: {brief(name, now)} ({origin(name, here, now)})"
    return ". ".join([value, *ignored(name, now)])


async def _paused(_: Services, invocation: Invocation) -> Reply:
    prefix = invocation.prefix
    return Reply(f"{code(f'{prefix}pause')} and {code(f'{prefix}resume')} change that.")


def _unknown(name: str, known: Sequence[str], prefix: str) -> str:
    close = get_close_matches(name, known, n=1)
    hint = (
        f"did you mean {code(close[0])}?" if close else f"{code(f'{prefix}settings')} lists all."
    )
    return f"There is no setting {code(name)}; {hint}"


async def _choices(_: Services, invocation: Invocation, typed: str) -> Sequence[str]:
    known = names(invocation.conversation.platform)
    whole = (*known, *(f"{name} {one}" for name in known for one in OPTIONS.get(name, ())))
    return [one for one in whole if typed.lower() in one][:CHOICES]


_CHANGES: Mapping[str, Callable[[Services, Invocation], Awaitable[Reply]]] = {
    **{name: partial(choose, name=name) for name in PARSERS},
    "model": model.run,
    "persona": persona.run,
    "paused": _paused,
}

COMMAND = Command(
    name="settings",
    summary="Show what holds here and where it was set, or change it",
    run=_run,
    argument=Argument(
        "change",
        f"a name and a value (or `{DEFAULT}`); `{WORKSPACE}` before it: not only here",
        choices=_choices,
    ),
    admin=True,
)
