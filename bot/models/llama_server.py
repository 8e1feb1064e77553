"""The embedded model's own process: llama.cpp's server, on loopback, while its owner lives.

Started by ``embedded``, as a script: one line of JSON on its input says what to serve, one line on
its output where. The end of its input is the end of its owner, ``kill -9`` included, and its own.
"""

import json
import os
import sys
from importlib import import_module
from typing import Any

_engine = import_module("xllamacpp")  # no dependency of ours, and without types


def _parameters(model: str, key: str, max_output_tokens: int) -> Any:
    p = _engine.CommonParams()
    p.model.path, p.model_alias = model, {"smollm2-135m"}
    p.hostnames, p.port, p.ui, p.offline, p.verbosity = ["127.0.0.1"], 0, False, True, 0
    p.api_keys = [key]  # it answers any web page's origin: without a key, a browser could use it
    p.n_parallel, p.n_ctx, p.kv_unified = 4, 8192, True  # four answers at once share the context
    p.cache_ram_mib = 64  # the default is 8 GiB
    p.n_predict = max_output_tokens
    p.sampling.temp, p.sampling.penalty_repeat = 0.0, 1.1  # so small a model needs both
    # never all cores: its threads spin, and the bot would starve
    p.cpuparams.n_threads = p.cpuparams_batch.n_threads = max(1, min(4, (os.cpu_count() or 2) - 1))
    return p


def main() -> None:
    """Serve until the input ends."""
    server = _engine.Server(_parameters(**json.loads(sys.stdin.readline())))
    print(f"{server.listening_address}/v1", flush=True)  # noqa: T201 - the protocol
    sys.stdin.read()
    os._exit(0)  # its threads would take a second to end


if __name__ == "__main__":
    main()
