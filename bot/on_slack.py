"""Slack, put together with the core."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from adapters.slack.client import PATH, Bot
from adapters.slack.homes import Direct, Homes, People
from adapters.slack.inbound import PLATFORM
from adapters.slack.login import connectable, look, web
from adapters.slack.messenger import SlackMessenger
from adapters.slack.modes import Features, Modes
from adapters.slack.parts import Tools
from adapters.slack.reader import SlackReader
from adapters.slack.status import Status
from adapters.slack.tiers import RULES, lane_of
from adapters.slack.ways import Ways
from bot.access import Access
from bot.app import Core
from bot.messages import Account
from bot.pacing import Scheduler
from bot.pacing.rolling import LocalRolling, careful
from bot.side import Side
from bot.values import plain
from storage.pacing import RollingAllowance
from storage.tokens import RedisMarks


@asynccontextmanager
async def slack_side(core: Core) -> AsyncIterator[Side]:
    """Find out who the bot is on Slack, and be ready for as long as the block runs.

    Raises:
        ConfigError: a token is wrong, or Slack cannot be reached.
    """
    config, clock, url = core.config, core.clock, core.config.slack_api_url
    token, app_token = plain(config.slack_bot_token), plain(config.slack_app_token)
    me = (await look(token, url)).me
    if app_token:
        await connectable(app_token, url, me.app)
    allowance = RollingAllowance(core.client, core.keys, me.account, RULES, clock)
    access, features = Access(core.reader, clock), Features()
    modes = Modes(access, features)
    pacer = Scheduler(allowance, lane_of(modes.of), clock, LocalRolling(clock, careful(RULES)))
    ways = Ways(
        door=core.door,
        conversations=core.inbox,
        commands=core.commands,
        access=access,
        notices=core.notices,
        marks=RedisMarks(core.client, core.keys),
        pacer=pacer,
        clock=clock,
        command=config.slack_command,
        admins=config.slack_admins,
        max_age=config.max_age,
    )
    async with aiohttp.ClientSession() as session:
        client = web(token, url, session)
        people = People(client, me, clock, config.slack_admins)
        homes = Homes(client, me, people, Direct(client, me, access, features))
        status = Status(client, features, clock)
        tools = Tools(client, me, modes, features, people, clock, status, allowance.busy)
        secret = plain(config.slack_signing_secret)
        bot = Bot(homes, ways, modes, features, app_token=app_token, signing_secret=secret)
        yield Side(
            platform=PLATFORM,
            account=Account(me.account),
            messenger=SlackMessenger(tools, pacer),
            pacer=pacer,
            reader=SlackReader(client, session, pacer, homes),
            listen=bot.listen,
            pace=pacer.run,
            posts={} if app_token else {PATH: bot.take},
        )
