"""Writes the pages that are generated: ``python -m tests.house.pages``."""

import re
from pathlib import Path

from pydantic.fields import FieldInfo

from bot.config import variables
from storage.keys import TABLE
from tests.house.project import ROOT

CONFIGURATION = """\
# Configuration

Threadwise reads its settings from the environment, and from a file `.env` in the folder that it
is started in. A variable of the environment hides the one in `.env`, and an empty variable is an
unset one: `OPENAI_API_KEY= make chat` ignores the key in `.env`. In `.env` a `${…}` is taken as
it stands.

A time is a number with `s`, `m`, `h` or `d` behind it, or a number of seconds. Whatever is wrong
is reported at the start, all of it at once; so is a variable `THREADWISE_…` that does not exist.

| variable | default | meaning |
|---|---|---|
"""

ENV_EXAMPLE = """\
# Copy this file to .env and take the # away from what you need.
# docs/configuration.md says the same on one page.
"""

KEYS = re.compile(r"(?<=<!-- keys -->\n).*?(?=<!-- /keys -->)", re.DOTALL)
"""Where the key table stands in docs/architecture.md."""


def configuration() -> str:
    """docs/configuration.md."""
    rows = [
        f"| `{name}` | {_default(field)} | {_meaning(field)} |\n"
        for name, field in variables().items()
    ]
    return CONFIGURATION + "".join(rows)


def env_example() -> str:
    """.env.example."""
    blocks = [
        f"\n# {_meaning(field).replace('`', '')}\n#{name}={_value(field)}\n"
        for name, field in variables().items()
    ]
    return ENV_EXAMPLE + "".join(blocks)


def architecture(page: str) -> str:
    """docs/architecture.md, with the table of keys as it is now."""
    return KEYS.sub(lambda _: _key_table(), page)


def _key_table() -> str:
    head = "| key | type | lives | holds |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{row.name}` | {row.type} | {row.ttl} | {row.holds} |\n" for row in TABLE
    )


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _value(field: FieldInfo) -> str:
    return "" if field.is_required() or field.default_factory else str(field.default or "")


def _default(field: FieldInfo) -> str:
    value = _value(field)
    return f"`{value}`" if value else "needed" if field.is_required() else "unset"


def write(root: Path) -> None:
    """Bring every generated page up to date."""
    (root / "docs/configuration.md").write_text(configuration(), encoding="utf-8")
    (root / ".env.example").write_text(env_example(), encoding="utf-8")
    page = root / "docs/architecture.md"
    page.write_text(architecture(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write(ROOT)
