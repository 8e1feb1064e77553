"""A part that grows natively."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.modes import STREAMS
from adapters.slack.streams import growing
from bot.errors import PartExpired, PartFull, PartGone, PlatformBusy, PlatformUnavailable
from bot.messages import Offer, PartKey
from bot.ports import Part
from bot.split import START, render, seam_behind
from tests.adapters.slack.delivering import Stage, part_of, staged
from tests.platforms.slack import CUT, LOST, Fault, busy, refused

APPEND, STOP, UPDATE = "chat.appendStream", "chat.stopStream", "chat.update"
PIECES = st.lists(
    st.sampled_from(["word ", "```\n", "``", "`", "```py\n", "\n", "- ```\n", "~~~\n"])
)


async def streaming(stage: Stage, text: str = "Be") -> tuple[PartKey, Part]:
    """A stream that was started with this."""
    key = await stage.natively()
    return key, await stage.messenger.open(key, text, None)


async def closed(stage: Stage, key: PartKey, part: Part, text: str) -> None:
    """Finished with this text, it stands once, and nothing is left."""
    await part.close(text, Offer.NOTHING)
    await stage.messenger.end(key)
    assert stage.settled(key, text)


@given(PIECES)
def test_what_was_sent_is_never_taken_back(pieces: list[str]) -> None:
    """However fences open and close on the way, each text begins with it, and it catches up."""
    sent = ""
    for n in range(len(pieces) + 1):
        text = render("".join(pieces[:n]), START, None)
        assert text.startswith(sent)
        sent = growing(text) if growing(text).startswith(sent) else sent
    last = "".join(pieces) + "\nend"
    assert growing(render(last, START, None)).startswith(sent)


async def test_only_what_is_new_is_sent() -> None:
    """One start, an addition for each text, and a stop with the rest and the buttons."""
    async with staged() as stage:
        key, part = await streaming(stage)
        await part.show("Because")
        await part.show("Because it is")
        await closed(stage, key, part, "Because it is so.")
        calls = [(call.route, call.body.get("markdown_text")) for call in stage.there.calls]
        assert calls[1:] == [
            ("chat.startStream", "Be"),
            (APPEND, "cause"),
            (APPEND, " it is"),
            (STOP, " so."),
        ]
        assert list(stage.posts()[0].actions) == ["tw:feedback"]


async def test_code_grows_inside_its_fence() -> None:
    """A fence that is closed for the time being does not stop the stream from growing."""
    async with staged() as stage:
        key, part = await streaming(stage, "See:\n```py\na\n```")
        await part.show("See:\n```py\na = 1\nb\n```")
        assert stage.standing(key) == ["See:\n```py\na = 1\nb"]
        await closed(stage, key, part, "See:\n```py\na = 1\nb = 2\n```\nSo.")
        assert not stage.there.made(UPDATE)


async def test_nothing_is_sent_where_nothing_is_new() -> None:
    """White space and a closing fence wait for what follows them."""
    async with staged() as stage:
        _, part = await streaming(stage)
        await part.show("Be\n")
        assert not stage.there.made(APPEND)


async def test_what_does_not_extend_it_waits_for_the_end() -> None:
    """No version is shorter than the one before; the last text then stands by an edit."""
    async with staged() as stage:
        key, part = await streaming(stage, "Because")
        await part.show("Be that as it may")
        assert stage.standing(key) == ["Because"]
        await closed(stage, key, part, "Be that")
        (post,) = stage.posts()
        assert [version.text for version in post.versions][-1] == "Be that"


@pytest.mark.parametrize("fault", [LOST, CUT, refused("fatal_error", partial=True)])
async def test_an_addition_that_is_unsure_is_never_doubled(fault: Fault) -> None:
    """Whether it was added or not: the next text stands there once."""
    async with staged() as stage:
        key, part = await streaming(stage)
        stage.there.fault(APPEND, fault)
        with pytest.raises(PlatformUnavailable):
            await part.show("Because")
        await part.show("Because it")
        assert stage.standing(key) == ["Because it"]
        await closed(stage, key, part, "Because it is.")


@pytest.mark.parametrize("fault", [LOST, CUT, refused("internal_error", partial=True)])
async def test_a_stop_that_is_unsure_is_made_good(fault: Fault) -> None:
    """Said again, the last text stands once."""
    async with staged() as stage:
        key, part = await streaming(stage)
        stage.there.fault(STOP, fault)
        with pytest.raises(PlatformUnavailable):
            await part.close("Because.", Offer.NOTHING)
        await closed(stage, key, part, "Because.")


async def test_a_stream_that_expired_goes_on_by_edits() -> None:
    """In the same message, with all of its text."""
    async with staged() as stage:
        stage.there.stream_seconds = 0
        key, part = await streaming(stage)
        await part.show("Because")
        assert stage.standing(key) == ["Because"]
        await part.show("Because it")
        await closed(stage, key, part, "Because it is.")
        assert (len(stage.there.made(APPEND)), stage.there.made(STOP)) == (1, [])
        assert await stage.another().find(part_of(key, 1), "") is None


async def test_a_stream_that_expired_before_its_end_is_edited() -> None:
    """Its last text and its buttons stand all the same."""
    async with staged() as stage:
        key, part = await streaming(stage)
        stage.there.find(part.id).stream.until = 0  # type: ignore[union-attr]  # it is one
        await closed(stage, key, part, "Because.")
        assert list(stage.posts()[0].actions) == ["tw:feedback"]


async def test_what_a_person_stopped_keeps_what_stands() -> None:
    """Nothing more is added; the last text, which the core then knows, comes by an edit."""
    async with staged() as stage:
        key, part = await streaming(stage)
        where = key.conversation
        stage.there.native_stop(where.channel, where.thread, "ann")
        for text in ("Because", "Because it"):
            await part.show(text)
        assert stage.standing(key) == ["Be"]
        assert len(stage.there.made(APPEND)) == 1
        await closed(stage, key, part, "Be\n\n(Stopped.)")


async def test_too_many_bytes_end_it_with_what_fits() -> None:
    """It is stopped; the part says how much of the text stands."""
    async with staged() as stage:
        key, part = await streaming(stage, "Дом")
        text = "Дом и сад. " * 800
        with pytest.raises(PartFull) as full:
            await part.show(text)
        await stage.messenger.end(key)
        assert full.value.accepted == len(part.text)
        assert text.startswith(part.text)
        assert stage.settled(key, part.text)
        assert len(part.text.encode()) > 8900


@pytest.mark.parametrize("code", ["msg_too_long", "msg_blocks_too_long"])
async def test_a_stream_that_is_full_is_ended(code: str) -> None:
    """What it took stands, its fence closed; the core goes on behind that."""
    async with staged() as stage:
        key, part = await streaming(stage, "See:\n```py\na\n```")
        stage.there.fault(APPEND, refused(code))
        text = "See:\n```py\na = 1\n```"
        with pytest.raises(PartFull) as full:
            await part.show(text)
        await stage.messenger.end(key)
        stands = "See:\n```py\na\n```"
        assert stage.settled(key, stands)
        assert render(text, START, seam_behind(text, START, full.value.accepted)) == stands


async def test_a_stream_that_takes_less_than_a_part_is_ended() -> None:
    """Wherever Slack's limit may be, also at the stop."""
    async with staged() as stage:
        stage.there.stream_bytes = 20
        key, part = await streaming(stage)
        with pytest.raises(PartFull):
            await part.show("Because it is so, and more.")
        assert stage.standing(key) == ["Be"]
        other = await stage.messenger.open(part_of(key, 1), "cause", None)
        await other.close("cause it is so, and more.", Offer.NOTHING)
        await stage.messenger.end(key)
        assert stage.settled(key, "Be", "cause it is so, and more.")


