"""Who people are in the workspace, and what is remembered of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.slack.homes import Homes, Member, member
from adapters.slack.modes import Features
from bot.clock import SystemClock
from bot.errors import PlatformUnavailable
from storage.scripts import Client
from tests.adapters.slack.listening import homes_of, ways_to
from tests.platforms.slack import DOWN, Slack, refused
from tests.platforms.slack.probe import web_client


class Later(SystemClock):
    """A clock that is set ahead."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


@pytest.fixture
async def there() -> AsyncIterator[Slack]:
    """A workspace with all kinds of people."""
    async with Slack() as made:
        made.add_user("ann")
        made.add_user("gus", guest="multi")
        made.add_user("sid", guest="single")
        made.add_user("amy", admin=True)
        made.add_user("ora", owner=True)
        made.add_user("sue", team="T0ELSEWHERE", admin=True)
        yield made


@pytest.fixture
def clock() -> Later:
    """The time."""
    return Later()


@pytest.fixture
async def homes(there: Slack, client: Client, clock: Later) -> AsyncIterator[Homes]:
    """The workspace, in whose configuration owen is an admin."""
    _, _, ways = ways_to(client, clock)
    async with web_client(there) as web:
        assert web.session
        yield await homes_of(there, web.session, ways.access, Features(), clock)


@pytest.mark.parametrize(
    ("name", "traits"),
    [
        ("ann", {}),
        ("gus", {"guest": True}),
        ("sid", {"guest": True}),
        ("amy", {"admin": True}),
        ("ora", {"admin": True}),
        ("owen", {"admin": True}),
        ("sue", {"team": "T0ELSEWHERE", "stranger": True}),
    ],
)
async def test_who_somebody_is(
    homes: Homes, there: Slack, name: str, traits: dict[str, Any]
) -> None:
    """Guests, admins and strangers are told apart; a stranger is an admin nowhere but at home."""
    id_ = there.person(name).id
    plain = Member(id_, name, there.team)
    assert await homes.people.of(id_) == replace(plain, **traits)


async def test_somebody_whom_the_workspace_does_not_know(homes: Homes) -> None:
    """They are a stranger, and called by their id."""
    found = await homes.people.of("U0NOBODY")
    assert (found.name, found.stranger, found.admin) == ("U0NOBODY", True, False)


async def test_what_was_asked_is_remembered(homes: Homes, there: Slack, clock: Later) -> None:
    """Slack is asked again after ten minutes."""
    id_ = there.person("ann").id
    for _ in range(2):
        await homes.people.of(id_)
    assert len(there.made("users.info")) == 1
    clock.ahead = 601
    await homes.people.of(id_)
    assert len(there.made("users.info")) == 2


async def test_trouble_is_not_remembered(homes: Homes, there: Slack) -> None:
    """Nobody becomes a stranger since Slack was away for a moment."""
    id_ = there.person("ann").id
    there.fault("users.info", DOWN)
    with pytest.raises(PlatformUnavailable):
        await homes.people.of(id_)
    assert not (await homes.people.of(id_)).stranger


async def test_names(homes: Homes, there: Slack) -> None:
    """Of people and channels; what has none for us is left out."""
    ann, general = there.person("ann").id, there.channel("general").id
    direct = there.direct("ann").id
    found = await homes.people.names([ann, general, direct, "C0NOWHERE"])
    assert found == {ann: "ann", general: "general"}


async def test_a_message_that_names_a_crowd(homes: Homes, there: Slack) -> None:
    """It waits for twenty names."""
    crowd = [there.person(f"p{n}").id for n in range(30)]
    assert len(await homes.people.names(crowd)) == len(there.made("users.info")) == 20


async def test_people_of_the_same_organisation(homes: Homes) -> None:
    """Whoever is in another workspace of it is no stranger."""
    me = replace(homes.me, enterprise="E0TOWN")
    user = {"id": "U1", "team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0TOWN"}}
    assert not member(user, me, frozenset()).stranger
    assert member(user | {"enterprise_user": {"enterprise_id": "E0"}}, me, frozenset()).stranger
    assert member(user, homes.me, frozenset()).stranger


@pytest.mark.parametrize("trouble", [DOWN, refused("internal_error")])
async def test_no_decision_while_slack_is_away(homes: Homes, there: Slack, trouble: Any) -> None:
    """A direct message waits, since its conversation must be the same in every process."""
    there.fault("assistant.threads.setSuggestedPrompts", trouble)
    channel = there.direct("ann").id
    with pytest.raises(PlatformUnavailable):
        await homes.direct.sessions(channel)
    assert await homes.direct.sessions(channel)


async def test_the_decision_is_made_once(homes: Homes, there: Slack) -> None:
    """What holds for the first direct message holds until the process ends."""
    channel = there.direct("ann").id
    assert await homes.direct.sessions(channel)
    there.off["assistant.*"] = "not_agent_app"
    assert await homes.direct.sessions(channel)
