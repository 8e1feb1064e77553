"""Each error of Slack at each step of an answer, through the core's own delivery."""

from collections.abc import Iterator

import pytest

from bot.errors import PartGone, Undeliverable
from bot.messages import Ending, State
from bot.ports import Inbox
from storage.inbox import RedisInbox
from storage.keys import Keys
from storage.scripts import Client
from tests.adapters.slack.delivering import Stage, delivered, staged
from tests.platforms.slack import CUT, DOWN, LOST, Fault, busy, refused

POST, UPDATE = "chat.postMessage", "chat.update"
START, APPEND, STOP = "chat.startStream", "chat.appendStream", "chat.stopStream"
PIECES = ["Because ", "it is so, ", "and **not** otherwise"]
TEXT = "".join(PIECES) + "."

PASSING = {
    "ratelimited": busy(1),
    "rate_limited": refused("rate_limited"),
    "down": DOWN,
    "lost": LOST,
    "cut": CUT,
    "fatal": refused("fatal_error"),
    "fatal, but done": refused("fatal_error", partial=True),
    "internal, but done": refused("internal_error", partial=True),
    "processing": refused("messaging_processing_failed"),
}
"""It may work later, and may have been done."""
BLOCKS = ["invalid_blocks", "msg_blocks_too_long", "msg_blocks_too_many", "msg_too_long"]
STREAMS = [
    *BLOCKS,
    "channel_type_not_supported",
    "feature_not_enabled",
    "invalid_chunks",
    "message_not_in_streaming_state",
    "message_not_owned_by_app",
    "messages_tab_disabled",
    "method_deprecated",
    "missing_recipient_team_id",
    "missing_recipient_user_id",
    "not_agent_app",
    "not_allowed_token_type",
    "not_subscribed_to_message_stream_stopped",
    "stopped_by_user",
    "streaming_state_conflict",
    "team_not_found",
    "unknown_method",
    "user_not_found",
]
"""What a stream may be refused for: the answer goes on."""
REFUSED = {code: refused(code) for code in STREAMS}
NATIVE = [(START, 0), (APPEND, 0), (APPEND, 1), (STOP, 0)]
EDITS = [(POST, 0), (UPDATE, 0), (UPDATE, 1), (UPDATE, 2)]


@pytest.fixture
def inbox(client: Client) -> RedisInbox:
    """An empty one."""
    return RedisInbox(client, Keys())


async def answered(stage: Stage, inbox: Inbox, channel: str) -> None:
    """The answer ends, and its text stands once, in one part or more, with nothing left over."""
    key = stage.asks(channel)
    delivery = await delivered(stage, inbox, key, PIECES, Ending(TEXT, State.ANSWERED))
    stands = stage.standing(key)
    assert "".join(stands) == TEXT
    assert stage.settled(key, *stands)
    assert list(delivery.ids) == [post.ts for post in stage.posts()]


@pytest.mark.parametrize("step", NATIVE, ids=str)
@pytest.mark.parametrize("trouble", PASSING | REFUSED)
async def test_a_streamed_answer_arrives_whole(
    inbox: RedisInbox, step: tuple[str, int], trouble: str
) -> None:
    """Whatever Slack says at whatever step: no stream and no spinner is left."""
    method, skip = step
    async with staged() as stage:
        stage.there.fault(method, (PASSING | REFUSED)[trouble], skip=skip)
        await answered(stage, inbox, "@")


@pytest.mark.parametrize("step", EDITS, ids=str)
@pytest.mark.parametrize("trouble", [*PASSING, *BLOCKS])
async def test_an_edited_answer_arrives_whole(
    inbox: RedisInbox, step: tuple[str, int], trouble: str
) -> None:
    """Whatever fails for a moment, and whatever is too much in one call."""
    method, skip = step
    async with staged() as stage:
        stage.there.fault(method, (PASSING | REFUSED)[trouble], skip=skip)
        await answered(stage, inbox, "general")


@pytest.mark.parametrize("trouble", [DOWN, busy(1), LOST, refused("fatal_error", partial=True)])
@pytest.mark.parametrize("channel", ["@", "general"])
async def test_trouble_that_lasts_is_outlasted(
    inbox: RedisInbox, channel: str, trouble: Fault
) -> None:
    """Several calls fail in a row, of any kind."""
    async with staged() as stage:
        stage.there.fault("chat.*", trouble, times=4, skip=2)
        await answered(stage, inbox, channel)


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed"])
async def test_what_takes_no_more_edits_goes_on_in_the_next_part(
    inbox: RedisInbox, code: str
) -> None:
    """Behind what stands there."""
    async with staged() as stage:
        stage.there.fault(UPDATE, refused(code), skip=1)
        key = stage.asks()
        await delivered(stage, inbox, key, PIECES, Ending(TEXT, State.ANSWERED))
        assert "".join(stage.standing(key)) == TEXT
        assert len(stage.standing(key)) == 2


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "not_in_channel"])
@pytest.mark.parametrize("channel", ["@", "general"])
@pytest.mark.parametrize("skip", [0, 1, 2])
async def test_a_place_that_is_gone_is_said_to_be(
    inbox: RedisInbox, channel: str, code: str, skip: int
) -> None:
    """The core then knows that there is nowhere to say it."""
    async with staged() as stage:
        key = stage.asks(channel)
        stage.there.fault("chat.*", refused(code), times=99, skip=skip)
        with pytest.raises(Undeliverable):
            await delivered(stage, inbox, key, PIECES, Ending(TEXT, State.ANSWERED))


@pytest.mark.parametrize("channel", ["@", "general"])
async def test_an_answer_that_somebody_deletes_is_gone(inbox: RedisInbox, channel: str) -> None:
    """Its last text finds no place, and is not posted anew."""
    async with staged() as stage:
        key = stage.asks(channel)
        stage.there.fault(STOP if channel == "@" else UPDATE, refused("message_not_found"))
        with pytest.raises(PartGone):
            await delivered(stage, inbox, key, PIECES[:1], Ending(TEXT, State.ANSWERED))
        assert len(stage.posts()) == 1


@pytest.mark.parametrize("channel", ["@", "general"])
async def test_a_long_answer_of_any_script_arrives_whole(inbox: RedisInbox, channel: str) -> None:
    """Parts are full by bytes as well as by characters; code goes on in the next one."""
    piece = "Дом и сад. " * 300 + "\n```py\n" + "x = 1\n" * 900 + "```\n"
    async with staged() as stage:
        key = stage.asks(channel)
        delivery = await delivered(
            stage, inbox, key, [piece] * 4, Ending(piece * 4, State.ANSWERED)
        )
        assert delivery.shown == piece * 4
        stands = stage.standing(key)
        assert all(len(text.encode()) <= 9000 for text in stands)
        assert stage.settled(key, *stands)
        assert "".join(stands).count("x = 1\n") == 3600


async def test_an_old_stream_goes_on_in_another(inbox: RedisInbox) -> None:
    """Before Slack ends it; each part is a stream, and between them nothing is lost."""
    async with staged() as stage:
        key, pieces = stage.asks("@"), [f"Sentence {n} is here, and so" for n in range(7)]

        def aging() -> Iterator[str]:
            for piece in pieces:
                stage.clock.ahead += 140
                yield piece

        await delivered(stage, inbox, key, aging(), Ending("".join(pieces), State.ANSWERED))
        stands = stage.standing(key)
        assert stage.settled(key, *stands)
        assert "".join(stands) == "".join(pieces)
        assert len(stands) == len(stage.there.made(START)) > 2
        assert not stage.there.made(UPDATE)
