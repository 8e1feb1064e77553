"""Reading beside the loop."""

import asyncio
from io import BytesIO

from PIL import Image

from bot.reading import Picture, Text, read_in_thread


async def test_files_are_read_while_the_loop_runs() -> None:
    """The loop turns on while a file is read, and each file gives what it holds."""
    file = BytesIO()
    Image.new("RGB", (9, 9)).save(file, "PNG")
    turning = asyncio.Event()
    asyncio.get_running_loop().call_soon(turning.set)
    async with asyncio.TaskGroup() as group:
        image = group.create_task(read_in_thread("a.png", "", file.getvalue()))
        text = group.create_task(read_in_thread("a.txt", "", b"hello", limit=4))
        await turning.wait()
        assert not image.done()
    assert isinstance(image.result(), Picture)
    assert text.result() == Text("a.txt", "hell\n[cut: only the first 4 characters are here]")
