"""Events over sockets: taken in before they are acknowledged, whatever happens."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreUnavailable
from bot.messages import IncomingMessage
from storage.scripts import Client
from tests.adapters.slack.listening import PATIENCE, Listening, listening, placed, running
from tests.platforms.slack import DOWN, Slack, refused
from tests.platforms.slack.deliveries import EVENT


@pytest.fixture
async def there() -> AsyncIterator[Slack]:
    """A Slack that waits for acknowledgements as long as it likes, then repeats at once."""
    async with Slack(scale=1 / 60) as made:
        made.ack_seconds = 600
        yield made


@pytest.fixture
async def town(there: Slack, client: Client) -> AsyncIterator[Listening]:
    """A bot that listens over an empty store."""
    async with listening(there, client) as made:
        yield made


async def ask(town: Listening) -> str:
    """A question in the channel; its id."""
    return town.there.say("general", "ann", f"{town.there.mention} why?").ts


async def test_every_event_is_acknowledged(town: Listening) -> None:
    """Also those that say nothing to the bot: else Slack would repeat them."""
    there = town.there
    for event in ("team_join", "message", "channel_rename", "emoji_changed"):
        there.events.add(event)
        there.emit({"type": event, "channel": "C0", "subtype": "channel_topic"})
    there.look_at("ann", "general")
    there.join("general", "ann")
    await town.heard()
    assert all(len(sent.tries) == 1 for sent in there.deliveries.every)


async def test_the_store_is_away(town: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not kept is not acknowledged, and comes again."""
    accept, tries, town.there.ack_seconds = town.inbox.accept, [], 3

    async def failing(message: IncomingMessage, refusal: str = "") -> object:
        tries.append(message.id)
        if len(tries) <= 2:
            raise StoreUnavailable("away")
        return await accept(message, refusal)

    monkeypatch.setattr(town.inbox, "accept", failing)
    question = await ask(town)
    await town.heard()
    assert await town.waiting(town.key(thread=question)) == (question,)
    assert len(tries) >= 3


async def test_slack_does_not_say_who_asks(town: Listening) -> None:
    """The question is not lost: it comes again, and is taken in then."""
    town.there.ack_seconds = 3
    town.there.fault("users.info", DOWN, times=2)
    question = await ask(town)
    await town.heard()
    assert await town.waiting(town.key(thread=question)) == (question,)


async def test_a_bug_is_not_repeated(town: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is logged once with a reference, and others are heard."""

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    with capture_logs() as log, monkeypatch.context() as patch:
        patch.setattr(town.inbox, "find", broken)
        said = town.there.say("general", "ann", "hello")
        town.there.delete(said)
        await town.heard()
    failed = [line for line in log if line["event"] == "event failed"]
    assert [line["on"] for line in failed] == ["message"]
    assert failed[0]["reference"]
    question = await ask(town)
    await town.heard()
    assert await town.waiting(town.key(thread=question)) == (question,)


async def test_another_workspace_of_the_same_app(town: Listening) -> None:
    """What its people ask is not answered at our cost."""
    there = town.there
    question = await ask(town)
    await town.heard()
    (sent, *_) = there.sent("app_mention")
    other = sent.payload["authorizations"][0] | {"team_id": "T0OTHER"}
    later = f"{float(question) + 1:.6f}"
    event = sent.payload["event"] | {"ts": later}
    there.deliveries.send(EVENT, sent.payload | {"authorizations": [other], "event": event})
    await town.heard()
    assert await town.waiting(town.key(thread=later)) == ()
    assert await town.waiting(town.key(thread=question)) == (question,)


async def test_connections_are_renewed(town: Listening) -> None:
    """Slack asks them to go now and then; nothing is lost meanwhile, or asked twice."""
    there = town.there
    await there.sockets.refresh()
    question = await ask(town)
    await there.until(lambda: there.sockets.opened == 4, PATIENCE)
    await town.heard()
    assert await town.waiting(town.key(thread=question)) == (question,)


async def test_connections_that_break(town: Listening) -> None:
    """They come back by themselves, though no address works twice."""
    there = town.there
    there.sockets.down = True
    there.sockets.cut()
    await there.until(lambda: len(there.made("apps.connections.open")) >= 9, PATIENCE)
    there.sockets.down = False
    await there.until(lambda: len(there.sockets.connections) == 2, PATIENCE)
    question = await ask(town)
    await town.heard()
    assert await town.waiting(town.key(thread=question)) == (question,)


async def test_the_app_token_is_revoked(town: Listening, caplog: pytest.LogCaptureFixture) -> None:
    """The log says once what to do; Slack is asked again at the pace of the library."""
    there = town.there
    there.app_token = "xapp-another"  # noqa: S105 - opens nothing
    with capture_logs() as log, caplog.at_level(logging.WARNING):
        await there.sockets.refresh("link_disabled")
        await there.until(lambda: len(there.made("apps.connections.open")) >= 16, PATIENCE)
    (said,) = [line for line in log if line["log_level"] == "error"]
    assert "SLACK_APP_TOKEN" in said["error"]
    assert not caplog.records


async def test_what_is_under_way_is_finished(there: Slack, client: Client) -> None:
    """A process that ends acknowledges what it took in, and leaves nothing behind."""
    async with placed(there, client) as town:
        hold = there.pause("users.info")
        async with running(town):
            question = await ask(town)
            async with asyncio.timeout(PATIENCE):
                await hold.reached.wait()
            asyncio.get_running_loop().call_soon(hold.go)  # the bot is told to end before that
        await town.heard()
        assert await town.waiting(town.key(thread=question)) == (question,)
        assert all(len(sent.tries) == 1 for sent in there.deliveries.every)
    assert not there.sockets.connections


async def test_oauth_in_the_environment(
    there: Slack, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would read it and install apps; here the one token counts."""
    for name in ("CLIENT_ID", "CLIENT_SECRET", "SIGNING_SECRET", "BOT_TOKEN", "SCOPES"):
        monkeypatch.setenv(f"SLACK_{name}", "other")
    async with listening(there, client) as town:
        question = await ask(town)
        await town.heard()
        assert await town.waiting(town.key(thread=question)) == (question,)


async def test_slack_forgets_the_bot(town: Listening) -> None:
    """Whoever runs the bot reads that the app was removed."""
    with capture_logs() as log:
        town.there.uninstall()
        await town.heard()
    assert {line["on"] for line in log if line["log_level"] == "error"} == {
        "app_uninstalled",
        "tokens_revoked",
    }


async def test_what_is_said_behind_an_event_fails(town: Listening) -> None:
    """It is in the log; the question is kept, and acknowledged once."""
    there = town.there
    there.fault("reactions.add", refused("too_many_reactions"))
    with capture_logs() as log:
        first = await ask(town)
        await town.heard()
        there.say("general", "bob", "and how?", thread=first)
        await there.until(lambda: any(line["event"] == "not done" for line in log))
    assert there.made("reactions.add")
