"""Whole chats with the real program: its store, its model's SDK, its pipes and its terminal."""

import asyncio
import json
import signal

import pytest

from tests.journeys.program import Program
from tests.platforms.model_server import (
    UNKNOWN_MODEL,
    Break,
    Failure,
    ModelServer,
    Reply,
)
from tests.platforms.stores import single

TWO = "first\nsecond\n"


async def test_three_questions_are_answered_in_context(program: Program) -> None:
    """Each line of a pipe is answered with those before it as history; answers alone on stdout."""
    done = await program.pipe("one\n\n   \ntwo\nthree")
    assert done.out == (
        "answer to: one [2 messages]\n\n"
        "answer to: two [4 messages]\n\n"
        "answer to: three [6 messages]\n"
    )
    assert done.status == 0
    assert "tokens, " in done.err


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (Failure(401, "invalid_api_key"), "refuses the API key"),
        (Failure(429, "rate_limit_exceeded", headers={"Retry-After": "70"}), "in 70 seconds"),
        (Failure(500), "cannot be reached"),
        (UNKNOWN_MODEL, "no such model"),
        (Reply("half of", broken=Break.DROP), "broke off"),
    ],
    ids=["wrong key", "rate limit", "server error", "unknown model", "dropped stream"],
)
async def test_a_failed_question_says_one_sentence_and_is_forgotten(
    program: Program, model: ModelServer, behaviour: Failure | Reply, sentence: str
) -> None:
    """The failure is a sentence with a reference that the log knows; no later prompt has it."""
    model.script(behaviour)
    done = await program.pipe(TWO)
    failed, second = done.out.strip().rsplit("\n\n", 1)
    reference = failed.rsplit("(reference ", 1)[1].split(")")[0]
    assert sentence in failed
    assert second == "answer to: second [2 messages]"
    assert reference in (program.home / "data" / "threadwise.log").read_text()
    assert "Traceback" not in done.err
    assert done.status == 1


async def test_an_unreachable_provider_is_a_sentence(program: Program) -> None:
    """With nobody at the address, each question gets its sentence, and the program goes on."""
    done = await program.having(OPENAI_BASE_URL="http://127.0.0.1:9/v1").pipe(TWO)
    assert done.out.count("cannot be reached; ask again in a minute (reference ") == 2
    assert done.status == 1


async def test_commands_and_farewells_are_no_questions(
    program: Program, model: ModelServer
) -> None:
    """Commands are answered by the bot itself, in the table's words; ``bye`` ends the chat."""
    done = await program.pipe("/help\n/hepl\n/persona a pirate\nhello\nBYE\nnever\n")
    assert "`/usage`" in done.out
    assert "did you mean `/help`?" in done.out
    assert [one.body["messages"][0]["content"] for one in model.requests] == ["a pirate"]
    assert done.status == 0


async def test_raw_shows_the_fields_of_the_response(program: Program) -> None:
    """``--raw`` writes id, model, finish_reason and usage as JSON, apart from the answer."""
    done = await program.pipe("hello\n", "--raw")
    fields = json.loads(done.err[done.err.index("{") :])
    assert (fields["id"], fields["model"]) == ("chatcmpl-1", "gpt-6-luna")
    assert fields["finish_reason"] == "stop"
    assert fields["usage"]["completion_tokens"] == 5
    assert done.out == "answer to: hello [2 messages]\n"


async def test_system_and_model_replace_the_defaults(program: Program, model: ModelServer) -> None:
    """``--system`` and ``--model`` reach the model, also where other ones were set before."""
    await program.pipe("/persona a pirate\n/model gpt-6-luna\n", "--conversation", "ship")
    await program.pipe("hi\n", *("--conversation", "ship", "--system", "a cook", "--model", "m2"))
    body = model.requests[0].body
    assert body["model"] == "m2"
    assert body["messages"][0]["content"] == "a cook"


async def test_a_provider_without_the_default_model_is_asked_for_its_first(
    program: Program, model: ModelServer
) -> None:
    """Where the default model is not listed, the first that is answers, and that is said."""
    model.models = {"llama3": None, "phi": None}
    done = await program.pipe("hi\n")
    assert "llama3 answers" in done.err
    assert [one.body["model"] for one in model.requests] == ["llama3"]


async def test_a_model_to_be_shut_down_is_warned_of(program: Program, model: ModelServer) -> None:
    """The provider's shutdown date of the chosen model is said at the start."""
    model.models = {"gpt-6-luna": "2026-12-31"}
    process = await program.start()
    assert process.stderr
    async with asyncio.timeout(20):
        while b"shuts down the model gpt-6-luna on 2026-12-31" not in (
            await process.stderr.readline()
        ):
            continue
        await process.communicate(b"bye\n")


async def test_odd_input_is_cleaned_or_refused(program: Program, model: ModelServer) -> None:
    """NUL and invalid UTF-8 are replaced, a megabyte is refused, and the next line is answered."""
    done = await program.pipe(b"a\0b \xff\n" + b"x" * 1_000_000 + b"\nend")
    assert model.requests[0].body["messages"][-1]["content"] == "a\ufffdb \ufffd"
    assert "1,000,000 characters, 100,000 are allowed" in done.out
    assert done.out.endswith("answer to: end [4 messages]\n")
    assert done.status == 1


