"""What the core relies on when it delivers: the promises of ``bot.ports.Messenger``."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    PartGone,
    PlatformBusy,
    PlatformUnavailable,
    Undeliverable,
)
from bot.messages import Offer, PartKey
from bot.ports import Messenger, Part
from tests.contract.driver import Can, FullStage, Stage, Trouble

MARKS = ("|", "-", "#", "*", "`", "~", "[", "]", "!", "<", ">", "@", "\x1b", " ", "\n", "x", "é")
BUSY, DOWN, LOST = Trouble.BUSY, Trouble.DOWN, Trouble.LOST
RAISED = {
    BUSY: PlatformBusy,
    DOWN: PlatformUnavailable,
    LOST: PlatformUnavailable,
}
CALLS: dict[str, Callable[[Messenger, PartKey, Part], Awaitable[object]]] = {
    "open": lambda messenger, key, _: messenger.open(replace(key, number=1), "two", None),
    "show": lambda _, __, part: part.show("one two"),
    "close": lambda _, __, part: part.close("one two", Offer.NOTHING),
    "delete": lambda _, __, part: part.delete(),
    "find by id": lambda messenger, key, part: messenger.find(key, part.id),
    "find by marks": lambda messenger, key, _: messenger.find(key, ""),
}


async def test_a_part_holds_what_its_limit_says(stage: Stage) -> None:
    """A text of as many characters as the limit stands whole; where there is no end, 10,000."""
    text = "x" * min(stage.messenger.limit, 10_000)
    await stage.messenger.open(stage.key(), text, Offer.NOTHING)
    assert stage.texts() == [text]


async def test_the_dialect_is_settled(stage: Stage) -> None:
    """A text in the platform's own dialect is left as it is: it is spoken again after a crash."""
    dialect = stage.messenger.dialect

    @given(st.lists(st.sampled_from(MARKS) | st.sampled_from(["```", "| a |\n"])).map("".join))
    def holds(text: str) -> None:
        spoken = dialect(text)
        assert dialect(spoken) == spoken
        assert dialect(text) == spoken

    holds()


async def test_an_answer_grows_in_one_message(stage: Stage) -> None:
    """Opened, shown and closed it is one message, whose part knows what stands there."""
    part = await stage.messenger.open(stage.key(), "one", None)
    assert (stage.texts(), part.text) == (["one"], "one")
    await part.show("one two")
    assert (stage.texts(), part.text) == (["one two"], "one two")
    await part.close("one two three", Offer.NOTHING)
    assert (stage.texts(), part.text) == (["one two three"], "one two three")


async def test_each_part_is_a_message_of_its_own(stage: Stage) -> None:
    """The next part of an answer has another id, and stands behind the first."""
    key = stage.key()
    parts = [
        await stage.messenger.open(replace(key, number=n), text, Offer.NOTHING)
        for n, text in enumerate(["one", "two"])
    ]
    assert all(part.id for part in parts)
    assert parts[0].id != parts[1].id
    assert stage.texts() == ["one", "two"]


async def test_closed_twice_is_closed_once(stage: Stage) -> None:
    """Who does not know whether the last text was said may say it again."""
    part = await stage.messenger.open(stage.key(), "one", None)
    await part.close("one two", Offer.NOTHING)
    await part.close("one two", Offer.NOTHING)
    assert stage.texts() == ["one two"]


async def test_nowhere_to_say_it(stage: Stage) -> None:
    """Where the place is gone, neither a part can be opened nor one be written."""
    key = stage.key()
    part = await stage.messenger.open(key, "one", None)
    stage.close()
    for call in ("open", "show", "close"):
        with pytest.raises(Undeliverable):
            await CALLS[call](stage.messenger, key, part)


async def test_signs_never_fail_where_the_place_is_gone(stage: Stage) -> None:
    """Nothing beside the answer itself stops it."""
    key = stage.key()
    stage.close()
    await give_signs(stage.messenger, key)


async def give_signs(messenger: Messenger, key: PartKey) -> None:
    """All that goes beside an answer."""
    await messenger.begin(key, [key.question])
    await messenger.typing(key.conversation)
    await messenger.decline(key)


@pytest.mark.needs(Can.LOOK)
async def test_only_the_meant_message_changes(stage: Stage) -> None:
    """An earlier part takes another text, and the later one stays as it is."""
    key = stage.key()
    first = await stage.messenger.open(key, "one", None)
    second = await stage.messenger.open(replace(key, number=1), "two", None)
    await first.close("another", Offer.NOTHING)
    assert stage.texts() == ["another", "two"]
    await second.show("and more")
    assert stage.texts() == ["another", "and more"]


@pytest.mark.needs(Can.LOOK)
async def test_a_part_may_be_deleted_twice(stage: Stage) -> None:
    """It is off the platform, and the other one stays."""
    key = stage.key()
    await stage.messenger.open(key, "one", Offer.NOTHING)
    part = await stage.messenger.open(replace(key, number=1), "two", Offer.NOTHING)
    await part.delete()
    await part.delete()
    assert stage.texts() == ["one"]


@pytest.mark.needs(Can.LOOK)
async def test_an_open_part_is_found_by_its_marks(stage: Stage) -> None:
    """Whoever has its key finds it without an id, with its text, and goes on with it."""
    key = stage.key()
    for number in range(2):
        here = replace(key, number=number)
        part = await stage.messenger.open(here, f"part {number}", None)
        found = await stage.messenger.find(here, "")
        assert found
        assert (found.id, found.text) == (part.id, f"part {number}")
        await found.show("more")
    assert stage.texts() == ["more", "more"]


