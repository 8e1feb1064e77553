"""The slash command, and what stands behind it."""

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.slack import blocks, replies
from adapters.slack.callers import NO_ANSWER
from bot.commands.table import COMMANDS
from bot.errors import ThreadwiseError
from bot.messages import Offer
from bot.words import sentence
from tests.adapters.slack.desk.office import Office
from tests.platforms.slack import DOWN


@pytest.mark.parametrize("text", ["", "help", "HELP"])
async def test_the_command_alone_lists_the_table(office: Office, text: str) -> None:
    """Every command of the core stands there as it is typed here."""
    listed = await office.says(office.there.slash("/ai", text))
    for command in COMMANDS:
        assert f"`/ai {command}`" in listed
    assert "`/ai status`" in listed


async def test_an_unknown_word_is_no_command(office: Office) -> None:
    """The table's own sentence says what may be meant."""
    said = await office.says(office.there.slash("/ai", "modle gpt-6-terra"))
    assert said == "There is no command `/ai modle`; did you mean `/ai model`?"


async def test_a_setting_holds_for_the_channel(office: Office) -> None:
    """Everybody reads what an admin changed, and nothing else changes with it."""
    office.there.add_user("root", admin=True)
    sent = office.there.slash("/ai", "model gpt-6-terra", user="root")
    assert "`gpt-6-luna` → `gpt-6-terra`" in await office.said(sent)
    assert await office.stored("model") == [None, "gpt-6-terra", None]


async def test_an_argument_is_stored_as_it_was_typed(office: Office) -> None:
    """Slack escapes three characters, and writes people and links in its own way."""
    office.there.add_user("root", owner=True)
    text = "persona If a &lt; b &amp;&amp; b &gt; c, ask <@U1|ann>\nor <https://example.org>."
    await office.said(office.there.slash("/ai", text, user="root"))
    wanted = "If a < b && b > c, ask @ann\nor https://example.org."
    assert await office.stored("persona") == [None, wanted, None]


async def test_only_who_asked_sees_what_is(office: Office) -> None:
    """What a command shows is for its giver, and it is Markdown with a text for notifications."""
    sent = office.there.slash("/ai", "model", user="ann")
    assert "`gpt-6-luna`" in await office.says(sent)
    assert sent.reply["blocks"][0]["type"] == "markdown"
    assert sent.reply["text"].startswith("Model: `gpt-6-luna`")


async def test_what_takes_long_is_said_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command is acknowledged without a word, and answered once by its address."""
    monkeypatch.setattr(replies, "PATIENCE", 0.05)
    held = office.there.pause("users.info")
    sent = office.there.slash("/ai", "usage", user="ann")
    assert await office.says(sent) == ""
    assert not office.there.responses(sent)
    held.go()
    await office.there.until(lambda: office.there.responses(sent))
    (said,) = office.there.responses(sent)
    assert said["response_type"] == "ephemeral"
    assert "You, today: nothing" in said["blocks"][0]["text"]


async def test_what_is_long_is_said_in_parts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No part is longer than a message, and together they are the whole reply, in order."""
    whole = await office.says(office.there.slash("/ai", "help"))
    monkeypatch.setattr(blocks, "LIMIT", 600)
    sent = office.there.slash("/ai", "help")
    assert await office.says(sent) == ""
    responses = office.there.responses(sent)
    await office.there.until(lambda: sum(map(_length, responses)) >= len(whole))
    assert len(responses) > 1
    assert max(map(_length, responses)) <= 600
    assert "".join(said["blocks"][0]["text"] for said in responses) == whole


def _length(said: dict[str, list[dict[str, str]]]) -> int:
    return len(said["blocks"][0]["text"])


async def test_a_failure_is_one_sentence(office: Office) -> None:
    """Slack does not say who somebody is: nothing is changed, and they read what to do."""
    office.there.fault("users.info", DOWN)
    said = await office.says(office.there.slash("/ai", "model gpt-6-terra"))
    assert "The platform did not respond" in said
    assert "reference" in said
    assert await office.stored("model") == [None, None, None]


async def test_a_bug_is_one_sentence(office: Office) -> None:
    """Who gave the command does not wait for nothing; the log has the bug under the reference."""
    office.there.add_user("root", admin=True)
    office.offered.bug = True
    with capture_logs() as logs:
        said = await office.says(office.there.slash("/ai", "model gpt-6-terra", user="root"))
    (line,) = [line for line in logs if line["event"] == "event failed"]
    assert said == sentence(ThreadwiseError(), line["reference"])
    assert isinstance(line["exc_info"], RuntimeError)


async def test_status_says_how_answers_come_and_why(office: Office) -> None:
    """In a channel by edits, in whatever way is set, and what this workspace has not."""
    office.there.off["assistant.*"] = "not_agent_app"
    channel = await office.says(office.there.slash("/ai", "status"))
    assert channel == "Answers grow by edits: everybody in the channel sees them live."
    direct = office.there.direct("ann").id
    flat = await office.says(office.there.slash("/ai", "status", channel=direct))
    assert "a stream needs a thread" in flat
    assert "- It has no prompts (not_agent_app)." in flat


async def test_status_speaks_of_the_next_answer(office: Office) -> None:
    """Where streams are wanted in a channel, they come in the threads of questions."""
    await office.set("streaming", "native")
    said = await office.says(office.there.slash("/ai", "status"))
    assert said == "Answers are streamed natively: it is set so."


async def test_stop_in_a_channel_means_ones_own_running_answer(office: Office) -> None:
    """Not the newest of all, nor one that is finished, however new."""
    anns = await office.asked("ann")
    await office.asked("ann", offer=Offer.NOTHING)
    bens = await office.asked("ben")
    assert await office.says(office.there.slash("/ai", "stop", user="ann")) == "Stopping."
    assert await office.stops(anns)
    assert not await office.stops(bens)


async def test_who_asked_nothing_is_told_what_to_write(office: Office) -> None:
    """Slack does not say in which thread somebody thinks of."""
    await office.asked("ann")
    said = await office.says(office.there.slash("/ai", "stop", user="ben"))
    assert said == NO_ANSWER.format(name="stop")


async def test_reset_in_a_channel_means_ones_own_newest(office: Office) -> None:
    """The conversations of others keep their history."""
    anns = await office.asked("ann", offer=Offer.NOTHING)
    bens = await office.asked("ben", offer=Offer.NOTHING)
    sent = office.there.slash("/ai", "reset", user="ann")
    assert "Forgotten" in await office.said(sent)
    assert not await office.inbox.turns(office.of(anns))
    assert await office.inbox.turns(office.of(bens))


async def test_reset_in_a_flat_direct_conversation_means_it(office: Office) -> None:
    """There is only that one, so nothing is looked for."""
    await office.set("direct", "flat")
    asked = office.there.tell("ann", "why?")
    await office.accepted(office.key(asked.channel))
    sent = office.there.slash("/ai", "reset", user="ann", channel=asked.channel)
    assert "Forgotten" in await office.said(sent)
    assert not office.there.made("conversations.history")


async def test_two_commands_do_not_wait_for_each_other(office: Office) -> None:
    """One that hangs on Slack keeps nobody else's back."""
    office.there.person("ann")
    held = office.there.pause("users.info")
    slow = office.there.slash("/ai", "usage", user="ann")
    await held.reached.wait()
    async with asyncio.timeout(2):
        assert await office.says(office.there.slash("/ai", "usage", user="ben"))
    held.go()
    assert await office.says(slow)
