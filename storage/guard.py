"""Owns the embedded server: starts it, and ends it when its last user is gone.

Run as a file by ``python -I -S``: the standard library only, so that it is up in a moment.
Standard input is the locked file that says "a server may run on this data"; the server inherits
it, so that no other can start before the last process of this one is gone, however it ended.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading

if sys.platform != "win32":
    import fcntl

PR_SET_PDEATHSIG = 1
"""prctl(2), Linux: the signal that this process gets when its parent dies."""


def die_with_parent() -> None:
    """Between fork and exec: a server whose guard was killed saves and ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end_when_alone(users: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until no process holds ``users``; keep it until the server has saved and ended."""
    with open(users, "ab") as lock:  # noqa: PTH123 - pathlib would take longer than all the rest
        fcntl.flock(lock, fcntl.LOCK_EX)
        server.terminate()
        server.wait()


def main(users: str, *command: str) -> None:
    """Detach, run ``command`` as the server, and stay as long as it lives."""
    if os.fork():
        return
    server = subprocess.Popen(  # noqa: S603 - the starter's own command
        command,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - no thread runs yet
    )
    threading.Thread(target=end_when_alone, args=(users, server), daemon=True).start()
    server.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
