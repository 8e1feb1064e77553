"""Slack fails, limits and refuses, and the answer comes all the same, or ends for good."""

import pytest

from adapters.slack import rest
from bot.messages import State
from tests.journeys.slack_town import SlackTown
from tests.platforms.model_server import Reply
from tests.platforms.slack import CUT, DOWN, HANG, LOST, Fault, Message, busy, refused

STOP = ("chat.stopStream", 0)
SLOW = "one two three four five six seven"
PASSING = {
    "down": DOWN,
    "lost": LOST,
    "cut": CUT,
    "busy": busy(1),
    "rate_limited": refused("rate_limited"),
    "internal_error": refused("internal_error"),
    "fatal_error": refused("fatal_error", partial=True),
    "service_unavailable": refused("service_unavailable"),
}
"""What says nothing about the call itself: it is made again, once nobody knows better."""
STREAMING = (
    "channel_type_not_supported",
    "feature_not_enabled",
    "invalid_chunks",
    "message_not_in_streaming_state",
    "message_not_owned_by_app",
    "messages_tab_disabled",
    "messaging_processing_failed",
    "method_deprecated",
    "missing_recipient_team_id",
    "missing_recipient_user_id",
    "msg_blocks_too_long",
    "msg_too_long",
    "not_allowed_token_type",
    "not_subscribed_to_message_stream_stopped",
    "team_not_found",
    "unknown_method",
    "user_not_found",
)
"""What Slack answers where it does not want this stream:
https://docs.slack.dev/reference/methods/chat.appendStream
"""
BLOCKS = ("invalid_blocks", "msg_blocks_too_long", "msg_blocks_too_many", "msg_too_long")


async def ask(town: SlackTown, *, direct: bool) -> Message:
    """A question whose answer takes its time."""
    town.model.script(Reply(SLOW, first=0.05, delay=0.05))
    text = f"{town.there.mention} Why?"
    return town.there.tell("ann", "Why?") if direct else town.there.say("general", "ann", text)


async def once(town: SlackTown, asked: Message) -> None:
    """The text stands there in the end, in all parts together, and no word twice."""
    (turn,) = await town.settled(town.thread(asked))
    assert turn.ending.state is State.ANSWERED
    assert "".join("".join(town.standing).split()) == SLOW.replace(" ", "")
    assert [post.ts for post in town.posts] == [*turn.parts]
    for post in town.posts:
        lengths = [len(version.text) for version in post.versions]
        assert lengths == sorted(lengths), "a text that was shown became shorter"


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize(
    ("method", "skip"),
    [("chat.startStream", 0), ("chat.appendStream", 0), ("chat.appendStream", 1), STOP],
)
async def test_a_stream_that_meets_trouble(
    slack_town: SlackTown, method: str, fault: Fault, skip: int
) -> None:
    """Whatever fails for a moment, and at which step: the text stands there once."""
    town = slack_town
    town.there.fault(method, fault, skip=skip)
    async with town.bot():
        await once(town, await ask(town, direct=True))
        assert town.ended == town.posts


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize(
    ("method", "skip"), [("chat.postMessage", 0), ("chat.update", 0), ("chat.update", 1)]
)
async def test_an_edited_answer_that_meets_trouble(
    slack_town: SlackTown, method: str, fault: Fault, skip: int
) -> None:
    """The same in a channel, where it grows by edits."""
    town = slack_town
    town.there.fault(method, fault, skip=skip)
    async with town.bot():
        await once(town, await ask(town, direct=False))
        assert town.ended == town.posts


@pytest.mark.parametrize("error", STREAMING)
@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
async def test_a_stream_that_is_refused(slack_town: SlackTown, method: str, error: str) -> None:
    """The answer goes on by edits or in the next part, and the text stands there once."""
    town = slack_town
    town.there.fault(method, refused(error))
    async with town.bot():
        await once(town, await ask(town, direct=True))
        assert town.ended == town.posts


@pytest.mark.parametrize("error", BLOCKS)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "chat.stopStream"])
async def test_blocks_that_are_refused(slack_town: SlackTown, method: str, error: str) -> None:
    """The text is said without them, or in smaller parts, once."""
    town = slack_town
    town.there.fault(method, refused(error))
    async with town.bot():
        await once(town, await ask(town, direct=method == "chat.stopStream"))


