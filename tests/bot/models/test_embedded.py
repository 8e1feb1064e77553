"""The embedded model: real weights, in a process of its own."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from bot.completion import ChatMessage, Finished, Metered, Prompt, Role
from bot.errors import ModelAbsent, PromptTooLong
from bot.models.embedded import MODEL, Embedded
from bot.models.router import Models
from tests.bot.models.asking import ask, prompt, text

FRANCE = Prompt(
    f"embedded/{MODEL}",
    (
        ChatMessage(Role.SYSTEM, "You are a helpful assistant."),
        ChatMessage(Role.USER, "What is the capital of France?"),
    ),
    max_output_tokens=40,
    cache_key="c",
    safety_id="s",
)


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Embedded]:
    """The source, not yet started."""
    async with Embedded(tmp_path) as source:
        yield source


@pytest.mark.embedded
async def test_answer(embedded: Embedded) -> None:
    """It answers a simple question, counts its tokens, and knows no price."""
    async with Models([embedded]) as running:
        events = await ask(running, FRANCE)
    assert "Paris" in text(events)
    metered = next(event for event in events if isinstance(event, Metered))
    assert metered.usage.prompt_tokens > 10
    assert metered.cost is None
    assert isinstance(events[-1], Finished)


@pytest.mark.embedded
async def test_prompt_too_long(embedded: Embedded) -> None:
    """A prompt beyond its context is refused as that."""
    async with Models([embedded]) as running:
        with pytest.raises(PromptTooLong):
            await ask(running, prompt("word " * 20_000))


@pytest.mark.embedded
async def test_only_we_may_use_it(embedded: Embedded) -> None:
    """Its server wants the key that only its owner knows."""
    real = await embedded.ready()
    assert len(real.api_key) == 32
    assert real.is_loopback


def servers() -> list[psutil.Process]:
    """The models' processes among all that this test run started."""
    ours = psutil.Process().children()
    return [one for one in ours if any("llama_server" in word for word in one.cmdline())]


@pytest.mark.embedded
async def test_new_start_after_a_crash(embedded: Embedded) -> None:
    """When its process dies, the next question starts another one."""
    async with Models([embedded]) as running:
        await ask(running, FRANCE)
        (child,) = await asyncio.to_thread(servers)
        child.kill()
        assert "Paris" in text(await ask(running, FRANCE))


@pytest.mark.embedded
async def test_child_ends_with_its_owner(tmp_path: Path) -> None:
    """Killed without warning, the owner leaves no process behind."""
    code = (
        "import asyncio, sys; from pathlib import Path; from bot.models.embedded import Embedded\n"
        "async def main():\n"
        "    await Embedded(Path(sys.argv[1])).ready(); print('up', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())"
    )
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path), stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    assert await owner.stdout.readline() == b"up\n"
    children = await asyncio.to_thread(psutil.Process(owner.pid).children)
    owner.send_signal(signal.SIGKILL)
    await owner.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, children, 5)
    assert (len(children), alive) == (1, [])


async def test_not_installed(embedded: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the packages one sentence says what to do."""
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(ModelAbsent, match="make chat"):
        await embedded.ready()


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("before", "kept"), [(b"another chat's", True), (b"x" * 1_000_001, False)]
)
async def test_its_log_is_shared(
    embedded: Embedded, tmp_path: Path, before: bytes, *, kept: bool
) -> None:
    """A start leaves in the log what another chat's model wrote, unless it has grown large."""
    log = tmp_path / "embedded-model.log"
    log.write_bytes(before)
    await embedded.ready()
    assert log.read_bytes().startswith(before) is kept


@pytest.mark.embedded
async def test_no_place_for_its_log(tmp_path: Path) -> None:
    """A data directory that cannot be written is said, not guessed around."""
    with pytest.raises(ModelAbsent, match="cannot write its log"):
        await Embedded(tmp_path / "missing").ready()
