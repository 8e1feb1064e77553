"""The log keeps to one line per event, and keeps secrets to itself."""

import errno
import io
import json
import logging
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from bot import logs
from bot.completion import ChatMessage, Role
from bot.errors import ConfigError
from bot.messages import ConversationKey

pytestmark = pytest.mark.usefixtures("restored_logging")

HIDDEN = 'sk-"quoted"-secret'


@pytest.fixture(params=["text", "json"])
def log_format(request: pytest.FixtureRequest) -> logs.LogFormat:
    """Both formats, one after the other."""
    return "json" if request.param == "json" else "text"


def own() -> structlog.stdlib.BoundLogger:
    """A logger of the house."""
    return structlog.stdlib.get_logger("bot.test")


def test_an_event_is_one_line(log_format: logs.LogFormat) -> None:
    """Line breaks in an event's name or values do not make a second line."""
    stream = io.StringIO()
    logs.configure(log_format, stream, [])
    own().info("one\nevent", value="with\na break")
    assert stream.getvalue().count("\n") == 1


def test_json_is_json() -> None:
    """In the json format a line is one object: event, level, logger, time and values."""
    stream = io.StringIO()
    logs.configure("json", stream, [])
    key = ConversationKey("console", "w", "c")
    own().warning("turn", conversation=key, tokens=3, cost=None)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["logger"]) == ("turn", "warning", "bot.test")
    assert (line["conversation"], line["tokens"], line["cost"]) == (str(key), 3, None)
    assert line["timestamp"].endswith("Z")


def test_secrets_are_masked_wherever_they_stand(log_format: logs.LogFormat) -> None:
    """No configured secret is written: not as a value, not inside one, not in a traceback."""
    stream = io.StringIO()
    logs.configure(log_format, stream, [HIDDEN])
    own().info(HIDDEN, key=HIDDEN, wrapped=SecretStr(HIDDEN), inside=f"Bearer {HIDDEN}.")
    own().error("broke", error=ValueError(HIDDEN), exc_info=ValueError(HIDDEN))
    logging.getLogger("openai").warning("bad key %s", HIDDEN)
    text = stream.getvalue()
    assert "quoted" not in text
    assert "ValueError" in text
    assert "bad key ***" in text


def test_short_values_are_no_secrets() -> None:
    """A placeholder key such as "x" does not blot out the log."""
    stream = io.StringIO()
    logs.configure("text", stream, ["x"])
    own().info("next", model="phoenix")
    assert "phoenix" in stream.getvalue()


def test_what_people_wrote_is_not_logged_by_accident(log_format: logs.LogFormat) -> None:
    """A noun with text in it appears as its type's name, alone or in a list."""
    stream = io.StringIO()
    logs.configure(log_format, stream, [])
    message = ChatMessage(Role.USER, "my diary")
    own().info("asked", message=message, messages=[message])
    assert "diary" not in stream.getvalue()
    assert "<ChatMessage>" in stream.getvalue()


def test_libraries_speak_from_warning_on(log_format: logs.LogFormat) -> None:
    """Our own information is written; that of libraries is not, their warnings are."""
    stream = io.StringIO()
    logs.configure(log_format, stream, [])
    own().info("ours")
    for name in ("openai", "httpx2", "aiohttp.access", "stamina"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble")
    text = stream.getvalue()
    assert ("chatter" in text, "ours" in text, text.count("trouble")) == (False, True, 4)


def test_a_stream_that_is_no_terminal_gets_no_colours() -> None:
    """Text in a pipe or a file has no escape sequences."""
    stream = io.StringIO()
    logs.configure("text", stream, [])
    own().error("plain")
    assert "\x1b" not in stream.getvalue()


def test_a_file_takes_the_log(tmp_path: Path) -> None:
    """With a path the lines go to the end of that file."""
    path = tmp_path / "log"
    path.write_text("before\n")
    logs.configure("json", path, [])
    own().info("behind")
    assert [line[:6] for line in path.read_text().splitlines()] == ["before", '{"even']


def test_a_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full file gives way to a new one; the two before it are kept, older ones are not."""
    monkeypatch.setattr(logs, "LONGEST", 200)
    logs.configure("json", tmp_path / "log", [])
    for number in range(9):
        own().info(f"event {number} {'x' * 100}")
    kept = sorted(tmp_path.iterdir())
    assert [path.name for path in kept] == ["log", "log.1", "log.2"]
    assert [json.loads(path.read_text())["event"][:7] for path in kept] == [
        *("event 8", "event 7", "event 6")
    ]


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """A log in a folder that does not exist is a problem of the configuration."""
    with pytest.raises(ConfigError, match=r"cannot be written .*THREADWISE_DATA_DIR"):
        logs.configure("text", tmp_path / "missing" / "log", [])


class FullDisk(io.StringIO):
    """A stream that takes nothing."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_does_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A line that cannot be written is lost without a word, and the process goes on."""
    logs.configure("text", FullDisk(), [])
    own().info("lost")
    assert capsys.readouterr().err == ""
