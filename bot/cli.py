"""The command line: ``threadwise chat``, ``run``, ``doctor`` and ``slack manifest``."""

import asyncio
from collections.abc import Callable

import click

from bot import __version__
from bot.config import load
from bot.settings import PARSERS, Value

_NAME = 100
"""Characters that a conversation's name may have."""


def _setting(name: str) -> Callable[[click.Context, click.Parameter, str | None], Value | None]:
    """What reads an option as the setting of this name."""

    def read(_: click.Context, __: click.Parameter, value: str | None) -> Value | None:
        if value is None:
            return None
        try:
            return PARSERS[name](value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return read


def _name(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not (value.isprintable() and 0 < len(value) <= _NAME):
        raise click.BadParameter(f"A name has 1 to {_NAME} printable characters.")
    return value


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="threadwise", message="%(prog)s %(version)s")
def cli() -> None:
    """Threadwise: a self-hosted ChatGPT bot. Configured by environment variables and .env."""


@cli.command()
@click.option(
    "--conversation", metavar="NAME", callback=_name, help="Go on with this talk; keep it."
)
@click.option(
    "--system", metavar="TEXT", callback=_setting("persona"), help="What the bot shall be."
)
@click.option("--model", callback=_setting("model"), help="The model, or provider/model.")
@click.option("--raw", is_flag=True, help="Show the response's fields after each answer.")
def chat(conversation: str | None, system: str | None, model: str | None, *, raw: bool) -> None:
    """Chat in the terminal, or answer each line of a pipe."""
    from bot.chat import Options  # noqa: PLC0415 - what one command needs, the others do not load
    from bot.chat import chat as talk  # noqa: PLC0415

    given = {"persona": system, "model": model}
    settings = {name: value for name, value in given.items() if value is not None}
    raise SystemExit(asyncio.run(talk(load(), Options(conversation, settings, raw))))


@cli.command()
@click.argument("platforms", nargs=-1, type=click.Choice(["discord", "slack", "worker"]))
@click.option("--demo", is_flag=True, help="Answer with a tiny embedded model, often wrong.")
def run(platforms: tuple[str, ...], *, demo: bool) -> None:
    """Serve these platforms; with none named, all that have a token."""
    from bot.run import run as serve  # noqa: PLC0415

    asyncio.run(serve(load(), platforms, demo=demo))


@cli.command()
def doctor() -> None:
    """Check everything that is needed, and say what to do."""
    from bot.doctor import doctor as examine  # noqa: PLC0415

    raise SystemExit(int(asyncio.run(examine(load(), click.echo)) > 0))


@cli.group()
def slack() -> None:
    """Install the bot in Slack."""


@slack.command()
@click.option("--least", is_flag=True, help="Mentions and direct messages only: fewest scopes.")
@click.option("--name", default="Threadwise", show_default=True, help="What the app is called.")
@click.option("--command", default="", help="Its slash command.  [default: SLACK_COMMAND, or /ai]")
@click.option("--http", default="", metavar="URL", help="Where Slack reaches PORT: no sockets.")
def manifest(*, least: bool, name: str, command: str, http: str) -> None:
    """Print what to paste at api.slack.com/apps: Create New App, From a manifest."""
    from bot.doctor import slack_manifest  # noqa: PLC0415

    click.echo(slack_manifest(load(), command, least=least, name=name, url=http))
