"""What ``doctor`` says of an app on a loopback Slack."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from adapters.slack.checks import Check, Given, examined
from adapters.slack.manifest import scopes
from bot.clock import SystemClock
from bot.errors import ConfigError, PlatformUnavailable
from bot.messages import ConversationKey
from storage.inbox import RedisInbox
from storage.scripts import Client
from tests.builders import NOW, message
from tests.platforms.slack import DOWN, Slack, refused
from tests.platforms.slack.payloads import APP_ID
from tests.storage.inbox.store import KEYS


class Ahead(SystemClock):
    """A clock that is set ahead of Slack's."""

    seconds = 0

    def now(self) -> int:
        return super().now() + self.seconds * 1000


@dataclass
class Practice:
    """A doctor, and an app with a right configuration."""

    there: Slack
    store: Client
    given: Given
    clock: Ahead = field(default_factory=Ahead)

    async def found(self, **changes: Any) -> list[Check]:
        """All that is said, with these differences in the configuration."""
        given = replace(self.given, **changes)
        return [one async for one in examined(given, RedisInbox(self.store, KEYS), self.clock)]

    async def wrong(self, **changes: Any) -> list[tuple[str, str]]:
        """What is wrong, and what to do."""
        return [(one.what, one.fix) for one in await self.found(**changes) if not one.ok]

    async def fine(self, **changes: Any) -> str:
        """What is said of all that is not wrong."""
        return "\n".join(one.what for one in await self.found(**changes) if one.ok)


@pytest.fixture
async def doctor(client: Client) -> AsyncIterator[Practice]:
    """Nothing is wrong."""
    async with Slack() as there:
        there.scopes = set(scopes())
        yield Practice(there, client, Given(there.token, there.app_token, url=there.api))


async def test_all_is_well(doctor: Practice) -> None:
    """Each thing is named, none is wrong, and what nobody can see is to be compared."""
    assert await doctor.wrong() == []
    said = await doctor.fine()
    assert "Slack takes SLACK_BOT_TOKEN, of threadwise in T0LOOPBACK" in said
    assert f"the {len(scopes())} scopes of its manifest" in said
    assert "opens connections for SLACK_APP_TOKEN" in said
    assert "clock is 0 s" in said or "clock is 1 s" in said
    assert "threadwise slack manifest" in said


async def test_the_bot_is_not_disturbed(doctor: Practice) -> None:
    """No connection is opened, nothing is written."""
    await doctor.found()
    assert not doctor.there.sockets.opened
    assert not doctor.there.posts


async def test_a_swapped_bot_token(doctor: Practice) -> None:
    """Nothing more can be found out; where the tokens belong is said."""
    with pytest.raises(ConfigError, match="belongs into SLACK_APP_TOKEN"):
        await doctor.found(bot_token=doctor.given.app_token)


async def test_a_swapped_app_token(doctor: Practice) -> None:
    """It is one finding, and the others follow."""
    ((what, fix),) = await doctor.wrong(app_token=doctor.there.token)
    assert what == "Socket Mode"
    assert "belongs into SLACK_BOT_TOKEN" in fix


async def test_an_app_token_without_its_scope(doctor: Practice) -> None:
    """The scope that opens connections is named."""
    doctor.there.app_scopes = set()
    ((_, fix),) = await doctor.wrong()
    assert "connections:write" in fix


async def test_a_missing_scope(doctor: Practice) -> None:
    """It is named, with what does not work, and with the way to add it."""
    doctor.there.scopes -= {"files:read", "commands"}
    (commands, files) = await doctor.wrong()
    assert commands[0] == "The scope commands is missing: no slash command, no Ask about this"
    assert files[0] == "The scope files:read is missing: it reads no files"
    assert "install the app anew" in files[1]


async def test_more_scopes_than_needed(doctor: Practice) -> None:
    """What it does not use is said; nothing is wrong."""
    doctor.there.scopes |= {"users:read.email"}
    assert "does not use these scopes, which can be removed: users:read.email" in (
        await doctor.fine()
    )
    assert await doctor.wrong() == []


