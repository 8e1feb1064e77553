"""What says beside an answer that it is on its way, and that nothing of it is left."""

from dataclasses import replace

import pytest

from adapters.slack.modes import SESSIONS, STATUS
from bot.messages import Offer, PartKey
from tests.adapters.slack.delivering import Stage, staged
from tests.platforms.slack import DOWN, Fault, busy, refused

SESSION, LINE = "agents.sessions.setStatus", "assistant.threads.setStatus"
ADD, REMOVE = "reactions.add", "reactions.remove"
ON_WAY = Offer.NOTHING


def slot(stage: Stage, key: PartKey) -> str | None:
    """What the thread says to be going on."""
    return stage.there.spinners.get((key.conversation.channel, key.conversation.thread))


def reactions(stage: Stage, key: PartKey) -> set[str]:
    """The signs under the question."""
    return set(stage.there.find(key.question).reactions)


async def waiting(stage: Stage, key: PartKey) -> None:
    """The answer is begun, and its first text takes long."""
    await stage.messenger.begin(key, ())
    for _ in range(2):
        await stage.messenger.typing(key.conversation)


async def test_a_direct_message_shows_its_session_at_work() -> None:
    """Slack's own stop button stands there from the beginning, under the question's title."""
    async with staged() as stage:
        key = await stage.natively()
        assert slot(stage, key) == "processing"
        where = key.conversation
        assert stage.there.sessions[where.channel, where.thread].title == "Why?"


async def test_a_streamed_answer_needs_no_call_to_end_its_session() -> None:
    """The stream's stop did it."""
    async with staged() as stage:
        key = await stage.natively()
        part = await stage.messenger.open(key, "Because.", None)
        await part.close("Because.", ON_WAY)
        await stage.messenger.end(key)
        assert slot(stage, key) is None
        assert len(stage.there.made(SESSION)) == 1


async def test_an_answer_that_came_whole_ends_its_session() -> None:
    """A post leaves it at work, so the end does not."""
    async with staged() as stage:
        key = await stage.natively()
        await stage.messenger.open(key, "Because.", ON_WAY)
        assert slot(stage, key) == "processing"
        await stage.messenger.end(key)
        assert slot(stage, key) is None


@pytest.mark.parametrize("fault", [busy(2), DOWN])
async def test_a_session_is_ended_although_slack_fails_once(fault: Fault) -> None:
    """A spinner would stand for an hour."""
    async with staged() as stage:
        key = await stage.natively()
        stage.there.fault(SESSION, fault)
        await stage.messenger.end(key)
        assert slot(stage, key) is None


async def test_the_next_owner_ends_what_another_began() -> None:
    """It may not know what was shown."""
    async with staged() as stage:
        key, other = await stage.natively(), stage.another()
        await other.open(key, "Because.", ON_WAY)
        assert slot(stage, key) == "processing"
        await other.end(key)
        assert slot(stage, key) is None


async def test_a_thread_says_that_somebody_thinks_once_in_a_while() -> None:
    """The line lasts two minutes; it is said again before that, and not with each look."""
    async with staged() as stage:
        key = stage.asks()
        await waiting(stage, key)
        assert slot(stage, key) == "is thinking…"
        assert len(stage.there.made(LINE)) == 1
        stage.clock.ahead = 100
        await stage.messenger.typing(key.conversation)
        assert len(stage.there.made(LINE)) == 2


async def test_the_reply_takes_the_line_off() -> None:
    """So the end costs no call."""
    async with staged() as stage:
        key = stage.asks()
        await waiting(stage, key)
        await stage.messenger.open(key, "Because.", ON_WAY)
        assert slot(stage, key) is None
        await stage.messenger.end(key)
        assert len(stage.there.made(LINE, SESSION)) == 1


async def test_an_answer_without_text_takes_the_line_off() -> None:
    """Nothing is left where nobody replied."""
    async with staged() as stage:
        key = stage.asks()
        await waiting(stage, key)
        await stage.messenger.end(key)
        assert slot(stage, key) is None


async def test_without_such_features_eyes_say_it_and_go() -> None:
    """What takes long has 👀 on its question until it ends; the feature is tried once."""
    async with staged() as stage:
        stage.there.off |= {LINE: "unknown_method"}
        for _ in range(2):
            key = stage.asks()
            await waiting(stage, key)
            assert reactions(stage, key) == {"eyes"}
            await stage.messenger.end(key)
            assert reactions(stage, key) == set()
        assert len(stage.there.made(LINE)) == 1
        assert not stage.tools.features.has(STATUS)


