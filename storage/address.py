"""What REDIS_URL says, and what a failed connection to it means, in sentences for the operator."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

from redis import exceptions
from redis.asyncio import SSLConnection
from redis.asyncio.connection import parse_url
from redis.asyncio.sentinel import MasterNotFoundError

from bot.errors import ConfigError, StoreUnavailable

SCHEMES = {
    f"{scheme}{topology}": topology.lstrip("+")
    for scheme in ("redis", "rediss")
    for topology in ("", "+sentinel", "+cluster")
} | {"unix": ""}
"""Scheme → topology: "" is one server."""

UNREADABLE = (
    "REDIS_URL cannot be read: write redis://[user:password@]host:port/db, with rediss:// for TLS,"
    " redis+sentinel://host,host/service, redis+cluster://host,host or unix:///path."
    " In a password, write @ / ? # : as %40 %2F %3F %23 %3A."
)


@dataclass(frozen=True, slots=True)
class Address:
    """A store's address, taken apart."""

    topology: str
    nodes: tuple[tuple[str, int], ...]
    service: str
    options: dict[str, Any]
    """What redis-py takes, from the whole URL."""
    shown: str
    """The address without user, password and options."""

    @property
    def shared_options(self) -> dict[str, Any]:
        """The options that hold for every node of a set or a cluster."""
        own = ("host", "port", "connection_class")
        options = {key: value for key, value in self.options.items() if key not in own}
        tls = self.options.get("connection_class") is SSLConnection
        return {**options, "ssl": True} if tls else options

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read REDIS_URL.

        Raises:
            ConfigError: it cannot be read; the URL itself is not repeated, it may hold a password.
        """
        try:
            return cls._parse(urlsplit(url))
        except ValueError as error:
            raise ConfigError(UNREADABLE) from error

    @classmethod
    def _parse(cls, url: SplitResult) -> Self:
        cut_short = "@" in url.path + url.query + url.fragment and url.scheme != "unix"
        if url.scheme not in SCHEMES or cut_short:
            raise ConfigError(UNREADABLE)
        topology = SCHEMES[url.scheme]
        user, at, hosts = url.netloc.rpartition("@")
        service, db = _service(url.path) if topology == "sentinel" else ("", url.path)
        first = url._replace(
            scheme=url.scheme.partition("+")[0], netloc=user + at + hosts.split(",")[0], path=db
        )
        return cls(
            topology,
            tuple(_node(host, 26379 if service else 6379) for host in hosts.split(",")),
            service,
            {**parse_url(first.geturl())},
            url._replace(netloc=hosts, query="", fragment="").geturl(),
        )


def _service(path: str) -> tuple[str, str]:
    service, slash, db = path.removeprefix("/").partition("/")
    if not service:
        raise ConfigError(UNREADABLE)
    return service, slash + db


def _node(host: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{host}")
    return parts.hostname or "localhost", parts.port or port


_MEANINGS: tuple[tuple[tuple[type[Exception], ...], type[Exception], str], ...] = (
    (
        (ssl.SSLCertVerificationError,),
        ConfigError,
        "we do not trust its certificate: add ?ssl_ca_certs=FILE or ?ssl_cert_reqs=none",
    ),
    (
        (ssl.SSLError,),
        ConfigError,
        "it does not speak TLS as we do: if it expects none, REDIS_URL begins with redis://",
    ),
    (
        (exceptions.AuthenticationError,),
        ConfigError,
        "it does not accept the user or password: correct them in REDIS_URL",
    ),
    (
        (exceptions.InvalidResponse,),
        ConfigError,
        "what answers there is not Redis: if it expects TLS, REDIS_URL begins with rediss://",
    ),
    (
        (MasterNotFoundError,),
        StoreUnavailable,
        "no Sentinel there knows a living master of this name: check the service in REDIS_URL",
    ),
    (
        (socket.gaierror,),
        StoreUnavailable,
        "its host is unknown: check the name in REDIS_URL, and the DNS",
    ),
    (
        (ConnectionRefusedError, FileNotFoundError),
        StoreUnavailable,
        "nothing listens there: start the server, or correct REDIS_URL",
    ),
    (
        (asyncio.TimeoutError, exceptions.TimeoutError),
        StoreUnavailable,
        "it did not answer in time: check the address, the firewall, and whether it expects TLS",
    ),
)
"""Cause → our error and its sentence; the first row that fits."""


@contextmanager
def explained(shown: str) -> Iterator[None]:
    """Say what a failed connection means, and what to do.

    Raises:
        ConfigError: only another configuration helps.
        StoreUnavailable: the store may come back.
    """
    try:
        yield
    except TypeError as error:  # from redis-py's constructors, for an option they do not take
        raise ConfigError(f"REDIS_URL has an option that is not known ({error}).") from error
    except (exceptions.RedisError, exceptions.RedisClusterException, OSError) as error:
        raise _meaning(shown, error) from error


def _meaning(shown: str, error: Exception) -> Exception:
    causes = list(_causes(error))
    for types, kind, meaning in _MEANINGS:
        if any(isinstance(cause, types) for cause in causes):
            return kind(f"The store at {shown} cannot be used: {meaning}.")
    hint = "if it expects TLS, REDIS_URL begins with rediss://"
    return StoreUnavailable(f"The store at {shown} cannot be used: {error} ({hint}).")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
