"""What REDIS_URL may say, and what is said of it."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import exceptions

from bot.errors import ConfigError, StoreUnavailable
from storage.address import Address, explained


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "http://h:1",
        "redis://:sec/ret@h:6379",
        "redis://u:1/secret@h:6379",
        "redis://u:1#secret@h:6379",
        "redis://h:port",
        "redis+sentinel://h:1",
        "redis://h?socket_timeout=secret",
    ],
)
def test_unreadable_address_is_not_repeated(url: str) -> None:
    """What cannot be read may hold a password: the error explains the forms instead."""
    with pytest.raises(ConfigError, match="REDIS_URL cannot be read") as caught:
        Address.parse(url)
    assert "sec" not in str(caught.value)


def test_sentinel_address_keeps_every_part() -> None:
    """Nodes with their default port, the service, the database, TLS and options are read."""
    address = Address.parse("rediss+sentinel://u:p%40ss@a,b:1/main/2?ssl_cert_reqs=none")
    assert address.nodes == (("a", 26379), ("b", 1))
    assert address.service == "main"
    assert address.shared_options == {
        "username": "u",
        "password": "p@ss",
        "db": 2,
        "ssl": True,
        "ssl_cert_reqs": "none",
    }


@given(st.text("abc@:/%#? ", min_size=3).map(lambda text: f"{text}hidden"))
def test_password_is_never_shown(password: str) -> None:
    """Whatever stands in a password, neither the address shown nor the error repeats it."""
    try:
        said = Address.parse(f"redis://user:{password}@h:6379/0").shown
    except ConfigError as error:
        said = str(error)
    assert "hidden" not in said


def test_unknown_host_is_named() -> None:
    """A name that cannot be resolved is told from a server that is down."""
    error = exceptions.ConnectionError("Error -2 connecting to h:6379.")
    error.__context__ = socket.gaierror(-2, "Name or service not known")
    with pytest.raises(StoreUnavailable, match="its host is unknown"), explained("redis://h"):
        raise error
