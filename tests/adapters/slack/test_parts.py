"""A part that grows by edits, and how much a part holds."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.blocks import LIMIT, fitting, text_of, under
from bot.errors import PartExpired, PartFull, PartGone, PlatformBusy
from bot.messages import Offer
from bot.split import START, next_seam, render, seam_behind, split
from tests.adapters.slack.delivering import staged
from tests.platforms.slack import busy, refused

UPDATE = "chat.update"
WORDS = st.lists(st.sampled_from(["дом ", "家。", "x", "\n", "\n\n", "```\n", "👍🏽 ", " "]))


@given(WORDS.map("".join), st.integers(20, 60))
def test_what_fits_is_as_the_core_would_go_on(text: str, most: int) -> None:
    """It has so many bytes at most, and the next part begins exactly behind it."""
    cut = fitting(text, most)
    assert len(cut.encode()) <= most
    if cut != text:
        seam = seam_behind(text, START, len(cut))
        assert render(text, START, seam) == cut
        assert seam.at > 0


@given(WORDS.map("".join))
def test_what_is_short_enough_is_left_alone(text: str) -> None:
    """Nothing is cut without need."""
    assert fitting(text) == text or len(text.encode()) > LIMIT


def test_no_character_is_cut_apart() -> None:
    """Neither its bytes nor its marks."""
    cut = fitting("👍🏽" * 100, 100)
    assert regex.fullmatch(r"(?:👍🏽)+", cut)


def test_what_slack_made_of_markdown_is_read_back() -> None:
    """Its words, from rich text; what can be pressed is no text."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "a < b"}]}
    link = {"type": "link", "url": "https://example.com"}
    other = {"type": "rich_text_section", "elements": [{"type": "text", "text": "see "}, link]}
    rich = {"type": "rich_text", "elements": [section, other]}
    message = {"text": "short", "blocks": [rich, {"type": "actions", "elements": [{"type": "x"}]}]}
    assert text_of(message) == "a < b\nsee https://example.com"


@pytest.mark.parametrize("blocks", [{}, {"blocks": [{"type": "actions", "elements": []}]}])
def test_what_has_no_text_in_blocks_is_read_all_the_same(blocks: dict[str, object]) -> None:
    """So is a stream that has just begun."""
    assert text_of({"text": "Be.", **blocks}) == "Be."


@pytest.mark.parametrize(
    ("last", "ids"),
    [
        (None, ["tw:stop"]),
        (Offer.UNRATED, []),
        (Offer.NOTHING, ["tw:feedback"]),
        (Offer.CONTINUE, ["tw:continue", "tw:feedback"]),
        (Offer.RETRY, ["tw:retry"]),
    ],
)
async def test_what_can_be_pressed_goes_with_the_text(last: Offer | None, ids: list[str]) -> None:
    """Stop while it grows; at the end the offer, and thumbs for what is no failure."""
    async with staged() as stage:
        key = stage.asks()
        blocks = under(key, last)
        assert [item["action_id"] for block in blocks for item in block["elements"]] == ids
        values = [item.get("value", key.asker) for block in blocks for item in block["elements"]]
        assert set(values) <= {key.asker}


async def test_a_part_grows_and_ends_by_edits() -> None:
    """The last edit takes Stop off in the same call; said again it is no call."""
    async with staged() as stage:
        key = stage.asks()
        part = await stage.messenger.open(key, "Be", None)
        await part.show("Because")
        assert list(stage.posts()[0].actions) == ["tw:stop"]
        for _ in range(2):
            await part.close("Because.", Offer.NOTHING)
        assert stage.settled(key, "Because.")
        assert len(stage.there.made(UPDATE)) == 2


async def test_nine_thousand_characters_are_one_part() -> None:
    """They fit into a post and into an edit."""
    async with staged() as stage:
        key = stage.asks()
        part = await stage.messenger.open(key, "x" * stage.messenger.limit, None)
        await part.close("y" * stage.messenger.limit, Offer.NOTHING)
        assert stage.settled(key, "y" * 9000)


