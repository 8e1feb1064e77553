"""The generated pages say what the code says; ``make docs`` writes them anew."""

from bot.config import variables
from storage.keys import TABLE
from tests.house import pages
from tests.house.project import ROOT


def read(path: str) -> str:
    """One file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_configuration_page_is_fresh() -> None:
    """docs/configuration.md lists every variable as the code reads it."""
    assert read("docs/configuration.md") == pages.configuration()


def test_the_example_file_is_fresh() -> None:
    """.env.example names every variable, with its default."""
    assert read(".env.example") == pages.env_example()


def test_every_variable_says_what_it_means() -> None:
    """No variable is documented by its name alone."""
    assert [name for name, field in variables().items() if not field.description] == []


def test_the_key_table_is_fresh() -> None:
    """docs/architecture.md shows the table of keys, and it is the one in storage/keys.py."""
    page = read("docs/architecture.md")
    (shown,) = pages.KEYS.findall(page)
    assert shown.count("\n") == len(TABLE) + 2
    assert page == pages.architecture(page)