async def test_an_old_stream_ends_where_a_word_does() -> None:
    """Before Slack ends it; the core goes on behind what stands."""
    async with staged() as stage:
        key, part = await streaming(stage)
        stage.clock.ahead = 271
        with pytest.raises(PartExpired) as old:
            await part.show("Because it is so, and th")
        await stage.messenger.end(key)
        assert stage.settled(key, "Because it is so, and ")
        assert old.value.accepted == len("Because it is so, and ")


async def test_a_conflict_stops_the_stream_first() -> None:
    """Where a stream is still open against all appearance."""
    async with staged() as stage:
        key, part = await streaming(stage)
        stage.there.fault(APPEND, refused("message_not_in_streaming_state"))
        await part.show("Because")
        assert stage.standing(key) == ["Because"]
        assert not stage.there.open_streams
        await closed(stage, key, part, "Because.")


async def test_a_workspace_that_loses_its_streams_is_noticed() -> None:
    """This answer goes on by edits, and so do the next ones."""
    async with staged() as stage:
        key, part = await streaming(stage)
        stage.there.fault(APPEND, refused("feature_not_enabled"))
        await part.show("Because")
        await closed(stage, key, part, "Because.")
        assert not stage.tools.features.has(STREAMS)


async def test_a_limit_is_no_doubt() -> None:
    """What was refused was not done: the same call is made again, and the lane is told."""
    async with staged() as stage:
        key, part = await streaming(stage)
        stage.there.fault(APPEND, busy(2))
        stage.there.fault(STOP, busy(3))
        with pytest.raises(PlatformBusy):
            await part.show("Because")
        await part.show("Because")
        with pytest.raises(PlatformBusy):
            await part.close("Because.", Offer.NOTHING)
        await closed(stage, key, part, "Because.")
        assert stage.news == [("append", 2.0), ("stop", 3.0)]
        assert not stage.there.made(UPDATE)


async def test_a_stream_that_somebody_deleted_is_gone() -> None:
    """The core hears of it at the next text."""
    async with staged() as stage:
        _, part = await streaming(stage)
        stage.there.delete(part.id)
        with pytest.raises(PartGone):
            await part.show("Because")