@pytest.mark.needs(Can.LOOK)
async def test_no_other_key_finds_a_part(stage: Stage) -> None:
    """Neither its neighbour's, nor another question's, nor who means another message."""
    key, other = stage.key(), stage.key()
    part = await stage.messenger.open(key, "one", None)
    assert await stage.messenger.find(replace(key, number=1), "") is None
    assert await stage.messenger.find(other, "") is None
    assert await stage.messenger.find(key, "", [part.id]) is None


@pytest.mark.needs(Can.LOOK)
async def test_a_closed_part_is_found_by_its_id(stage: Stage) -> None:
    """The newest answer can be redone in its place, long after it was finished."""
    key = stage.key()
    part = await stage.messenger.open(key, "one", Offer.NOTHING)
    found = await stage.messenger.find(key, part.id)
    assert found
    assert (found.id, found.text) == (part.id, "one")
    await found.close("another", Offer.NOTHING)
    assert stage.texts() == ["another"]


@pytest.mark.needs(Can.LOOK)
async def test_what_somebody_deleted_is_gone(stage: FullStage) -> None:
    """It cannot be written nor found by its id any more; deleting it is done already."""
    key = stage.key()
    part = await stage.messenger.open(key, "one", None)
    stage.remove(part.id)
    for name in ("show", "close", "find by id"):
        with pytest.raises(PartGone):
            await CALLS[name](stage.messenger, key, part)
    await part.delete()


@pytest.mark.needs(Can.LOOK)
async def test_nothing_is_found_where_the_place_is_gone(stage: Stage) -> None:
    """A look-up says so, and not that nothing was posted."""
    key = stage.key()
    await stage.messenger.open(key, "one", None)
    stage.close()
    with pytest.raises(Undeliverable):
        await stage.messenger.find(key, "")


@pytest.mark.needs(Can.PRESS)
async def test_a_running_answer_can_be_stopped(stage: FullStage) -> None:
    """One button stands under it while it grows."""
    part = await stage.messenger.open(stage.key(), "one", None)
    await part.show("one two")
    assert stage.offered(part.id) == ["Stop"]


@pytest.mark.needs(Can.PRESS, Can.LOOK)
async def test_a_redone_answer_can_be_stopped_again(stage: FullStage) -> None:
    """What was finished without a button has one while it is written anew."""
    key = stage.key()
    part = await stage.messenger.open(key, "one", Offer.NOTHING)
    found = await stage.messenger.find(key, part.id)
    assert found
    await found.show("another")
    assert stage.offered(part.id) == ["Stop"]


@pytest.mark.needs(Can.PRESS)
@pytest.mark.parametrize("offer", Offer)
@pytest.mark.parametrize("number", [0, 1])
async def test_an_ended_answer_shows_its_offer(
    stage: FullStage, number: int, offer: Offer
) -> None:
    """Settled, it has the button of its offer and no other; until then its mark finds it."""
    wanted = [offer.capitalize()] if offer in {Offer.CONTINUE, Offer.RETRY} else []
    first, second = (replace(stage.key(), number=number) for _ in range(2))
    part = await stage.messenger.open(first, "one", None)
    await part.close("one", offer)
    assert stage.offered(part.id) == wanted
    at_once = await stage.messenger.open(second, "two", offer)
    if not at_once.settled:
        assert await stage.messenger.find(second, "")
        await at_once.close("two", offer)
    assert at_once.settled
    assert stage.offered(at_once.id) == wanted


@pytest.mark.needs(Can.FAIL)
@pytest.mark.parametrize("trouble", [BUSY, DOWN])
@pytest.mark.parametrize("call", CALLS)
async def test_trouble_is_told_apart(stage: FullStage, call: str, trouble: Trouble) -> None:
    """Busy says how long, down says that nobody knows; a well platform then does the same call."""
    key = stage.key()
    part = await stage.messenger.open(key, "one", None)
    stage.meet(trouble)
    with pytest.raises(RAISED[trouble]) as met:
        await CALLS[call](stage.messenger, key, part)
    assert getattr(met.value, "retry_after", 1) > 0
    assert stage.texts() == ["one"]
    stage.meet(None)
    await CALLS[call](stage.messenger, key, part)


@pytest.mark.needs(Can.FAIL, Can.LOOK)
@pytest.mark.parametrize("number", [0, 1])
async def test_a_post_whose_reply_was_lost_is_found(stage: FullStage, number: int) -> None:
    """Nobody knows whether it was posted until it is looked up; then there is one message."""
    key = replace(stage.key(), number=number)
    await stage.messenger.begin(key, ())
    stage.meet(LOST)
    with pytest.raises(PlatformUnavailable):
        await stage.messenger.open(key, "one", None)
    stage.meet(None)
    found = await stage.messenger.find(key, "")
    assert found
    await found.close("one two", Offer.NOTHING)
    assert stage.texts() == ["one two"]


@pytest.mark.needs(Can.FAIL)
@pytest.mark.parametrize("trouble", Trouble)
async def test_signs_never_fail(stage: FullStage, trouble: Trouble) -> None:
    """Whatever the platform does, an answer goes on without what stands beside it."""
    key = stage.key()
    stage.meet(trouble)
    await give_signs(stage.messenger, key)
    stage.meet(None)
    await stage.messenger.open(key, "one", None)
    assert stage.texts() == ["one"]
