"""What people read when something went wrong."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from bot import errors, words

RAW = "Error code: 401 - {'error': 'sk-abc'}"
ARGUMENTS: dict[type[errors.ThreadwiseError], errors.ThreadwiseError] = {
    errors.PartFull: errors.PartFull(4711),
    errors.PartExpired: errors.PartExpired(4711),
    errors.PlatformBusy: errors.PlatformBusy(4711.5),
}


def _tree(root: type[errors.ThreadwiseError]) -> Iterator[type[errors.ThreadwiseError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


CLASSES = [kind for kind in _tree(errors.ThreadwiseError) if kind.__module__ == errors.__name__]


def _raised(kind: type[errors.ThreadwiseError]) -> errors.ThreadwiseError:
    return ARGUMENTS[kind] if kind in ARGUMENTS else kind(RAW)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_has_one_plain_sentence(kind: type[errors.ThreadwiseError]) -> None:
    """It is one sentence that says what to do, and nothing of the error's own text is in it."""
    error = _raised(kind)
    said = words.sentence(error)
    assert re.fullmatch(r"[A-Z][^.{}]+[;,] [^.{}]+\.", said), said
    assert str(error) not in said
    assert "4711" not in said


def test_every_error_has_its_own_sentence() -> None:
    """No two kinds of error read the same."""
    assert len({words.sentence(_raised(kind)) for kind in CLASSES}) == len(CLASSES) > 20


def test_the_reference_stands_in_the_sentence() -> None:
    """Where the log has a line, its reference is in the sentence, before its full stop."""
    assert words.sentence(errors.WrongKey(RAW), "abc123").endswith(" (reference abc123).")


@pytest.mark.parametrize(
    ("seconds", "when"),
    [
        (None, "in a minute"),
        (0, "in 1 second"),
        (1.2, "in 2 seconds"),
        (90, "in 90 seconds"),
        (91, "in 2 minutes"),
        (5_400, "in 90 minutes"),
        (86_400, "in 24 hours"),
    ],
)
@pytest.mark.parametrize("kind", [errors.RateLimited, errors.ModelUnavailable])
def test_a_wait_is_said(
    kind: type[errors.RateLimited | errors.ModelUnavailable], seconds: float | None, when: str
) -> None:
    """Who must wait reads for how long, rounded up."""
    assert words.sentence(kind(RAW, seconds)).endswith(f"ask again {when}.")


def test_a_busy_platform_says_how_long() -> None:
    """The platform's own wait is said as the provider's is."""
    assert words.sentence(errors.PlatformBusy(4.5)).endswith("try again in 5 seconds.")


def test_a_long_message_is_refused_with_its_length() -> None:
    """Who wrote too much reads how much it was, and how much may be."""
    said = words.too_long(120_000, 100_000)
    assert said == "This message has 120,000 characters, 100,000 are allowed; shorten it."


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (None, "unknown"),
        ("0", "free"),
        ("0.00009", "under $0.0001"),
        ("0.01234", "$0.0123"),
        ("1234.5", "$1,234.50"),
    ],
)
def test_money_is_short_and_never_rounded_to_nothing(dollars: str | None, text: str) -> None:
    """An unknown cost is unknown, none at all is free, and a tiny one is neither."""
    assert words.money(None if dollars is None else Decimal(dollars)) == text
