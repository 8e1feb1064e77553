"""What stands under answers."""

from typing import Any

import pytest

from adapters.slack import replies
from adapters.slack.blocks import BAD, CONTINUE, FEEDBACK, GOOD, RETRY, STOP
from adapters.slack.callers import UNKNOWN
from adapters.slack.pressing import NOT_YOURS, ONLY_NEWEST
from bot.messages import Offer, Trigger
from bot.words import GUEST, PAUSED
from tests.adapters.slack.desk.office import Office
from tests.platforms.slack import Delivery
from tests.platforms.slack.deliveries import ACTION


async def done(office: Office, sent: Delivery) -> None:
    """Wait until a press is acknowledged, always without a word."""
    await office.there.until(lambda: sent.acked)
    assert not sent.reply


async def forged(office: Office, sent: Delivery, **claims: Any) -> Delivery:
    """The same press once more, with other claims."""
    await done(office, sent)
    return office.there.deliveries.send(ACTION, sent.payload | claims)


async def test_who_asked_stops_an_answer(office: Office) -> None:
    """Without a word; the answer itself will show it."""
    answer = await office.asked("ann")
    await done(office, office.there.press(answer, STOP, user="ann"))
    assert await office.stops(answer)
    assert office.there.posts == [answer]


async def test_an_admin_stops_any_answer(office: Office) -> None:
    """Admins of the workspace may press everything."""
    office.there.add_user("root", admin=True)
    answer = await office.asked("ann")
    await done(office, office.there.press(answer, STOP, user="root"))
    assert await office.stops(answer)


async def test_somebody_else_stops_nothing(office: Office) -> None:
    """They alone read why, in the answer's thread."""
    office.there.join("general", "ben")
    answer = await office.asked("ann")
    await done(office, office.there.press(answer, STOP, user="ben"))
    assert await office.heard("ben") == NOT_YOURS
    assert office.there.posts[-1].thread_ts == answer.thread_ts
    assert not await office.stops(answer)


@pytest.mark.parametrize(("guests", "sentence"), [("refused", GUEST), ("allowed", NOT_YOURS)])
async def test_a_stranger_presses_nothing_of_others(
    office: Office, guests: str, sentence: str
) -> None:
    """Whatever they are at home, and whoever may ask."""
    office.there.add_user("eve", team="T0OTHER", admin=True)
    office.there.join("general", "eve")
    await office.set("guests", guests)
    answer = await office.asked("ann")
    await done(office, office.there.press(answer, STOP, user="eve"))
    assert await office.heard("eve") == sentence
    assert not await office.stops(answer)


@pytest.mark.parametrize("traits", [{"team": "T0OTHER"}, {"guest": "multi"}])
async def test_who_may_ask_may_press(office: Office, traits: dict[str, Any]) -> None:
    """A guest, and somebody of another organisation, stop and rate their own answers."""
    office.there.add_user("eve", **traits)
    office.there.join("general", "eve")
    await office.set("guests", "allowed")
    answer, rated = await office.asked("eve"), await office.asked("eve", offer=Offer.NOTHING)
    await done(office, office.there.press(answer, STOP, user="eve"))
    assert await office.stops(answer)
    await done(office, office.there.press(rated, FEEDBACK, user="eve", value=GOOD))
    assert await office.thumbs(rated) == {office.there.person("eve").id: 1}


async def test_a_stranger_goes_on_where_they_may_ask(office: Office) -> None:
    """Continue is their question."""
    office.there.add_user("eve", team="T0OTHER")
    await office.set("guests", "allowed")
    answer = await office.asked("eve", offer=Offer.CONTINUE)
    await done(office, office.there.press(answer, CONTINUE, user="eve"))
    (question,) = await office.waiting(office.of(answer))
    assert question.author.id == office.there.person("eve").id


async def test_a_stranger_who_claims_our_workspace_is_refused(office: Office) -> None:
    """Slack's word on a person counts, not the payload's."""
    eve = office.there.add_user("eve", team="T0OTHER", admin=True)
    office.there.join("general", "eve")
    answer = await office.asked("ann")
    sent = await late(office, answer.ts, "tw:none")
    user = {"id": eve.id, "name": "eve", "team_id": office.me.team}
    press = sent.payload["actions"][0] | {"action_id": STOP, "value": eve.id}
    await done(office, await forged(office, sent, user=user, actions=[press]))
    assert await office.heard("eve") == GUEST
    assert not await office.stops(answer)


async def test_an_answer_that_ended_cannot_be_stopped(office: Office) -> None:
    """A press that came late is answered, and changes nothing."""
    answer = await office.asked("ann", offer=Offer.RETRY)
    sent = await late(office, answer.ts, STOP)
    await done(office, sent)
    assert await office.heard("ann") == "Nothing runs here."