@pytest.mark.parametrize("error", ["edit_window_closed", "cant_update_message"])
async def test_a_message_too_old_to_edit(slack_town: SlackTown, error: str) -> None:
    """What cannot be edited any more goes on in the next message, without a word twice."""
    town = slack_town
    town.there.fault("chat.update", refused(error), skip=1)
    async with town.bot():
        await once(town, await ask(town, direct=False))


async def test_an_update_that_meets_a_stream(slack_town: SlackTown) -> None:
    """Where Slack says that a message still streams, it is stopped, and then edited."""
    town = slack_town
    town.there.fault("chat.update", refused("streaming_state_conflict"))
    async with town.bot():
        await once(town, await ask(town, direct=False))


@pytest.mark.parametrize("direct", [False, True])
async def test_a_slack_that_does_not_answer(
    slack_town: SlackTown, monkeypatch: pytest.MonkeyPatch, *, direct: bool
) -> None:
    """A first call that hangs is given up in time, and the text stands there once."""
    monkeypatch.setattr(rest, "TIMEOUT", 0.5)
    town = slack_town
    town.there.fault("chat.startStream" if direct else "chat.postMessage", HANG)
    async with town.bot():
        await once(town, await ask(town, direct=direct))


async def test_a_busy_slack_is_left_alone(slack_town: SlackTown) -> None:
    """After a 429 no call of that kind comes before its time."""
    town, there = slack_town, slack_town.there
    there.fault("chat.update", busy(3))
    async with town.bot():
        await once(town, await ask(town, direct=False))
    first, second, *_ = there.made("chat.update")
    assert second.at - first.at >= 3


async def test_no_limit_is_passed(slack_town: SlackTown) -> None:
    """Six answers at once, in a channel and directly, keep to tiers 30 times as fast."""
    town, there = slack_town, slack_town.there
    slow = "word " * 40
    town.model.script(*[Reply(slow, delay=0.05)] * 6)
    async with town.bot():
        for author in ("ann", "bob", "cid"):
            there.say("general", author, f"{there.mention} Why?")
            there.tell(author, "Why?")
        await town.until(lambda: len(town.ended) == 6)
    assert not there.throttled
    assert {text.strip() for text in town.standing} == {slow.strip()}


@pytest.mark.parametrize("how", ["archived", "kicked", "deleted", "restricted_action"])
async def test_where_nothing_may_be_said_the_turn_ends(slack_town: SlackTown, how: str) -> None:
    """A channel that refuses every post ends the turn as undeliverable, and is left alone."""
    town, there = slack_town, slack_town.there
    async with town.bot():
        hold = there.pause("chat.postMessage")
        asked = await ask(town, direct=False)
        await hold.reached.wait()
        match how:
            case "archived":
                there.archive("general")
            case "kicked":
                there.kick("general")
            case "deleted":
                there.delete_channel("general")
            case code:
                there.off["chat.postMessage"] = code
        hold.go()
        (turn,) = await town.settled(town.thread(asked))
        there.off.clear()
        there.tell("ann", "And here?")
        await town.answered("answer to: And here? [2 messages]")
    assert turn.ending.state is State.UNDELIVERABLE
    assert [call.channel for call in there.made("chat.postMessage")].count(asked.channel) == 1


@pytest.mark.parametrize("direct", [False, True])
async def test_nobody_is_pinged(slack_town: SlackTown, *, direct: bool) -> None:
    """Whatever the model writes, no one is called, and no link unfolds."""
    town, there = slack_town, slack_town.there
    bob = there.person("bob")
    shout = f"@channel <!here> <!everyone> <@{bob.id}> <!subteam^S01> https://example.org/ end"
    town.model.script(Reply(list(shout), delay=0.01))
    async with town.bot():
        if direct:
            there.tell("ann", "Shout!")
        else:
            there.say("general", "ann", f"{there.mention} Shout!")
        await town.until(lambda: town.ended and town.standing[0].endswith("end"))
    (post,) = town.posts
    calls = ("@channel", "<!here>", "<!everyone>", f"<@{bob.id}>", "<!subteam^S01>")
    said = [post.text, *(version.text for version in post.versions)]
    assert not [call for call in calls for text in said if call in text]
    assert not post.unfurl
