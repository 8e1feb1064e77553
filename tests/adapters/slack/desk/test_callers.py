"""Who may do what: Slack's own word on a person counts, not what a payload claims."""

from typing import Any

import pytest

from adapters.slack.callers import NOT_HERE
from adapters.slack.inbound import Me, for_us
from tests.adapters.slack.desk.office import Office
from tests.platforms.slack import Delivery
from tests.platforms.slack.deliveries import SLASH

ME = Me("slack:A1:T1", "T1", "", "U1", "B1", "A1", "bot")
ORG = Me("slack:A1:T1", "T1", "E1", "U1", "B1", "A1", "bot")
WISH = "model gpt-6-terra"


async def forged(office: Office, sent: Delivery, **claims: Any) -> Delivery:
    """The same command once more, with other claims."""
    await office.says(sent)
    return office.there.deliveries.send(SLASH, sent.payload | claims)


async def test_only_admins_change_settings(office: Office) -> None:
    """Anybody else is told so, and nothing is changed."""
    said = await office.says(office.there.slash("/ai", WISH, user="ann"))
    assert said == "Only admins can do that; please ask one. `/ai model` alone shows what holds."
    assert await office.stored("model") == [None, None, None]


async def test_an_admin_is_one_in_direct_messages_too(office: Office) -> None:
    """A direct message counts to the workspace."""
    office.there.add_user("root", admin=True)
    direct = office.there.direct("root").id
    await office.said(office.there.slash("/ai", WISH, user="root", channel=direct))
    assert await office.stored("model", office.key(direct)) == [None, "gpt-6-terra", None]


async def test_whoever_is_named_in_the_configuration_is_an_admin(office: Office) -> None:
    """Without being one of the workspace."""
    office.there.person("cleo")
    await office.said(office.there.slash("/ai", WISH, user="cleo"))
    assert await office.stored("model") == [None, "gpt-6-terra", None]


async def test_what_a_payload_claims_makes_nobody_an_admin(office: Office) -> None:
    """Neither an admin's name nor a flag is looked at."""
    office.there.add_user("root", admin=True)
    sent = office.there.slash("/ai", WISH, user="ann")
    claims = {"user_name": "root", "is_admin": "true"}
    assert "Only admins" in await office.says(await forged(office, sent, **claims))
    assert await office.stored("model") == [None, None, None]


async def test_another_workspace_is_refused(office: Office) -> None:
    """Whatever somebody is there."""
    office.there.add_user("eve", team="T0OTHER", admin=True)
    assert await office.says(office.there.slash("/ai", WISH, user="eve")) == NOT_HERE
    assert await office.stored("model") == [None, None, None]


async def test_a_payload_of_another_workspace_is_refused(office: Office) -> None:
    """Even of somebody who is an admin here."""
    office.there.add_user("root", admin=True)
    sent = office.there.slash("/ai", "usage", user="root")
    said = await office.says(await forged(office, sent, team_id="T0OTHER", text=WISH))
    assert said == NOT_HERE
    assert await office.stored("model") == [None, None, None]


async def test_a_stranger_cannot_claim_our_workspace(office: Office) -> None:
    """Slack says where somebody belongs, even if the payload says it of nobody."""
    office.there.add_user("eve", team="T0OTHER", admin=True)
    sent = office.there.slash("/ai", WISH, user="eve")
    said = await office.says(await forged(office, sent, team_id=office.me.team))
    assert said == NOT_HERE
    assert await office.stored("model") == [None, None, None]


async def test_whom_nobody_knows_is_refused(office: Office) -> None:
    """A payload of somebody who does not exist changes nothing."""
    office.there.add_user("root", admin=True)
    sent = office.there.slash("/ai", "usage", user="root")
    said = await office.says(await forged(office, sent, user_id="U0NOBODY", text=WISH))
    assert said == NOT_HERE


@pytest.mark.parametrize(
    ("me", "body", "known"),
    [
        (ME, {"team_id": "T1", "user_id": "U2"}, True),
        (ME, {"team_id": "T2", "user_id": "U2"}, False),
        (ME, {"team": {"id": "T1"}, "user": {"id": "U2", "team_id": "T1"}}, True),
        (ME, {"team": {"id": "T2"}, "user": {"id": "U2", "team_id": "T1"}}, False),
        (ME, {"team_id": "T2", "enterprise_id": "E1"}, False),
        (ME, {"team": None, "user": {"id": "U2"}, "enterprise": None}, False),
        (ME, {"authorizations": [{"team_id": "T2", "enterprise_id": ""}]}, False),
        (ORG, {"team_id": "T2", "enterprise_id": "E1"}, True),
        (ORG, {"team_id": "T2", "enterprise_id": "E2"}, False),
        (ORG, {"team_id": "T2"}, False),
        (ORG, {"team": {"id": "T2", "enterprise_id": "E1"}, "user": {"team_id": "T2"}}, True),
        (ORG, {"team": None, "enterprise": {"id": "E1"}, "user": {"team_id": "T2"}}, True),
        (ORG, {"team": None, "enterprise": {"id": "E2"}, "user": {"team_id": "T2"}}, False),
        (ME, {"team_id": "T2", "authorizations": [{"team_id": "T1"}]}, True),
        (ME, {"team_id": "T1", "authorizations": [{"team_id": "T2"}]}, False),
        (ORG, {"team_id": "T2", "authorizations": [{"enterprise_id": "E1"}]}, True),
    ],
)
def test_a_payload_is_for_us_by_its_workspace_or_its_org(
    me: Me, body: dict[str, Any], *, known: bool
) -> None:
    """Of an event it counts who sees it; of all else, where it happened."""
    assert for_us(body, me) is known