async def test_the_least_scopes_are_a_choice(doctor: Practice) -> None:
    """Who installed the least manifest is told so, and of nothing that is missing."""
    doctor.there.scopes = set(scopes(least=True))
    assert await doctor.wrong() == []
    assert "mentions and direct messages only" in await doctor.fine()


@pytest.mark.parametrize(
    ("secret", "port", "fix"),
    [
        ("", None, "SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET and PORT"),
        ("secret", None, "set PORT"),
    ],
)
async def test_no_way_in(doctor: Practice, secret: str, port: int | None, fix: str) -> None:
    """A bot that Slack cannot reach is told what is missing."""
    ((_, said),) = await doctor.wrong(app_token="", signing_secret=secret, port=port)
    assert fix in said


async def test_over_http(doctor: Practice) -> None:
    """With a secret and a port, the path that Slack must know is said."""
    assert "/slack/events at PORT 8080" in await doctor.fine(
        app_token="", signing_secret=doctor.there.signing_secret, port=8080
    )


@pytest.mark.parametrize("seconds", [-90, 90])
async def test_a_clock_that_is_wrong(doctor: Practice, seconds: int) -> None:
    """Signatures are refused by a clock that is apart from Slack's, in either direction."""
    doctor.clock.seconds = seconds
    ((what, fix),) = await doctor.wrong()
    assert "clock" in what
    assert "NTP" in fix


async def test_what_means_oauth_elsewhere(doctor: Practice) -> None:
    """A client id is to be unset."""
    ((what, fix),) = await doctor.wrong(client_id="1.2")
    assert "SLACK_CLIENT_ID" in what
    assert "unset it" in fix


async def written_to(doctor: Practice, *users: str) -> None:
    """The bot knows that these people wrote to it directly, in this order."""
    inbox, account = RedisInbox(doctor.store, KEYS), f"slack:{APP_ID}:{doctor.there.team}"
    for at, user in enumerate(users):
        said = doctor.there.tell(user, "hi")
        where = ConversationKey("slack", doctor.there.team, said.channel, said.ts)
        await inbox.accept(replace(message(said.ts, NOW + at, where=where), account=account))


async def test_the_agent_view_is_not_known_yet(doctor: Practice) -> None:
    """Where nobody wrote directly, nothing is asked."""
    assert "once somebody wrote to it directly" in await doctor.fine()
    assert not doctor.there.made("assistant.threads.setSuggestedPrompts")


async def test_the_agent_view(doctor: Practice) -> None:
    """It shows where somebody wrote last."""
    await written_to(doctor, "ann", "bob")
    assert "It has the agent view" in await doctor.fine()
    (call,) = doctor.there.made("assistant.threads.setSuggestedPrompts")
    assert call.body["channel_id"] == doctor.there.direct("bob").id


async def test_no_agent_view(doctor: Practice) -> None:
    """A workspace without it is told what that means; nothing is wrong."""
    await written_to(doctor, "ann")
    doctor.there.off["assistant.*"] = "not_agent_app"
    assert "no agent view (not_agent_app)" in await doctor.fine()
    assert await doctor.wrong() == []


async def test_the_messages_tab_is_off(doctor: Practice) -> None:
    """Where Slack says so, the switch is named."""
    await written_to(doctor, "ann")
    doctor.there.fault("assistant.*", refused("messages_tab_disabled"))
    ((_, fix),) = await doctor.wrong()
    assert "App Home" in fix


async def test_slack_fails(doctor: Practice) -> None:
    """What was found stands; the failure is one of ours."""
    doctor.there.fault("auth.test", DOWN, skip=1)
    found = []
    with pytest.raises(PlatformUnavailable):
        async for one in examined(doctor.given, RedisInbox(doctor.store, KEYS), doctor.clock):
            found.append(one)  # noqa: PERF401 - those before the failure
    assert len(found) == 3
