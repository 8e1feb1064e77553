"""What a Slack app must be to serve the bot, as a manifest to be pasted at api.slack.com/apps.

https://docs.slack.dev/reference/app-manifest
"""

import json
from pathlib import Path
from typing import Any

from adapters.slack.client import PATH

Json = dict[str, Any]
NAME = "Threadwise"
_FOLDER = Path(__file__).parent / "manifests"
_FULL, _LEAST = (
    (_FOLDER / f"{one}.json").read_text(encoding="utf-8") for one in ("full", "least")
)


def manifest(
    *, least: bool = False, name: str = NAME, command: str = "/ai", url: str = ""
) -> Json:
    """What to create the app from.

    Args:
        least: mentions and direct messages only, with the fewest scopes that this takes.
        name: of the app and of its bot.
        command: its slash command; where two apps have the same, the newest one gets it.
        url: where Slack reaches the server on PORT; "": Socket Mode.
    """
    made: Json = json.loads(_LEAST if least else _FULL)
    made["display_information"]["name"] = name
    made["features"]["bot_user"]["display_name"] = name
    made["features"]["slash_commands"][0]["command"] = command
    if url:
        _by_requests(made, url.rstrip("/") + PATH)
    return made


def _by_requests(made: Json, address: str) -> None:
    """Events, presses and commands all come to the same address."""
    settings = made["settings"]
    settings["socket_mode_enabled"] = False
    for part in (settings["event_subscriptions"], settings["interactivity"]):
        part["request_url"] = address
    made["features"]["slash_commands"][0]["url"] = address


def scopes(*, least: bool = False) -> frozenset[str]:
    """What its bot token is granted."""
    return frozenset(manifest(least=least)["oauth_config"]["scopes"]["bot"])
