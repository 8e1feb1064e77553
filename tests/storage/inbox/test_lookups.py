"""What adapters ask the store beside the inbox."""

from bot.messages import Trigger
from bot.outcomes import Accepted, Cancelled
from bot.ports import Inbox
from storage.keys import Keys
from storage.scripts import Client
from storage.tokens import RedisFingerprints, RedisMarks, RedisTokens
from tests.builders import ACCOUNT, ELSEWHERE, PLACE, message
from tests.storage.inbox.store import KEYS, claimed, committed, running


async def test_a_conversation_is_found_by_its_messages(inbox: Inbox) -> None:
    """A question and a part lead to it from anywhere in its channel; nothing else does."""
    await committed(inbox, message("1"))
    assert await inbox.find(ELSEWHERE, "1") == PLACE
    assert await inbox.find(ELSEWHERE, "part of f1") == PLACE
    assert await inbox.find(ELSEWHERE, "2") is None


async def test_conversations_are_known_or_not(inbox: Inbox) -> None:
    """The answers come in the order of the question."""
    await inbox.accept(message("1"))
    assert await inbox.known([ELSEWHERE, PLACE]) == [False, True]


async def test_a_thumb_is_kept_until_it_is_taken_back(inbox: Inbox, client: Client) -> None:
    """Each person has one for each part; a reset forgets them."""
    key = KEYS.own("thumbs", PLACE)
    await inbox.rate(PLACE, "p1", "ann", 1)
    await inbox.rate(PLACE, "p1", "bob", -1)
    await inbox.rate(PLACE, "p1", "ann", None)
    assert await client.hgetall(key) == {"p1 bob": "-1"}
    assert 29 * 86_400 < await client.ttl(key) <= 30 * 86_400
    await inbox.reset(PLACE)
    assert not await client.exists(key)


async def test_a_part_that_is_deleted_stops_its_answer_alone(inbox: Inbox) -> None:
    """A part of the running answer stops it; one of an earlier answer stops nothing."""
    await committed(inbox, message("1"))
    claim = await running(inbox, message("2", 2), fence="f2")
    await inbox.note_part(claim, 0, "now")
    assert await inbox.cancel(ACCOUNT, PLACE, "part of f1", "user") is Cancelled.IDLE
    assert await inbox.cancel(ACCOUNT, PLACE, "now", "user") is Cancelled.STOPPING
    assert (await claimed(inbox, "f2")).stop == "user"


async def test_a_wish_to_stop_and_its_mark_are_one_step(inbox: Inbox) -> None:
    """The word stops what runs and is marked as seen in one script: nothing is lost between."""
    stop = message("2", 2, text="stop", trigger=Trigger.FOLLOW_UP)
    assert await inbox.accept(stop, "stop") is Accepted.UNKNOWN
    await running(inbox, message("1"))
    assert await inbox.accept(stop, "stop") is Accepted.STOPPING
    assert (await claimed(inbox, "f1")).stop == "user"
    assert await inbox.accept(stop, "stop") is Accepted.DUPLICATE


async def test_who_waited_is_known_at_the_claim(inbox: Inbox) -> None:
    """A question that came while another was there had to wait; the first one had not."""
    claim = await running(inbox, message("1"), message("2", 2, author="bob"))
    assert not claim.waited
    await inbox.commit(claim, None, keep=20)
    assert (await claimed(inbox, "f2")).waited


async def test_tokens_live_for_fifteen_minutes(client: Client) -> None:
    """A command's token is found by its question in its conversation, and goes by itself."""
    tokens = RedisTokens(client, Keys())
    await tokens.keep(PLACE, "i1", "secret")
    assert await tokens.get(PLACE, "i1") == "secret"
    assert await tokens.get(ELSEWHERE, "i1") == ""
    (key,) = [key async for key in client.scan_iter("*:token:*")]
    assert 890 < await client.ttl(key) <= 900


async def test_fingerprints_stay(client: Client) -> None:
    """What an account registered last is known for ever, of each account by itself."""
    prints = RedisFingerprints(client, Keys())
    await prints.keep("discord:1", "abc")
    assert (await prints.get("discord:1"), await prints.get("discord:2")) == ("abc", "")


async def test_marks_only_go_forward(client: Client) -> None:
    """Each shard of each account has its own mark, for 30 days; an older one changes nothing."""
    marks = RedisMarks(client, Keys())
    assert await marks.get("discord:1", 0) is None
    await marks.keep("discord:1", 0, 2_000)
    await marks.keep("discord:1", 1, 5_000)
    await marks.keep("discord:1", 0, 1_000)
    assert [await marks.get("discord:1", shard) for shard in (0, 1)] == [2_000, 5_000]
    assert await marks.get("discord:2", 0) is None
    await marks.keep("discord:1", 0, 3_000)
    assert await marks.get("discord:1", 0) == 3_000
    (key,) = [key async for key in client.scan_iter("*:heard")]
    assert 29 * 86_400 < await client.ttl(key) <= 30 * 86_400
