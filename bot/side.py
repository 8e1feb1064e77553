"""What a platform brings along, once it is put together with the core."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.messages import Account
from bot.ports import Messenger, Pacer
from bot.sources import Reader


@dataclass(frozen=True, slots=True)
class Side:
    """One platform, ready to be served."""

    platform: str
    account: Account
    messenger: Messenger
    pacer: Pacer
    reader: Reader
    listen: Callable[[], Coroutine[Any, Any, None]]
    """Take in what people do, until cancelled."""
    pace: Callable[[], Coroutine[Any, Any, None]]
    """Hand out places for calls, until cancelled."""
    posts: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """What the server on PORT takes for it: a handler by path."""
