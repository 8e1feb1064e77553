"""The inbox over the real store, and a look behind it."""

import pytest

from bot.ports import Inbox
from storage.inbox import RedisInbox
from storage.inbox.inbox import Terms
from storage.scripts import Client
from tests.storage.inbox.store import KEYS, Store

CAP = 4
"""Messages that may wait in one conversation."""


@pytest.fixture
def inbox(client: Client) -> Inbox:
    """The inbox, empty."""
    return RedisInbox(client, KEYS, Terms(cap=CAP))


@pytest.fixture
def store(client: Client) -> Store:
    """The store behind it."""
    return Store(client)
