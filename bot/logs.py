"""The log: one event, one line, to a stream or a file; neither message text nor secrets.

In the text format a bug's traceback stands below its line.
"""

import logging
from collections.abc import Sequence
from decimal import Decimal
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Literal, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.errors import ConfigError
from bot.messages import ConversationKey

OWN = ("bot", "adapters", "storage")
"""Whose events are written from INFO on; everybody else's from WARNING on."""

SHOWN = (str, Decimal, ConversationKey, Path, BaseException)
"""What may stand in a line as text; of anything else only its type's name."""

SHORTEST = 6
"""Characters: what is shorter guards nothing, and would blot out ordinary words."""


LONGEST = 5_000_000
"""Bytes of the log's file: then it gives way to a new one."""

FORMER = 2
"""Files before it that are kept, as ``.1`` and ``.2``."""

LogFormat = Literal["text", "json"]


def configure(log_format: LogFormat, target: TextIO | Path, secrets: Sequence[str]) -> None:
    """Write every event of this process to ``target``, structlog's and the standard library's.

    Raises:
        ConfigError: the file cannot be written.
    """
    masked = Masked([secret for secret in secrets if len(secret) >= SHORTEST])
    handler = _handler(target)
    handler.setFormatter(_formatter(log_format, masked, colors=_is_terminal(target)))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.raiseExceptions = False  # a full disk must not fill the terminal instead
    for name in OWN:
        logging.getLogger(name).setLevel(logging.INFO)
    structlog.configure(
        processors=[*_common(), ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


class Masked:
    """A processor that lets through what may be shown, with no secret in it."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = sorted(secrets, key=len, reverse=True)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Clean every value of the event."""
        return {name: self._clean(value) for name, value in event.items()}

    def _clean(self, value: object) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        if not isinstance(value, SHOWN):
            return f"<{type(value).__name__}>"
        text = str(value)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _handler(target: TextIO | Path) -> logging.Handler:
    if not isinstance(target, Path):
        return logging.StreamHandler(target)
    try:
        return RotatingFileHandler(target, maxBytes=LONGEST, backupCount=FORMER, encoding="utf-8")
    except OSError as error:
        problem = f"The log {target} cannot be written ({error.strerror})"
        raise ConfigError(f"{problem}: set THREADWISE_DATA_DIR to a writable folder.") from error


def _formatter(log_format: LogFormat, masked: Masked, *, colors: bool) -> logging.Formatter:
    cleaned: list[Processor] = [
        ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        masked,
    ]
    if log_format == "json":
        rendered: list[Processor] = [structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        rendered = [_on_one_line, structlog.dev.ConsoleRenderer(colors=colors)]
    return ProcessorFormatter(processors=[*cleaned, *rendered], foreign_pre_chain=_common())


def _on_one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {**event, "event": event["event"].replace("\r", "\\r").replace("\n", "\\n")}


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _is_terminal(target: TextIO | Path) -> bool:
    return not isinstance(target, Path) and target.isatty()
