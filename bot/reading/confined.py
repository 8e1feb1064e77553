"""Runs a script within limits: ``python confined.py SECONDS SCRIPT …``, the file on its stdin.

The files that it is for are made to be decoded by large libraries, in C or by rules like a
program's: one may ask for any time and memory, and a broken one may raise anything, as pypdf says
of itself. So each has a process that ends with it.

https://pypdf.readthedocs.io/en/stable/user/security.html
https://pillow.readthedocs.io/en/stable/handbook/security.html
"""

import os
import runpy
import sys

_MEMORY = 2**29


def confine(seconds: int) -> None:
    """Give way to answers that stream, and end even when nobody is left to end this process."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has none

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    confine(int(sys.argv[1]))
    runpy.run_path(sys.argv[2], run_name="__main__")
