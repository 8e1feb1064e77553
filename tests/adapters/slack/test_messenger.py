"""How a part of an answer comes to Slack, and how it is found again."""

import pytest

from adapters.slack.blocks import note
from adapters.slack.manifest import scopes
from bot.errors import PartGone, PlatformUnavailable, Undeliverable
from bot.messages import Offer, PartKey
from bot.ports import Part
from tests.adapters.slack.delivering import Stage, part_of, staged
from tests.platforms.slack import LOST, refused

POST, START = "chat.postMessage", "chat.startStream"


async def test_a_channel_reads_a_post_with_a_stop_button() -> None:
    """It stands in the thread of its question, unfurls nothing, and says itself in short."""
    async with staged() as stage:
        key = stage.asks()
        await stage.messenger.open(key, "Be & **see**. <x>", None)
        (post,) = stage.posts()
        assert (post.shown, list(post.actions)) == ("Be & **see**. <x>", ["tw:stop"])
        assert (post.thread_ts, post.unfurl) == (key.question, False)
        assert post.text == "Be &amp; **see**. &lt;x&gt;"
        body = stage.there.made(POST)[0].body
        assert (body["unfurl_links"], body["unfurl_media"]) == (False, False)
        assert not {"parse", "link_names"} & body.keys()


async def test_a_flat_direct_message_is_answered_outside_of_threads() -> None:
    """It is one conversation, and its first text notifies."""
    async with staged() as stage:
        key = stage.asks("@", flat=True)
        await stage.messenger.begin(key, ())
        assert stage.messenger.rings(key.conversation)
        part = await stage.messenger.open(key, "Be.", None)
        assert not stage.there.find(part.id).thread_ts
        found = await stage.another().find(key, "")
        assert found
        assert found.id == part.id


async def test_a_model_that_speaks_at_once_is_streamed() -> None:
    """Its first text may come before its answer was begun."""
    async with staged() as stage:
        await stage.messenger.open(stage.asks("@"), "Be.", None)
        assert stage.there.made(START)


async def test_neither_streams_nor_channels_ring() -> None:
    """A stream notifies when it ends, and a channel's thread mentions nobody."""
    async with staged() as stage:
        assert not stage.messenger.rings((await stage.natively()).conversation)
        assert not stage.messenger.rings(stage.asks().conversation)


@pytest.mark.parametrize("number", [0, 1])
async def test_what_is_whole_is_one_post(number: int) -> None:
    """Also where answers are streamed, and as a further part: one call instead of two."""
    async with staged() as stage:
        key = part_of(await stage.natively(), number)
        part = await stage.messenger.open(key, "Be.", Offer.CONTINUE)
        assert part.settled
        assert list(stage.there.find(part.id).actions) == ["tw:continue", "tw:feedback"]
        assert len(stage.there.made(POST)) == 1
        assert not stage.there.made(START)


async def test_a_further_part_that_grows_is_a_stream_of_its_own() -> None:
    """It takes a place of those that begin."""
    async with staged() as stage:
        key = await stage.natively()
        for number in range(2):
            await stage.messenger.open(part_of(key, number), "Be", None)
        assert len(stage.there.made(START)) == 2
        assert not stage.there.made(POST)


@pytest.mark.parametrize("stranger", [False, True])
async def test_a_stream_in_a_channel_names_who_it_is_live_for(*, stranger: bool) -> None:
    """With that person's own team, also when they come by Slack Connect."""
    async with staged() as stage:
        stage.there.add_user("ann", team="T0ELSEWHERE" if stranger else "")
        stage.layers.here["streaming"] = "native"
        key = stage.asks()
        await stage.messenger.begin(key, ())
        part = await stage.messenger.open(key, "Be.", None)
        stream = stage.there.find(part.id).stream
        assert stream
        assert stream.recipient == key.asker
        assert not stage.tools.features.lacking


