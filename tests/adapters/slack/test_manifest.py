"""The manifests are what Slack takes, and what the code needs."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # it ships no types

from adapters.slack.checks import WITHOUT
from adapters.slack.client import PATH
from adapters.slack.login import NEEDED
from adapters.slack.manifest import manifest, scopes
from tests.platforms.slack.world import MESSAGES, NEEDS

SCHEMA = Path(__file__).parent / "schema" / "manifest.schema.2.0.0.json"
"""https://github.com/slackapi/manifest-schema, without its spaces; its licence is beside it."""
PAGE = Path("docs/slack.md").read_text(encoding="utf-8")


def wrong(made: dict[str, Any]) -> list[str]:
    """What Slack's schema has against it."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    return [error.message for error in Draft7Validator(schema).iter_errors(made)]


def events(made: dict[str, Any]) -> list[str]:
    """What it subscribes to."""
    return list(made["settings"]["event_subscriptions"]["bot_events"])


@pytest.mark.parametrize("least", [False, True])
@pytest.mark.parametrize("url", ["", "https://bot.example.org"])
def test_slack_takes_it(url: str, *, least: bool) -> None:
    """Either manifest, for either way in, is valid by the schema that Slack publishes."""
    assert wrong(manifest(least=least, name="Ann's bot", command="/ask-ann", url=url)) == []


def test_what_slack_does_not_take() -> None:
    """The schema is looked at: a name that is too long, and a command without its slash, fail."""
    assert len(wrong(manifest(name="n" * 36, command="ai"))) == 2


def test_the_configured_names() -> None:
    """The app, its bot and its command are called as was said."""
    made = manifest(name="Ann", command="/ann")
    assert made["display_information"]["name"] == "Ann"
    assert made["features"]["bot_user"]["display_name"] == "Ann"
    assert made["features"]["slash_commands"][0]["command"] == "/ann"


def test_over_sockets() -> None:
    """Without an address, Slack is told of none, and of Socket Mode."""
    made = manifest()
    assert made["settings"]["socket_mode_enabled"] is True
    assert PATH not in json.dumps(made)


def test_over_http() -> None:
    """With an address, events, presses and commands are posted to the path that is served."""
    made = manifest(url="https://bot.example.org/")
    address = "https://bot.example.org/slack/events"
    settings = made["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == address
    assert settings["interactivity"]["request_url"] == address
    assert made["features"]["slash_commands"][0]["url"] == address


@pytest.mark.parametrize("least", [False, True])
def test_events_come_with_their_scopes(*, least: bool) -> None:
    """It asks for the scopes of the events that it subscribes to, and for those of a login."""
    made = manifest(least=least)
    assert {NEEDS[name] for name in events(made) if name in NEEDS} <= scopes(least=least)
    assert {*NEEDED} <= scopes(least=least)


def test_the_full_one_hears_all_messages() -> None:
    """It subscribes to what is said in every kind of channel, and to Slack's own stop."""
    assert {*MESSAGES.values(), "agent_session_stopped"} <= {*events(manifest())}


def test_the_least_one_asks_for_less() -> None:
    """Its scopes and events are among those of the full one; it reads no channel and no file."""
    assert scopes(least=True) < scopes()
    assert {*events(manifest(least=True))} < {*events(manifest())}
    history = {scope for scope in scopes(least=True) if scope.endswith((":history", ":read"))}
    assert history == {"app_mentions:read", "im:history", "users:read"}


def test_every_scope_is_explained() -> None:
    """What does not work without a scope is known to ``doctor``, and stands in the page."""
    assert WITHOUT.keys() == scopes()
    assert [scope for scope in scopes() if f"`{scope}`" not in PAGE] == []
