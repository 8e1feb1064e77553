"""What a chat shares with others: its store, its conversation, and a port."""

import asyncio
import re
import signal
from asyncio.subprocess import Process
from collections.abc import Iterator

import aiohttp
import pytest

from tests.journeys.program import Program
from tests.platforms.model_server import UNKNOWN_MODEL, ModelServer, Reply
from tests.platforms.stores import Server, free_port, single, until

TOGETHER = ("--conversation", "together")


@pytest.fixture
def store() -> Iterator[Server]:
    """A store that nobody but the test starts again."""
    with single("--appendonly", "yes") as server:
        yield server


@pytest.fixture
def shared(program: Program, store: Server) -> Program:
    """The program, over that store."""
    return program.having(REDIS_URL=store.url)


async def _two(shared: Program) -> tuple[Process, Process]:
    """Two chats of one conversation; the first alone sees that it is asked "one", and begins."""
    first, second = await shared.start(*TOGETHER), await shared.start(*TOGETHER)
    assert first.stdin
    assert first.stdout
    assert second.stdin
    assert second.stdout
    second.stdin.write(b"stop\n")
    assert await second.stdout.readline() == b"Nothing runs here.\n"
    second.send_signal(signal.SIGSTOP)
    first.stdin.write(b"one\n")
    await first.stdout.readexactly(len(b"answer"))
    second.send_signal(signal.SIGCONT)
    return first, second


async def test_two_chats_of_one_conversation_read_every_answer(
    shared: Program, model: ModelServer, store: Server
) -> None:
    """Who claims a question prints its answer; whoever asked prints it too, from the store."""
    hold = asyncio.Event()
    model.script(Reply(hold=hold))
    async with asyncio.timeout(20):
        first, second = await _two(shared)
        assert second.stdin
        second.stdin.write(b"two\n")
        (inbox,) = store.ask("KEYS", "*:inbox:*")
        await asyncio.to_thread(until, lambda: store.ask("ZCARD", inbox) == 2)
        second.send_signal(signal.SIGSTOP)  # so that the first one claims both
        hold.set()
        await asyncio.to_thread(until, lambda: not store.ask("EXISTS", inbox))
        second.send_signal(signal.SIGCONT)
        (ours, _), (theirs, _) = await asyncio.gather(
            first.communicate(b""), second.communicate(b"")
        )
    assert ours == b" to: one [2 messages]\n\nanswer to: two [4 messages]\n"
    assert theirs == b"\nanswer to: two [4 messages]\n"
    assert (first.returncode, second.returncode) == (0, 0)


async def test_stop_typed_in_one_chat_stops_the_other(shared: Program, model: ModelServer) -> None:
    """The word alone ends the conversation's running answer, wherever that is written."""
    model.script(Reply(hold=asyncio.Event()))
    async with asyncio.timeout(20):
        first, second = await _two(shared)
        assert second.stdin
        assert second.stdout
        second.stdin.write(b"Stop\n")
        assert await second.stdout.readuntil(b".\n") == b"\nStopping.\n"
        out, _ = await first.communicate(b"")
        await second.communicate(b"")
    assert out == b"\n\n*(stopped)*\n"
    assert (first.returncode, second.returncode, model.disconnected) == (0, 0, 1)


async def test_a_question_that_the_store_cannot_take_is_asked_again(
    shared: Program, model: ModelServer, store: Server
) -> None:
    """While the store is away a question is refused in one sentence; later ones are answered."""
    process = await shared.start(*TOGETHER)
    assert process.stdin
    assert process.stdout
    assert process.stderr
    async with asyncio.timeout(40):
        process.stdin.write(b"one\n")
        await process.stdout.readuntil(b"[2 messages]\n")
        await process.stderr.readuntil(b"tokens, cost unknown\n")
        store.kill()
        process.stdin.write(b"two\n")
        said = await process.stderr.readline()
        await asyncio.to_thread(store.start)
        out, err = await process.communicate(b"three\n")
    assert said.startswith(b"The store cannot be reached; try again ")
    assert said.endswith(b" The question was not accepted: ask it again then.\n")
    assert out == b"\nanswer to: three [4 messages]\n"
    assert (len(model.requests), process.returncode) == (2, 1)
    assert b"Traceback" not in err


async def test_a_store_that_stays_away_is_said_each_time(shared: Program, store: Server) -> None:
    """Commands and Ctrl-C get their sentence; the program still ends when it is told to."""
    process = await shared.start()
    assert process.stdin
    assert process.stdout
    assert process.stderr
    async with asyncio.timeout(40):
        process.stdin.write(b"/persona a pirate\n")
        await process.stdout.readline()
        store.kill()
        process.stdin.write(b"/persona a cook\n")
        await process.stderr.readuntil(b"The store cannot be reached; ")
        await process.stderr.readline()
        process.send_signal(signal.SIGINT)
        await process.stderr.readuntil(b"The store cannot be reached; ")
        _, err = await process.communicate(b"bye\n")
    assert b"Traceback" not in err
    assert process.returncode == 1
    assert "not forgotten" in (shared.home / "data" / "threadwise.log").read_text()


async def test_health_and_counters_are_served_while_it_chats(program: Program) -> None:
    """With PORT set, /healthz and /metrics answer between two questions."""
    port = free_port()
    process = await program.having(PORT=str(port)).start()
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"one\n")
    async with asyncio.timeout(20), aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        await process.stdout.readuntil(b"[2 messages]\n")
        async with session.get("/healthz") as health, session.get("/metrics") as metrics:
            assert (health.status, await health.text()) == (200, "ok")
            assert re.search(r"accepted\S* 1\.0", await metrics.text())
        out, _ = await process.communicate(b"two\n")
    assert (out, process.returncode) == (b"\nanswer to: two [4 messages]\n", 0)


async def test_nothing_begins_on_a_port_in_use(program: Program) -> None:
    """Where another program listens already, one sentence says so, and the status is 1."""
    async with await asyncio.start_server(print, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        done = await program.having(PORT=str(port)).pipe("hi\n")
    assert done.err.startswith(f"PORT: nothing can listen on {port} (")
    assert (done.out, done.err.count("\n"), done.status) == ("", 1, 1)


async def test_what_was_left_open_waits_for_the_model_to_be_chosen(
    program: Program, model: ModelServer
) -> None:
    """Without the default model, the provider answers a left question with what it has."""
    model.models = {"m": None}
    model.for_model("gpt-6-luna", UNKNOWN_MODEL)
    model.script(Reply(hold=asyncio.Event()))
    process = await program.start("--conversation", "notes")
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"one\n")
    async with asyncio.timeout(20):
        await process.stdout.readexactly(len(b"answer"))
    process.kill()
    await process.wait()
    done = await program.pipe("", "--conversation", "notes")
    assert done.out == "answer to: one [2 messages]\n"
    assert [request.body["model"] for request in model.requests] == ["m", "m"]
