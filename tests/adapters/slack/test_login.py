"""What Slack says of tokens, and what whoever runs the bot is told."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.slack.login import connectable, look, web
from bot.errors import ConfigError
from tests.platforms.slack import DOWN, LOST, Fault, Slack, busy, refused
from tests.platforms.slack.payloads import APP_ID, BOT_ID


@pytest.fixture
async def there() -> AsyncIterator[Slack]:
    """A Slack with an app."""
    async with Slack() as made:
        yield made


async def test_who_the_bot_is(there: Slack) -> None:
    """Slack says it, with what the token is granted; the account is the app in its workspace."""
    there.enterprise = "E0TOWN"
    found = await look(there.token, there.api)
    assert found.scopes == there.scopes
    me = found.me
    assert (me.account, me.team) == (f"slack:{APP_ID}:{there.team}", there.team)
    assert (me.user, me.bot, me.app) == (there.bot.id, BOT_ID, APP_ID)
    assert (me.name, me.enterprise) == ("threadwise", "E0TOWN")


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("xapp-1-A1-2-3", "belongs into SLACK_APP_TOKEN"),
        ("xoxp-1", "is no bot token"),
        ("xoxb-unknown", "Slack refuses SLACK_BOT_TOKEN"),
    ],
)
async def test_a_wrong_bot_token(there: Slack, token: str, said: str) -> None:
    """One sentence names the variable and where the right token is."""
    with pytest.raises(ConfigError, match=f"{said}.* at|{said}.* from") as found:
        await look(token, there.api)
    assert "https://api.slack.com/apps" in found.value.problems[0]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("account_inactive", "removed from its workspace"),
        ("token_revoked", "was revoked"),
        ("token_expired", "token rotation off"),
        ("team_access_not_granted", "team_access_not_granted.*threadwise doctor"),
    ],
)
async def test_a_token_that_is_no_longer_good(there: Slack, code: str, said: str) -> None:
    """What Slack calls it becomes a sentence on what to do."""
    there.fault("auth.test", refused(code))
    with pytest.raises(ConfigError, match=said):
        await look(there.token, there.api)


async def test_scopes_without_which_nothing_works(there: Slack) -> None:
    """All that are missing are named at once."""
    there.scopes -= {"chat:write", "users:read"}
    with pytest.raises(ConfigError, match="chat:write, users:read"):
        await look(there.token, there.api)


@pytest.mark.parametrize("trouble", [DOWN, LOST, busy(1)])
async def test_slack_is_out_of_reach(there: Slack, trouble: Fault) -> None:
    """It says so, and does not speak of the token."""
    there.fault("*", trouble, times=9)
    with pytest.raises(ConfigError, match=r"^Slack cannot be reached"):
        await look(there.token, there.api)
    with pytest.raises(ConfigError, match=r"^Slack cannot be reached"):
        await connectable(there.app_token, there.api, APP_ID)


async def test_a_lost_reply_is_asked_for_again(there: Slack) -> None:
    """One connection that breaks does not keep the bot from beginning."""
    there.fault("auth.test", LOST)
    there.fault("apps.connections.open", LOST)
    assert (await look(there.token, there.api)).me.app == APP_ID
    await connectable(there.app_token, there.api, APP_ID)


async def test_nobody_is_there() -> None:
    """An address where nothing listens is out of reach as well."""
    with pytest.raises(ConfigError, match="SLACK_API_URL"):
        await look("xoxb-1", "http://127.0.0.1:9/api/")


async def test_a_good_app_token(there: Slack) -> None:
    """Nothing is raised, and no connection opened."""
    await connectable(there.app_token, there.api, APP_ID)
    assert there.sockets.opened == 0


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("xoxb-1", "belongs into SLACK_BOT_TOKEN"),
        ("secret", "is no app-level token"),
        ("xapp-1-A0OTHER-2-3", "another app than SLACK_BOT_TOKEN"),
        (f"xapp-1-{APP_ID}-2-3", "Slack refuses SLACK_APP_TOKEN"),
    ],
)
async def test_a_wrong_app_token(there: Slack, token: str, said: str) -> None:
    """One sentence, and one call at most."""
    with pytest.raises(ConfigError, match=said):
        await connectable(token, there.api, APP_ID)
    assert len(there.calls) <= 1


async def test_an_app_token_without_its_scope(there: Slack) -> None:
    """The scope is named, which is set where the token is made."""
    there.app_scopes.clear()
    with pytest.raises(ConfigError, match="connections:write"):
        await connectable(there.app_token, there.api, APP_ID)


async def test_a_call_is_made_once(there: Slack) -> None:
    """What may have been done is not done again behind our back."""
    there.fault("auth.test", LOST)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await web(there.token, there.api, session).auth_test()
    assert len(there.made("auth.test")) == 1
