"""The same scripts, unchanged, on a cluster and behind Sentinels."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import LeaseLost
from bot.messages import Account, ConversationKey
from bot.outcomes import Cancelled, Changed, Committed
from bot.ports import Inbox
from storage.connect import connect
from storage.inbox import RedisInbox
from storage.keys import Keys, partition
from tests.builders import ACCOUNT, answered, ending, message
from tests.platforms import stores
from tests.storage.inbox.store import claimed, held, running

PLACES = [ConversationKey("slack", "T1", f"C{number}") for number in range(12)]
"""Over every master."""


@pytest.fixture(params=["cluster", "sentinel"])
async def fleet_inbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Inbox]:
    """The inbox on several servers, in a namespace that no other test uses."""
    fleet: stores.Fleet = request.getfixturevalue(request.param)
    async with connect(fleet.url, tmp_path) as client:
        yield RedisInbox(client, Keys(tmp_path.name))


async def test_every_script_runs_on_every_kind_of_store(fleet_inbox: Inbox) -> None:
    """A whole conversation, with everything that can happen to it, in each of many channels."""
    for place in PLACES:
        await _live(fleet_inbox, place)
    assert len({partition(place) for place in PLACES}) > 3
    found = await fleet_inbox.channels(ACCOUNT)
    assert set(found) == {(place.platform, place.workspace, place.channel) for place in PLACES}
    assert await fleet_inbox.ready(Account(ACCOUNT), 10) == []


async def _live(inbox: Inbox, place: ConversationKey) -> None:
    claim = await running(inbox, message("1", where=place), message("2", 2, where=place))
    await inbox.release(claim, refund=True, delay=0)
    assert await inbox.ready(Account(ACCOUNT), 10) == [place]
    claim = await claimed(inbox, "f2", place)
    await inbox.note_part(claim, 0, "p0")
    await inbox.note_final(claim, ending(), opening=1)
    assert await inbox.change(ACCOUNT, place, "1", "", None) is Changed.RUNNING
    assert await inbox.cancel(ACCOUNT, place, "2", "user") is Cancelled.STOPPING
    assert await inbox.renew([held("f2", place), held("f1", place)]) == ["user", "!lost"]
    claim = await claimed(inbox, "f2", place)
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.DONE
    with pytest.raises(LeaseLost):
        await inbox.note_part(claim, 0, "p0")
    new = message("2", 2, where=place, revision="1")
    assert await inbox.change(ACCOUNT, place, "2", "1", new) is Changed.REDO
    claim = await claimed(inbox, "f3", place)
    assert await inbox.commit(claim, answered(claim), keep=20) is Committed.DONE
    assert await inbox.turns(place) == (answered(claim),)
    await inbox.reset(place)
    await inbox.forget(place)
    assert (await inbox.turns(place), await inbox.waiting(place)) == ((), ())