async def test_too_many_bytes_stand_as_far_as_they_fit() -> None:
    """The part says how much that is; it stands finished, and no more of it is sent."""
    async with staged() as stage:
        key, text = stage.asks(), "Дом и сад. " * 800
        part = await stage.messenger.open(key, text, None)
        with pytest.raises(PartFull) as full:
            await part.show(text)
        assert text[: full.value.accepted] == part.text
        assert stage.settled(key, part.text)
        assert len(part.text.encode()) > LIMIT - 30


async def test_a_whole_post_with_too_many_bytes_is_finished_at_once() -> None:
    """The part knows without another call."""
    async with staged() as stage:
        key, text = stage.asks(), "Дом и сад. " * 800
        part = await stage.messenger.open(key, text, Offer.RETRY)
        assert stage.settled(key, part.text)
        with pytest.raises(PartFull):
            await part.close(text, Offer.RETRY)
        assert not stage.there.made(UPDATE)


@pytest.mark.parametrize("code", ["msg_too_long", "msg_blocks_too_long"])
async def test_an_edit_that_is_too_long_is_said_in_less(code: str) -> None:
    """Wherever Slack's limit may be: the part says what stands, and is finished."""
    async with staged() as stage:
        key, text = stage.asks(), "A house. " * 900
        part = await stage.messenger.open(key, "A", None)
        stage.there.fault(UPDATE, refused(code))
        with pytest.raises(PartFull) as full:
            await part.close(text, Offer.RETRY)
        assert 3000 < full.value.accepted == len(part.text)
        assert text.startswith(part.text)
        assert stage.settled(key, part.text)


async def test_a_post_that_is_too_long_is_said_in_less() -> None:
    """The part knows that it is not the whole text."""
    async with staged() as stage:
        key, text = stage.asks(), "A house. " * 900
        stage.there.fault("chat.postMessage", refused("msg_too_long"))
        part = await stage.messenger.open(key, text, Offer.RETRY)
        assert part.text != text
        assert text.startswith(part.text)
        assert stage.settled(key, part.text)


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed"])
async def test_what_takes_no_edits_keeps_what_stands(code: str) -> None:
    """The next part goes on behind what both texts begin with."""
    async with staged() as stage:
        part = await stage.messenger.open(stage.asks(), "Because.", None)
        stage.there.fault(UPDATE, refused(code))
        with pytest.raises(PartExpired) as old:
            await part.show("Because I can.")
        assert old.value.accepted == len("Because")
        assert part.text == "Because."


async def test_blocks_that_slack_does_not_take_cost_no_edit() -> None:
    """It is said without them."""
    async with staged() as stage:
        key = stage.asks()
        part = await stage.messenger.open(key, "Be", None)
        stage.there.fault(UPDATE, refused("invalid_blocks"))
        await part.close("Because.", Offer.NOTHING)
        assert stage.settled(key, "Because.")


async def test_a_full_lane_is_told_by_name() -> None:
    """Edits have one, posts one for each channel."""
    async with staged() as stage:
        key = stage.asks()
        stage.there.fault("chat.postMessage", busy(3))
        with pytest.raises(PlatformBusy):
            await stage.messenger.open(key, "Be", None)
        part = await stage.messenger.open(key, "Be", None)
        stage.there.fault(UPDATE, busy(5))
        with pytest.raises(PlatformBusy):
            await part.show("Because")
        channel = key.conversation.channel
        assert stage.news == [(f"post:{channel}", 3.0), ("update", 5.0)]


async def test_what_somebody_deleted_is_gone() -> None:
    """It takes no text; to delete it once more is done already."""
    async with staged() as stage:
        part = await stage.messenger.open(stage.asks(), "Be", None)
        stage.there.delete(part.id)
        with pytest.raises(PartGone):
            await part.show("Because")
        await part.delete()


def test_split_and_bytes_agree_on_seams() -> None:
    """A text cut by bytes has the seam that the core would choose for so many characters."""
    text = ("Eins zwei drei. " * 10 + "\n\n") * 60
    seam = next_seam(text, START, LIMIT)
    assert seam
    assert fitting(text) == split(text, LIMIT)[0]