async def late(office: Office, part: str, action_id: str) -> Delivery:
    """A press on something that is not there any more."""
    said = office.there.find(part)
    button = {"type": "button", "action_id": action_id, "text": {"type": "plain_text"}}
    button["value"] = office.there.person("ann").id
    said.blocks = [{"type": "actions", "elements": [button]}]
    return office.there.press(said, action_id, user="ann")


async def test_a_cut_answer_goes_on(office: Office) -> None:
    """Continue is a question in the same conversation, by who pressed."""
    answer = await office.asked("ann", offer=Offer.CONTINUE)
    await done(office, office.there.press(answer, CONTINUE, user="ann"))
    (question,) = await office.waiting(office.of(answer))
    assert (question.text, question.trigger) == ("Go on.", Trigger.COMMAND)
    assert question.author.id == office.there.person("ann").id
    assert float(question.id) > float(answer.ts)


async def test_a_press_that_comes_twice_is_one_question(office: Office) -> None:
    """The time of the press is the question's id."""
    answer = await office.asked("ann", offer=Offer.CONTINUE)
    sent = office.there.press(answer, CONTINUE, user="ann")
    await done(office, await forged(office, sent))
    assert len(await office.waiting(office.of(answer))) == 1


async def test_nothing_goes_on_where_nobody_is_answered(office: Office) -> None:
    """Continue is refused with the same sentence as a question would be."""
    answer = await office.asked("ann", offer=Offer.CONTINUE)
    await office.set("paused", "True")
    await done(office, office.there.press(answer, CONTINUE, user="ann"))
    assert await office.heard("ann") == PAUSED
    assert not await office.inbox.waiting(office.of(answer))


async def test_nothing_goes_on_for_guests(office: Office) -> None:
    """Unless an admin lets them ask; then it does."""
    office.there.add_user("gil", guest="multi")
    first = await office.asked("gil", offer=Offer.CONTINUE)
    await done(office, office.there.press(first, CONTINUE, user="gil"))
    assert await office.heard("gil") == GUEST
    office.there.add_channel("random")
    await office.set("guests", "allowed", "random")
    second = await office.asked("gil", offer=Offer.CONTINUE, channel="random")
    await done(office, office.there.press(second, CONTINUE, user="gil"))
    assert await office.inbox.waiting(office.of(second))
    assert not await office.inbox.waiting(office.of(first))


async def test_a_failed_answer_is_retried(office: Office) -> None:
    """Its question waits again, with the part that it is to be answered in."""
    answer = await office.asked("ann", offer=Offer.RETRY)
    await done(office, office.there.press(answer, RETRY, user="ann"))
    assert await office.inbox.waiting(office.of(answer)) == (answer.thread_ts,)


async def test_only_the_newest_answer_is_retried(office: Office) -> None:
    """Who presses under an older one learns why nothing happens."""
    answer = await office.asked("ann", offer=Offer.RETRY)
    await office.asked("ann", offer=Offer.NOTHING, thread=answer.thread_ts)
    await done(office, office.there.press(answer, RETRY, user="ann"))
    assert await office.heard("ann") == ONLY_NEWEST


@pytest.mark.parametrize(("thumb", "kept"), [(GOOD, 1), (BAD, -1)])
async def test_everybody_of_the_workspace_may_rate(office: Office, thumb: str, kept: int) -> None:
    """It is kept by person, and nobody reads a word of it."""
    answer = await office.asked("ann", offer=Offer.NOTHING)
    await done(office, office.there.press(answer, FEEDBACK, user="ben", value=thumb))
    ben = office.there.person("ben").id
    assert await office.thumbs(answer) == {ben: kept}
    assert office.there.posts == [answer]


async def test_a_message_that_nobody_knows_is_no_answer(office: Office) -> None:
    """A button on it does nothing, even to who may press it."""
    answer = await office.asked("ann")
    sent = office.there.press(answer, STOP, user="ann")
    place = {"message_ts": "1700000000.000001", "channel_id": answer.channel}
    await done(office, await forged(office, sent, container=place))
    assert await office.heard("ann") == UNKNOWN


async def test_what_takes_too_long_is_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The press is acknowledged in time, and who pressed knows that it may not be done."""
    monkeypatch.setattr(replies, "PATIENCE", 0.05)
    answer = await office.asked("ann")
    held = office.there.pause("users.info")
    await done(office, office.there.press(answer, STOP, user="ann"))
    held.go()
    assert await office.heard("ann") == replies.LATE
    assert not await office.stops(answer)


async def test_other_buttons_are_acknowledged(office: Office) -> None:
    """A button of an older version, say: whoever presses it sees no failure."""
    answer = await office.asked("ann")
    sent = await late(office, answer.ts, "tw:melt")
    await done(office, sent)
    assert not await office.stops(answer)