@pytest.mark.parametrize(
    "code",
    [
        "missing_recipient_user_id",
        "missing_recipient_team_id",
        "channel_type_not_supported",
        "user_not_found",
        "team_not_found",
        "messages_tab_disabled",
        "invalid_thread_ts",
    ],
)
async def test_a_stream_that_is_refused_is_a_post_at_once(code: str) -> None:
    """Nothing stands yet, so the same text is posted; the next answer tries again."""
    async with staged() as stage:
        key = await stage.natively()
        stage.there.fault(START, refused(code))
        part = await stage.messenger.open(key, "Be.", None)
        assert stage.standing(key) == ["Be."]
        await part.close("Be it.", Offer.NOTHING)
        await stage.messenger.open(part_of(key, 1), "And so.", Offer.NOTHING)
        await stage.messenger.open(part_of(key, 2), "And on.", None)
        assert len(stage.there.made(START)) == 1
        await stage.messenger.end(key)
        assert stage.there.spinners == {}
        await stage.messenger.begin(key, ())
        await stage.messenger.open(key, "Be.", None)
        assert len(stage.there.made(START)) == 2


@pytest.mark.parametrize("code", ["unknown_method", "feature_not_enabled", "method_deprecated"])
async def test_a_workspace_without_streams_is_asked_once(code: str) -> None:
    """The next answers grow by edits."""
    async with staged() as stage:
        stage.there.off[START] = code
        for _ in range(2):
            key = await stage.natively()
            await stage.messenger.open(key, "Be.", None)
            await stage.messenger.end(key)
        assert len(stage.there.made(START)) == 1


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "restricted_action"])
async def test_where_nothing_can_be_said_it_is_undeliverable(code: str) -> None:
    """A stream is refused there, and the post that it falls back to as well."""
    async with staged() as stage:
        key = await stage.natively()
        stage.there.fault("chat.*", refused(code), times=2)
        with pytest.raises(Undeliverable):
            await stage.messenger.open(key, "Be.", None)
        assert not stage.posts()


async def test_blocks_that_slack_does_not_take_cost_no_text() -> None:
    """It is posted without them."""
    async with staged() as stage:
        key = stage.asks()
        stage.there.fault(POST, refused("invalid_blocks"))
        await stage.messenger.open(key, "Be.", None)
        assert stage.standing(key) == ["Be."]


async def lost(stage: Stage, key: PartKey) -> None:
    """A post or a stream of it stands, and nobody knows."""
    stage.there.fault("chat.*", LOST)
    with pytest.raises(PlatformUnavailable):
        await stage.messenger.open(key, "Be.", None)


@pytest.mark.parametrize("native", [False, True])
async def test_what_was_lost_is_found_and_finished_by_the_next_owner(*, native: bool) -> None:
    """By its mark, or as a stream that is nobody else's; its first edit stops the stream."""
    async with staged() as stage:
        key = await stage.natively() if native else stage.asks()
        await lost(stage, key)
        other = stage.another()
        await other.begin(key, ())
        found = await other.find(key, "")
        assert found
        assert (found.text, found.settled) == ("Be.", False)
        await found.show("Be it.")
        assert (stage.standing(key), stage.there.open_streams) == (["Be it."], [])
        await found.close("Be it so.", Offer.NOTHING)
        await other.end(key)
        assert stage.settled(key, "Be it so.")


async def test_what_was_found_goes_on_by_edits_and_so_does_its_next_part() -> None:
    """Its calls take from the allowance of edits."""
    async with staged() as stage:
        key = await stage.natively()
        await lost(stage, key)
        await stage.messenger.find(key, "")
        await stage.messenger.open(part_of(key, 1), "And more.", None)
        assert len(stage.there.made(START)) == 1


async def test_an_open_stream_that_is_one_too_many_is_deleted() -> None:
    """It is stopped first, and its session is free again."""
    async with staged() as stage:
        key = await stage.natively()
        await lost(stage, key)
        found = await stage.messenger.find(key, "")
        assert found
        await found.delete()
        await stage.messenger.end(key)
        assert stage.settled(key)
        assert len(stage.there.made("chat.stopStream")) == 1


