"""Discord, put together with the core."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from adapters.discord.client import Bot
from adapters.discord.login import account_name, logged_in, look
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.reader import DiscordReader
from adapters.discord.rooms import Rooms
from adapters.discord.ways import Ways
from bot.access import Access
from bot.app import Core
from bot.errors import ConfigError
from bot.messages import Account
from bot.pacing import Scheduler
from bot.side import Side
from storage.pacing import RedisAllowance
from storage.tokens import RedisFingerprints, RedisMarks, RedisTokens

PLATFORM = "discord"
_PUBLIC = (
    "Everybody can add this application to their guild, at your cost: name your guilds in"
    " DISCORD_GUILDS, or switch Public Bot off in the developer portal."
)


@asynccontextmanager
async def discord_side(core: Core) -> AsyncIterator[Side]:
    """Log in to Discord, for as long as the block runs.

    Raises:
        ConfigError: the token is wrong, Discord cannot be reached, or anybody could spend.
    """
    config, clock = core.config, core.clock
    token = config.discord_bot_token
    if token is None:
        raise ConfigError("DISCORD_BOT_TOKEN is missing: set it, or do not run discord.")
    application = await look(token.get_secret_value(), config.discord_api_url)
    if application.public and not config.discord_guilds:
        raise ConfigError(_PUBLIC)
    account = account_name(application.id)
    allowance = RedisAllowance(core.client, core.keys, account)
    rooms = Rooms()
    pacer = Scheduler(allowance, rooms.lane, clock)
    bot = Bot(content=application.content, learn=pacer.learn)
    rooms.client, tokens = bot, RedisTokens(core.client, core.keys)
    ways = Ways(
        door=core.door,
        conversations=core.inbox,
        commands=core.commands,
        access=Access(core.reader, clock),
        notices=core.notices,
        tokens=tokens,
        fingerprints=RedisFingerprints(core.client, core.keys),
        marks=RedisMarks(core.client, core.keys),
        pacer=pacer,
        clock=clock,
        guilds=config.discord_guilds,
    )
    async with logged_in(bot, token.get_secret_value()), aiohttp.ClientSession() as session:
        yield Side(
            platform=PLATFORM,
            account=Account(account),
            messenger=DiscordMessenger(bot, rooms, pacer, tokens, clock),
            pacer=pacer,
            reader=DiscordReader(bot, session, pacer, bot.me),
            listen=lambda: bot.listen(ways),
            pace=pacer.run,
        )