async def test_a_quick_answer_has_no_eyes() -> None:
    """Slack lets few of them be taken off in a minute, so none are where none were."""
    async with staged() as stage:
        key = stage.asks("@", flat=True)
        await stage.messenger.begin(key, ())
        await stage.messenger.typing(key.conversation)
        assert reactions(stage, key) == set()
        await stage.messenger.open(key, "Because.", ON_WAY)
        await stage.messenger.end(key)
        assert not stage.there.made(ADD, REMOVE, LINE, SESSION)


@pytest.mark.parametrize("where", ["thread", "flat", "no lines", "no sessions"])
@pytest.mark.parametrize("posted", [False, True])
async def test_the_next_owner_takes_off_what_another_showed(where: str, *, posted: bool) -> None:
    """A line or 👀, also where it does not know yet what the workspace lacks."""
    async with staged() as stage:
        stage.there.off |= {"no lines": {LINE: "unknown_method"}}.get(where, {})
        stage.there.off |= {"no sessions": {SESSION: "not_agent_app"}}.get(where, {})
        direct = where in {"flat", "no sessions"}
        key = stage.asks("@" if direct else "general", flat=where == "flat")
        await waiting(stage, key)
        assert reactions(stage, key) or slot(stage, key)
        other = stage.another()
        if posted:
            await other.open(key, "Because.", ON_WAY)
        await other.end(key)
        assert (reactions(stage, key), slot(stage, key)) == (set(), None)


async def test_the_next_owner_of_a_stream_needs_no_call_to_end_its_session() -> None:
    """Its stop did it, whoever started it."""
    async with staged() as stage:
        key, other = await stage.natively(), stage.another()
        part = await stage.messenger.open(key, "Because.", None)
        found = await other.find(key, part.id)
        assert found
        await found.close("Because.", ON_WAY)
        await other.end(key)
        assert slot(stage, key) is None
        assert len(stage.there.made(SESSION, LINE)) == 1


@pytest.mark.parametrize("before", ["begin", "find"])
async def test_eyes_of_another_owner_go_at_the_end_of_an_answer_that_it_began(before: str) -> None:
    """They are named among those that waited, or parts were looked for."""
    async with staged() as stage:
        key, other = stage.asks("@", flat=True), stage.another()
        await waiting(stage, key)
        if before == "find":
            await other.find(key, "")
        await other.begin(key, [key.question] if before == "begin" else ())
        await other.end(key)
        assert reactions(stage, key) == set()


async def test_the_next_answer_says_a_line_that_a_lost_lease_left_said() -> None:
    """Its own signs begin anew, though nobody ended those before."""
    async with staged() as stage:
        key = stage.asks()
        await waiting(stage, key)
        more = stage.there.say(key.conversation.channel, "ann", "And?", thread=key.question)
        await waiting(stage, replace(key, question=more.ts))
        assert len(stage.there.made(LINE)) == 2


async def test_without_sessions_a_direct_message_has_a_line() -> None:
    """What the workspace lacks is latched off, and the next best is used at once."""
    async with staged() as stage:
        stage.there.off |= {SESSION: "not_agent_app"}
        key = stage.asks("@")
        await stage.messenger.begin(key, ())
        assert not stage.tools.features.has(SESSIONS)
        await stage.messenger.typing(key.conversation)
        assert slot(stage, key) == "is thinking…"


async def test_who_waited_sees_that_it_is_their_turn() -> None:
    """👀 goes from each of them."""
    async with staged() as stage:
        key = stage.asks()
        stage.there.react_as(stage.there.bot, stage.there.find(key.question), "eyes")
        await stage.messenger.begin(key, [key.question])
        assert reactions(stage, key) == set()
        await stage.messenger.end(key)
        assert len(stage.there.made(REMOVE)) == 1


async def test_what_could_not_be_taken_off_at_once_is_at_the_end() -> None:
    """Slack takes few of these calls in a minute."""
    async with staged() as stage:
        key = stage.asks()
        stage.there.react_as(stage.there.bot, stage.there.find(key.question), "eyes")
        stage.there.fault(REMOVE, busy(20))
        await stage.messenger.begin(key, [key.question])
        assert reactions(stage, key) == {"eyes"}
        await stage.messenger.end(key)
        assert reactions(stage, key) == set()


async def test_a_refusal_without_words_is_an_hourglass() -> None:
    """Who was told a short while ago is not told again."""
    async with staged() as stage:
        key = stage.asks()
        await stage.messenger.decline(key)
        assert reactions(stage, key) == {"hourglass_flowing_sand"}


@pytest.mark.parametrize("fault", [DOWN, busy(1), refused("channel_not_found")])
async def test_signs_never_fail_an_answer(fault: Fault) -> None:
    """Whatever Slack says to them, nothing is raised."""
    async with staged() as stage:
        key = stage.asks("@")
        stage.there.fault("*", fault, times=99)
        await stage.messenger.begin(key, [key.question])
        await stage.messenger.typing(key.conversation)
        await stage.messenger.decline(key)
        await stage.messenger.end(key)