async def test_the_model_does_not_drive_the_terminal(program: Program, model: ModelServer) -> None:
    """Escape sequences never come out; the text around them does, code fences as they were."""
    text = ["\x1b[3", "1mred\x1b]0;title\x07", "\n```\n", "a\n", "b\n", "``", "`\nend"]
    model.script(Reply(text, delay=0.06))
    done = await program.pipe("go\n")
    assert done.out == "red\n```\na\nb\n```\nend\n"


async def test_an_output_that_closes_ends_quietly(program: Program) -> None:
    """When nobody reads the answers any more, the program ends without a traceback."""
    process = await program.start()
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdin.write(b"one\n")
    async with asyncio.timeout(20):
        assert await process.stdout.readline() == b"answer to: one [2 messages]\n"
        process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]  # noqa: SLF001 - as `head` does
        process.stdin.write(b"two\nthree\n")
        err = await process.stderr.read()
        await process.wait()
    assert b"Error" not in err


async def test_nothing_begins_with_an_unreadable_env_file(program: Program) -> None:
    """A ``.env`` that is a directory is one sentence and status 1."""
    (program.home / ".env").mkdir()
    done = await program.pipe("hi\n")
    assert (done.out, done.status) == ("", 1)
    assert done.err.startswith(".env cannot be read")
    assert done.err.count("\n") == 1


async def test_nothing_begins_without_a_data_directory(program: Program) -> None:
    """A data directory that cannot be made is one sentence and status 1."""
    (program.home / "data").write_text("a file")
    done = await program.pipe("hi\n")
    assert done.err.startswith("The data directory ")
    assert (done.err.count("\n"), done.status) == (1, 1)


async def test_a_question_cut_off_by_kill_is_answered_at_the_next_start(
    program: Program, model: ModelServer
) -> None:
    """After kill -9 in mid-answer the same conversation answers it first, with its history."""
    words = ("--conversation", "notes")
    await program.pipe("one\n", *words)
    model.script(Reply(hold=asyncio.Event()))
    process = await program.start(*words)
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"two\n")
    async with asyncio.timeout(20):
        await process.stdout.readexactly(len(b"answer"))
    process.kill()
    await process.wait()
    done = await program.pipe("three\n", *words)
    assert "1 turn remembered" in done.err
    assert "left open" in done.err
    assert done.out == "answer to: two [4 messages]\n\nanswer to: three [6 messages]\n"
    assert done.status == 0


async def test_ctrl_c_stops_the_answer_not_the_program(
    program: Program, model: ModelServer
) -> None:
    """In a terminal Ctrl-C ends the running answer, at the prompt it only says how to leave."""
    model.script(Reply(["**begun** ", "more"], hold=asyncio.Event()))
    async with program.terminal() as person:
        await person.sees(">")
        person.type("first\r")
        await person.sees("begun")
        person.signal(signal.SIGINT)
        await person.sees("(stopped)")
        await person.sees(">")
        person.type("nonsense\x03")
        await person.sees("quit leaves")
        person.type("second\r")
        await person.sees("answer to: second")
        person.type("\x04")
        assert await person.left() == 0
    assert model.disconnected == 1


async def test_a_terminal_shows_markdown(program: Program, model: ModelServer) -> None:
    """Marks become styles, HTML stays readable, and what was typed ahead is the next question."""
    model.script(Reply("# Title\n\n**bold** <b>html</b>\n\n- item\n\n```\ncode\n```\n"))
    async with program.terminal() as person:
        await person.sees(">")
        person.type("first\rnext\r")
        await person.sees("bold <b>html</b>")
        await person.sees("code")
        await person.sees("answer to: next [4 messages]")
        person.type("quit\r")
        assert await person.left() == 0
    assert "**" not in person.seen


async def test_piped_questions_are_answered_on_a_screen(program: Program) -> None:
    """With its input piped and its output a terminal, it answers there and ends with the input."""
    async with program.terminal(stdin=asyncio.subprocess.PIPE) as person:
        assert person.process.stdin
        person.process.stdin.write(b"one\n")
        person.process.stdin.close()
        await person.sees("answer to: one [2 messages]")
        assert await person.left() == 0


async def test_sigterm_lets_the_answer_end(program: Program, model: ModelServer) -> None:
    """After SIGTERM the running answer is finished and shown before the program ends with 0."""
    hold = asyncio.Event()
    model.script(Reply(["begun ", "and ended"], hold=hold))
    process = await program.start()
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"go\nnever\n")
    async with asyncio.timeout(20):
        await process.stdout.readexactly(len(b"begun"))
        process.terminate()
        hold.set()
        assert await process.stdout.read() == b" and ended\n"
        assert await process.wait() == 0
    assert len(model.requests) == 1


async def test_a_store_that_goes_away_in_mid_turn_comes_back(
    program: Program, model: ModelServer
) -> None:
    """Somebody who waits is told; the question is answered, and kept, once the store is back."""
    with single("--appendonly", "yes") as store:
        hold = asyncio.Event()
        model.script(Reply(hold=hold))
        process = await program.having(REDIS_URL=store.url).start("--conversation", "x")
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(b"one\n")
        async with asyncio.timeout(40):
            await process.stdout.readexactly(len(b"answer"))
            store.kill()
            while b"The store cannot be reached" not in await process.stderr.readline():
                continue
            store.start()
            hold.set()
            out, _ = await process.communicate(b"two\n")
        assert out.endswith(b"answer to: one [2 messages]\n\nanswer to: two [4 messages]\n")
        assert await process.wait() == 0
