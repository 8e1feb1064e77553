"""The platforms of the suite, each made ready for the tests that it can be asked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.scripts import Client
from tests.contract import console_driver, discord_driver, slack_direct_driver, slack_driver
from tests.contract.driver import Ground, Platform, Stage, Talk
from tests.platforms.stores import Server

PLATFORMS: dict[str, Platform] = {
    "console": console_driver,
    "discord": discord_driver,
    "slack": slack_driver,
    "slack, directly": slack_direct_driver,
}


def pytest_configure(config: pytest.Config) -> None:
    """Register the one marker of the suite."""
    config.addinivalue_line("markers", "needs(*can): made only where all of this can happen")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make each test for the platforms on which what it needs can happen."""
    marker = metafunc.definition.get_closest_marker("needs")
    needed = set(marker.args) if marker else set()
    names = [name for name, platform in PLATFORMS.items() if needed <= platform.CAN]
    if "platform" in metafunc.fixturenames:
        metafunc.parametrize("platform", names, indirect=True)


@pytest.fixture
def platform(request: pytest.FixtureRequest) -> Platform:
    """One of them."""
    return PLATFORMS[request.param]


@pytest.fixture
def ground(
    client: Client,  # noqa: ARG001 - empties the store
    valkey: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Ground:
    """A place for one talk."""
    return Ground(valkey.url, tmp_path, monkeypatch.setenv)


@pytest.fixture
async def stage(platform: Platform, ground: Ground) -> AsyncIterator[Stage]:
    """The platform's messenger, and nobody else."""
    async with platform.stage(ground) as made:
        yield made


@pytest.fixture
async def talk(platform: Platform, ground: Ground) -> AsyncIterator[Talk]:
    """The whole program on the platform."""
    async with platform.talk(ground) as made:
        yield made
