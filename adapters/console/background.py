"""Calls that may block for ever, in a thread that holds up neither the loop nor the exit."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def in_background(call: Callable[[], T]) -> T:
    """The call's result or error; when cancelled, it is left to itself.

    ``asyncio.to_thread`` would keep the program from ending while somebody holds a pipe open.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: OSError | None) -> None:
        if future.done():
            return
        if error:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type] # a result where no error is

    def work() -> None:
        result, failed = None, None
        try:
            result = call()
        except OSError as error:
            failed = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, failed)

    Thread(target=work, daemon=True).start()
    return await future