@pytest.mark.parametrize("crash", [False, True])
async def test_a_stream_that_expired_in_a_channel_leaves_no_spinner(*, crash: bool) -> None:
    """Its session is ended, by the next owner as well."""
    async with staged() as stage:
        stage.layers.here["streaming"] = "native"
        stage.there.stream_seconds = 0
        key, owner = stage.asks(), stage.messenger
        await owner.begin(key, ())
        part: Part | None = await owner.open(key, "Be.", None)
        if crash:
            owner = stage.another()
            part = await owner.find(key, "")
        assert part
        await part.close("Be it.", Offer.NOTHING)
        await owner.end(key)
        assert stage.settled(key, "Be it.")


async def test_a_part_is_not_taken_for_another() -> None:
    """Neither another number's, nor a note, nor people's words, nor what is named in ``but``."""
    async with staged() as stage:
        key = await stage.natively()
        where = key.conversation
        stage.there.say(where.channel, "ann", "And?", thread=where.thread)
        await stage.tools.client.chat_postMessage(
            channel=where.channel, thread_ts=where.thread, text="A note.", metadata=note()
        )
        first = await stage.messenger.open(key, "one", None)
        await first.close("one", Offer.NOTHING)
        second = part_of(key, 1)
        assert await stage.messenger.find(second, "") is None
        part = await stage.messenger.open(second, "two", None)
        assert await stage.messenger.find(second, "", [part.id]) is None
        found = await stage.messenger.find(second, "")
        assert found
        assert found.id == part.id


@pytest.mark.parametrize("flat", [False, True])
async def test_a_part_is_found_by_its_id(*, flat: bool) -> None:
    """However many stand around it; deleted, it is gone."""
    async with staged() as stage:
        key = stage.asks("@", flat=flat)
        parts = [
            await stage.messenger.open(part_of(key, n), f"part {n}", Offer.NOTHING)
            for n in range(3)
        ]
        found = await stage.messenger.find(key, parts[1].id)
        assert found
        assert (found.id, found.text) == (parts[1].id, "part 1")
        await parts[1].delete()
        with pytest.raises(PartGone):
            await stage.messenger.find(key, parts[1].id)


@pytest.mark.parametrize("streaming", ["native", "edits"])
async def test_where_it_may_not_read_a_part_is_taken_as_it_is(streaming: str) -> None:
    """With the fewest scopes Retry and the next owner finish it; one without an id is given up."""
    async with staged() as stage:
        stage.there.scopes = set(scopes(least=True))
        stage.layers.here["streaming"] = streaming
        key, other = stage.asks(), stage.another()
        await stage.messenger.begin(key, ())
        part = await stage.messenger.open(key, "Be.", None)
        with pytest.raises(Undeliverable):
            await other.find(key, "")
        found = await other.find(key, part.id)
        assert found
        await found.close("Be it.", Offer.NOTHING)
        await other.end(key)
        assert stage.settled(key, "Be it.")


async def test_where_it_may_not_read_a_part_may_be_gone() -> None:
    """Its first edit says so."""
    async with staged() as stage:
        stage.there.scopes = set(scopes(least=True))
        key = stage.asks()
        part = await stage.messenger.open(key, "Be.", None)
        await part.delete()
        found = await stage.another().find(key, part.id)
        assert found
        with pytest.raises(PartGone):
            await found.close("Be it.", Offer.NOTHING)


async def test_where_the_question_and_all_else_is_gone_nothing_is_found() -> None:
    """A thread without a message is none; a place that is gone is undeliverable."""
    async with staged() as stage:
        key = stage.asks()
        stage.there.delete(key.question)
        assert await stage.messenger.find(key, "") is None
        stage.there.channels.clear()
        with pytest.raises(Undeliverable):
            await stage.messenger.find(key, "")
