"""How a chat ends, and what it leaves behind."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.program import Program
from tests.platforms.model_server import ModelServer, Reply
from tests.platforms.stores import Server, single, until

NOTES = ("--conversation", "notes")
WORD = "sesame"


@pytest.fixture
def store() -> Iterator[Server]:
    """A store that a test can look into."""
    with single("--rdbcompression", "no") as server:
        yield server


def held(store: Server) -> str:
    """All that it holds, in its own encoding: texts can be read."""
    keys = store.ask("KEYS", "*")
    return "".join(f"{key} {store.ask('DUMP', key, encoding='latin-1')}\n" for key in keys)


def eternal(store: Server) -> list[str]:
    """The keys that do not go away by themselves."""
    return [key for key in store.ask("KEYS", "*") if store.ask("TTL", key) < 0]


@pytest.mark.parametrize("known", [False, True], ids=["unknown", "known"])
async def test_an_empty_input_is_a_short_chat(program: Program, *, known: bool) -> None:
    """With nothing to read the program greets, answers nothing, and ends with 0."""
    if known:
        await program.pipe("hi\n", *NOTES)
    done = await program.pipe("", *NOTES)
    assert f"notes: {'1 turn' if known else '0 turns'} remembered." in done.err
    assert (done.out, done.status) == ("", 0)


@pytest.mark.parametrize("end", ["bye", "SIGTERM", "SIGHUP"])
async def test_a_chat_without_a_name_leaves_no_text(
    program: Program, model: ModelServer, store: Server, end: str
) -> None:
    """Nothing that was said or set stays in the store, also when an answer was cut off."""
    process = await program.having(REDIS_URL=store.url, THREADWISE_DRAIN="0.1s").start()
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"/persona {WORD}\n{WORD}\n".encode())
    async with asyncio.timeout(20):
        await process.stdout.readuntil(b"[2 messages]")
        model.script(Reply([WORD, "more"], hold=asyncio.Event()))
        if end != "bye":
            process.stdin.write(WORD.encode() + b"\n")
            await process.stdout.readuntil(WORD.encode())
        assert WORD in held(store)
        if end == "bye":
            process.stdin.write(b"bye\n")
        else:
            process.send_signal(signal.Signals[end])
        assert await process.wait() == 0
    assert WORD not in held(store)
    assert eternal(store) == ["tw:layout"]


async def test_a_closed_window_leaves_the_answer_for_the_next_start(
    program: Program, model: ModelServer, store: Server
) -> None:
    """Whoever closes the window in mid-answer reads the whole answer when they come back."""
    program = program.having(REDIS_URL=store.url)
    hold = asyncio.Event()
    model.script(Reply(["begun ", "and ended"], hold=hold))
    async with program.terminal(*NOTES) as person:
        await person.sees(">")
        person.type("first\r")
        await person.sees("begun")
        person.close()
        hold.set()
        await asyncio.to_thread(until, lambda: "and ended" in held(store))
        person.signal(signal.SIGHUP)  # as a shell does it, a moment later
        await person.left()
    done = await program.pipe("", *NOTES)
    assert "left open" in done.err
    assert (done.out, len(model.requests)) == ("begun and ended\n", 1)


async def test_ctrl_c_twice_ends_one_answer(program: Program, model: ModelServer) -> None:
    """Pressed twice before the first text, it stops the answer once, and the program goes on."""
    model.script(Reply(first=60))
    async with program.terminal() as person:
        await person.sees(">")
        person.type("first\r")
        await model.until(lambda: model.open == 1)
        person.signal(signal.SIGINT)
        person.signal(signal.SIGINT)
        await person.sees("(stopped)")
        await person.sees(">")
        person.type("second\r")
        await person.sees("answer to: second [")
        person.type("\x04")
        assert await person.left() == 0
    assert model.disconnected == 1


async def test_nothing_begins_on_a_full_disk(program: Program) -> None:
    """Without room in the data directory the program says one sentence, and ends with 1."""
    data = program.home / "data"
    data.mkdir()
    (data / "users.lock").symlink_to(Path("/dev/full"))
    done = await program.pipe("hi\n")
    assert "No space left on device" in done.err
    assert "give it room" in done.err
    assert (done.out, done.err.count("\n"), done.status) == ("", 1, 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--conversation", ""), "A name has 1 to 100 printable characters."),
        (("--model", "a b"), "A model's name has no spaces"),
    ],
)
async def test_nothing_begins_with_options_that_make_no_sense(
    program: Program, words: tuple[str, ...], sentence: str
) -> None:
    """What is wrong with an option stands in the usage message, with status 2."""
    done = await program.pipe("hi\n", *words)
    assert f"Error: Invalid value for '{words[0]}': {sentence}" in done.err
    assert (done.out, done.status) == ("", 2)
