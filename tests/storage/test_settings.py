"""Settings in the real store."""

from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from bot.errors import RecordUnreadable
from bot.messages import ConversationKey, Scope
from bot.stores import SettingsStore
from storage.connect import connect
from storage.keys import Keys
from storage.scripts import Client
from storage.settings import VERSION, RedisSettings
from tests.platforms.stores import Fleet

KEYS = Keys("test")
CHANNEL = ConversationKey("discord", "guild", "general")
THREAD = ConversationKey("discord", "guild", "general", "thread")
WIDE = Scope("discord", "guild")
NEAR = Scope("discord", "guild", "general")
NEAREST = Scope("discord", "guild", "general", "thread")
RECORD = KEYS.workspace("discord", "guild", "settings::")
NEXT, FAR = str(VERSION + 1), str(VERSION + 2)


@pytest.fixture
def settings(client: Client) -> SettingsStore:
    """The real store, empty."""
    return RedisSettings(client, KEYS)


async def reads(client: Client) -> int:
    """How often the server has read from a socket: once for each burst of requests."""
    return int((await cast("Redis", client).info("stats"))["total_reads_processed"])


async def test_each_scope_keeps_its_own(settings: SettingsStore) -> None:
    """What was set for workspace, channel and thread is loaded in this order."""
    await settings.store(WIDE, "model", "wide")
    await settings.store(NEAR, "model", "near")
    await settings.store(NEAREST, "persona", "a pirate")
    assert await settings.load(THREAD) == [
        {"model": "wide"},
        {"model": "near"},
        {"persona": "a pirate"},
    ]


async def test_a_channel_has_no_thread_scope(settings: SettingsStore) -> None:
    """Outside of threads the channel's settings count once, and no thread's do."""
    await settings.store(NEAR, "model", "near")
    await settings.store(NEAREST, "model", "nearest")
    assert await settings.load(CHANNEL) == [{}, {"model": "near"}, {}]


async def test_places_with_separators_in_their_names_stay_apart(settings: SettingsStore) -> None:
    """A colon in a channel's name does not make it another channel, with another thread."""
    await settings.store(Scope("slack", "team", "a:b", "c"), "model", "x")
    assert await settings.load(ConversationKey("slack", "team", "a", "b:c")) == [{}, {}, {}]


async def test_store_returns_what_it_was(settings: SettingsStore) -> None:
    """The first value replaces nothing, the second the first, a removal the second."""
    assert await settings.store(NEAR, "model", "first") is None
    assert await settings.store(NEAR, "model", "second") == "first"
    assert await settings.store(NEAR, "model", None) == "second"
    assert await settings.store(NEAR, "model", None) is None


async def test_the_last_removal_leaves_no_record(client: Client, settings: SettingsStore) -> None:
    """A scope without settings has no key; one that has another setting keeps it."""
    await settings.store(WIDE, "model", "x")
    await settings.store(WIDE, "persona", "y")
    await settings.store(WIDE, "model", None)
    assert (await settings.load(CHANNEL))[0] == {"persona": "y"}
    await settings.store(WIDE, "persona", None)
    assert not await client.exists(RECORD)


async def test_settings_have_no_expiry(client: Client, settings: SettingsStore) -> None:
    """What an admin set stays until it is removed."""
    await settings.store(WIDE, "model", "x")
    assert await client.ttl(RECORD) == -1


@pytest.mark.parametrize("value", ["x", None])
async def test_every_change_is_published(
    client: Client, settings: SettingsStore, value: str | None
) -> None:
    """Every process hears which place has changed, also of a removal."""
    async with cast("Redis", client).pubsub(ignore_subscribe_messages=True) as bus:
        await bus.subscribe(KEYS.bus)
        assert await bus.get_message(timeout=5) is None  # the subscription, ignored
        await settings.store(NEAREST, "model", value)
        heard = await bus.get_message(timeout=5)
    assert heard is not None
    assert heard["data"].split(" ") == ["settings", "", str(THREAD)]


async def test_load_takes_one_round_trip(client: Client, settings: SettingsStore) -> None:
    """The three scopes are asked for in one burst of requests."""
    before = await reads(client)
    await settings.load(THREAD)
    assert await reads(client) - before == 2  # the load, and the question itself


async def test_the_next_versions_record_is_read(client: Client, settings: SettingsStore) -> None:
    """What the next version wrote holds here too, with its own settings beside ours."""
    await client.hset(RECORD, items=["v", NEXT, "model", "x", "mood", "sunny"])
    assert (await settings.load(CHANNEL))[0] == {"model": "x", "mood": "sunny"}


@pytest.mark.parametrize("value", ["y", None])
async def test_the_next_versions_record_stays_one(
    client: Client, settings: SettingsStore, value: str | None
) -> None:
    """A change of ours leaves the next version's own settings, and its number."""
    await client.hset(RECORD, items=["v", NEXT, "model", "x", "mood", "sunny"])
    assert await settings.store(WIDE, "model", value) == "x"
    changed = {"model": value} if value else {}
    assert await client.hgetall(RECORD) == {"v": NEXT, "mood": "sunny", **changed}


async def test_an_older_record_becomes_ours(client: Client, settings: SettingsStore) -> None:
    """What the version before wrote is read, and is of our version once it is changed here."""
    await client.hset(RECORD, items=["v", str(VERSION - 1), "model", "x"])
    assert (await settings.load(CHANNEL))[0] == {"model": "x"}
    await settings.store(WIDE, "model", "y")
    assert await client.hgetall(RECORD) == {"v": str(VERSION), "model": "y"}


async def test_a_record_of_the_far_future_is_left_alone(
    client: Client, settings: SettingsStore
) -> None:
    """A record of a version that is not known here is neither read nor changed."""
    await client.hset(RECORD, items=["v", FAR, "model", "x"])
    with pytest.raises(RecordUnreadable):
        await settings.load(CHANNEL)
    with pytest.raises(RecordUnreadable):
        await settings.store(WIDE, "model", "y")
    assert await client.hgetall(RECORD) == {"v": FAR, "model": "x"}


async def test_a_cluster_holds_them_too(cluster: Fleet, tmp_path: Path) -> None:
    """The scopes of one workspace are in one slot, and are read and written as elsewhere."""
    async with connect(cluster.url, tmp_path) as client:
        settings = RedisSettings(client, KEYS)
        await settings.store(WIDE, "model", "x")
        assert await settings.load(THREAD) == [{"model": "x"}, {}, {}]
        assert await settings.store(WIDE, "model", None) == "x"
