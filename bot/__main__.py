"""``python -m bot``, and the command ``threadwise``."""

import sys

import click

from bot.cli import cli
from bot.errors import ConfigError, StoreError


def main() -> None:
    """Run the command line; what keeps it from beginning is said in sentences, with status 1."""
    try:
        cli(prog_name="threadwise")
    except (ConfigError, StoreError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
