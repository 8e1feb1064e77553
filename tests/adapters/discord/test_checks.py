"""What ``doctor`` finds out about Discord, from one that is real but for its people."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.discord.checks import Check, examined, invite
from bot.errors import ConfigError, PlatformUnavailable
from storage.keys import Keys
from storage.scripts import Client
from storage.tokens import RedisFingerprints
from tests.journeys.discord_town import DiscordTown
from tests.platforms.discord import DOWN, Discord, payloads
from tests.platforms.discord.model import PERMISSIONS, Json, User

USED = {"view", "send", "send_in_threads", "threads", "history", "reactions"}
"""The permissions that an invitation asks for, by their names on the loopback Discord."""


@pytest.fixture
async def there() -> AsyncIterator[Discord]:
    """A Discord where the bot is in one guild, with one channel."""
    async with Discord() as running:
        yield running


@pytest.fixture
def fingerprints(client: Client) -> RedisFingerprints:
    """What was registered last: nothing."""
    return RedisFingerprints(client, Keys())


async def found(
    there: Discord, fingerprints: RedisFingerprints, *served: str
) -> tuple[list[Check], list[Check]]:
    """What is right and what is wrong, if these guilds are served, or without any the first."""
    guilds = frozenset(served or {there.guild().id})
    checks = [one async for one in examined(there.token, there.api, guilds, fingerprints)]
    return [one for one in checks if one.ok], [one for one in checks if not one.ok]


def asked_for(link: str) -> dict[str, str]:
    """What an invitation asks for."""
    return {name: value for name, (value,) in parse_qs(urlsplit(link).query).items()}


async def test_all_is_well(there: Discord, fingerprints: RedisFingerprints) -> None:
    """Each thing is named that was looked at, without a gateway, and nothing is changed."""
    right, wrong = await found(there, fingerprints)
    said = "\n".join(one.what for one in right)
    assert not wrong
    assert "of the application threadwise" in said
    assert "Message Content is granted" in said
    assert "town: it answers in 1 of 1 text channels" in said
    assert "not registered yet" in said
    assert said.endswith(invite(int(there.bot.id)))
    assert {call.method for call in there.calls} == {"GET"}
    assert not there.sessions.alive


async def test_message_content_may_be_off(there: Discord, fingerprints: RedisFingerprints) -> None:
    """Without the intent nothing is wrong; what it costs and where to switch it on is said."""
    there.flags = 0
    right, wrong = await found(there, fingerprints)
    (said,) = [one.what for one in right if "Message Content" in one.what]
    assert not wrong
    assert "no follow-up without a mention" in said
    assert f"/applications/{there.bot.id}/bot" in said


async def test_anybody_could_add_it(there: Discord, fingerprints: RedisFingerprints) -> None:
    """Of a public application that serves all, the setting is given that names its guilds."""
    checks = examined(there.token, there.api, frozenset(), fingerprints)
    (wrong,) = [one async for one in checks if not one.ok]
    assert f"DISCORD_GUILDS={there.guild().id} (town)" in wrong.fix
    there.leave()
    checks = examined(there.token, there.api, frozenset(), fingerprints)
    (wrong,) = [one async for one in checks if not one.ok]
    assert "once it is in your guild" in wrong.fix


async def test_a_private_application_serves_all_its_guilds(
    there: Discord, fingerprints: RedisFingerprints
) -> None:
    """Where only its owner can add it, no guild needs to be named, and all are looked at."""
    there.public = False
    there.add_guild("village")
    there.add_channel("well", guild="village")
    checks = [one async for one in examined(there.token, there.api, frozenset(), fingerprints)]
    assert all(one.ok for one in checks)
    assert any("village: it answers in 1 of 1" in one.what for one in checks)


async def test_a_guild_that_it_is_not_in(there: Discord, fingerprints: RedisFingerprints) -> None:
    """It is named with a link that has it chosen, and asks for what is used and no more."""
    _, (wrong,) = await found(there, fingerprints, there.guild().id, "81384788765712384")
    assert "not in the guild 81384788765712384" in wrong.what
    link = asked_for(wrong.fix.removeprefix("open "))
    assert link == {
        "client_id": there.bot.id,
        "guild_id": "81384788765712384",
        "scope": "bot applications.commands",
        "permissions": str(sum(PERMISSIONS[name] for name in USED)),
    }


async def test_missing_permissions_are_named_with_their_channels(
    there: Discord, fingerprints: RedisFingerprints
) -> None:
    """A few channels by name, the others by number, and for each permission on its own."""
    for name in ("a", "b", "c"):
        there.add_channel(name)
    for name in ("general", "a", "b", "c"):
        there.forbid(name, "threads")
    there.forbid("c", "history", "threads")
    _, wrong = await found(there, fingerprints)
    assert [one.what for one in wrong] == [
        "town: Create Public Threads is missing in #general, #a, #b and 1 more",
        "town: Read Message History is missing in #c",
    ]


@pytest.mark.parametrize("permission", sorted(USED - {"view", "send"}))
async def test_each_permission_that_is_used_is_looked_at(
    there: Discord, fingerprints: RedisFingerprints, permission: str
) -> None:
    """Whichever of them is missing where the bot writes, there is one thing to do."""
    there.forbid("general", permission)
    _, wrong = await found(there, fingerprints)
    assert len(wrong) == 1


@pytest.mark.parametrize("permission", ["view", "send"])
async def test_a_channel_may_be_closed_to_it(
    there: Discord, fingerprints: RedisFingerprints, permission: str
) -> None:
    """Private channels, and those to be read, are named and are no fault; a guild of them is."""
    there.add_channel("rules")
    there.forbid("rules", permission)
    right, wrong = await found(there, fingerprints)
    assert not wrong
    assert any("1 of 2 text channels; not in #rules" in one.what for one in right)
    there.forbid("general", permission)
    _, (wrong_now,) = await found(there, fingerprints)
    assert "0 of 2" in wrong_now.what


async def test_commands_that_were_replaced_come_back(
    town: DiscordTown, fingerprints: RedisFingerprints
) -> None:
    """If Discord lost the commands, or another program replaced them, a start registers them."""
    async with town.bot():
        right, wrong = await found(town.there, fingerprints)
    assert not wrong
    assert any("13 commands are registered" in one.what for one in right)
    registered = town.there.commands[""]
    town.there.commands[""] = [made | {"name": f"x{made['name']}"} for made in registered[:1]]
    _, (wrong_now,) = await found(town.there, fingerprints)
    assert "threadwise run" in wrong_now.fix
    async with town.bot():
        assert town.there.command_puts == 2


async def test_commands_that_go_elsewhere(
    there: Discord, fingerprints: RedisFingerprints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an Interactions Endpoint URL in the portal no command arrives; it is named."""
    plain = payloads.application

    def elsewhere(bot: User, owner: User) -> Json:
        return plain(bot, owner) | {"interactions_endpoint_url": "https://example.org/hook"}

    monkeypatch.setattr(payloads, "application", elsewhere)
    _, (wrong,) = await found(there, fingerprints)
    assert "https://example.org/hook" in wrong.what
    assert f"/applications/{there.bot.id}/information" in wrong.fix


async def test_a_token_that_discord_refuses(
    there: Discord, fingerprints: RedisFingerprints
) -> None:
    """Nothing can be looked at: it is the caller's to say what to do."""
    with pytest.raises(ConfigError, match="Reset Token"):
        await anext(examined("old-token", there.api, frozenset(), fingerprints))


async def test_an_outage_on_the_way(there: Discord, fingerprints: RedisFingerprints) -> None:
    """What Discord does not answer ends the look, with what was found before it said."""
    there.fault("channels", DOWN, times=9)
    said = list[Check]()
    with pytest.raises(PlatformUnavailable):
        async for one in examined(
            there.token, there.api, frozenset({there.guild().id}), fingerprints
        ):
            said.append(one)
    assert said
