"""The log format: one line per event, as text or JSON, without any text of the data.

Error messages quote the value that caused them. So an error is logged as its type and the lines of
code in its traceback, without its message. Texts in messages of other packages are left out too.
"""

import json
import linecache
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

LogFormat = Literal["text", "json"]

OURS = ("queries", "dashboard")
"""The top-level loggers of Chatscape; their messages contain no text of the data."""

LEFT_OUT = "…"
"""Replaces a text in the message of another package."""

MESSAGE_CHARS_MAX = 300
FRAMES_MAX = 60

_FIELDS = "chatscape_fields"
_PACKAGES = Path(__file__).parent.parent


def fields(**values: str | float) -> dict[str, dict[str, str | float]]:
    """The fields of an event, names and numbers, for the argument ``extra`` of a logger."""
    return {_FIELDS: values}


class JsonLines(logging.Formatter):
    """One JSON object per line.

    Its keys are ``time`` (UTC, ISO 8601), ``level``, ``logger``, ``message``, the fields of the
    event, and for an error ``error`` (its type and those of its causes) and ``trace`` (lines of
    code).
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        event: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
            **getattr(record, _FIELDS, {}),
        }
        if error := _error_of(record):
            event |= {"error": " from ".join(_types(error)), "trace": list(_lines(error))}
        return json.dumps(event, ensure_ascii=False, default=lambda value: type(value).__name__)


class TextLines(logging.Formatter):
    """The same for people: one line, with the traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The lines of an event."""
        values = "".join(f" {name}={value}" for name, value in getattr(record, _FIELDS, {}).items())
        line = f"{_time(record)} {record.levelname} {record.name}: {message_of(record)}{values}"
        if error := _error_of(record):
            steps = [f"    {at}" for at in _lines(error)]
            return "\n".join([line, "Traceback:", *steps, " from ".join(_types(error))])
        return line


_FORMATS: dict[str, type[logging.Formatter]] = {"text": TextLines, "json": JsonLines}


def configure_logging(format_: LogFormat, stream: Any = None) -> logging.Handler:  # noqa: ANN401
    """Write the log of this process, and nothing else, to standard error.

    Uncaught errors and Python warnings are logged in the same format.

    Args:
        format_: text or JSON.
        stream: where to write instead of standard error.

    Returns:
        The handler of the root logger.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_FORMATS[format_]())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable
    return handler


def message_of(record: logging.LogRecord) -> str:
    """The message of an event, without texts that may be from the data."""
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if record.name == "py.warnings":
        return _warning(record)
    is_ours = record.name.partition(".")[0] in OURS
    template = record.msg if is_ours else record.msg.partition("\n")[0][:MESSAGE_CHARS_MAX]
    args = record.args if isinstance(record.args, tuple) else (record.args,)
    try:
        return (
            template % tuple(_loggable(arg, is_ours=is_ours) for arg in args) if args else template
        )
    except (TypeError, ValueError):
        return template


def _loggable(arg: object, *, is_ours: bool) -> object:
    if isinstance(arg, bool | int | float):
        return arg
    if isinstance(arg, BaseException):
        return type(arg).__name__
    return arg if is_ours else LEFT_OUT


def _warning(record: logging.LogRecord) -> str:
    """The place and the category of a Python warning."""
    return ": ".join(record.getMessage().partition("\n")[0].split(": ")[:2])


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _error_of(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if isinstance(record.exc_info, tuple) else None


def _types(error: BaseException) -> list[str]:
    """The types of an error and its causes, outermost first."""
    return [f"{type(cause).__module__}.{type(cause).__qualname__}" for cause in _chain(error)]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and its causes; of an exception group, the first error."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        if isinstance(link, BaseExceptionGroup):
            link = link.exceptions[0]
        else:
            link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _lines(error: BaseException) -> Iterator[str]:
    """The lines of code in the traceback of an error, those of its first cause first."""
    for cause in reversed(list(_chain(error))):
        steps = list(traceback.walk_tb(cause.__traceback__))[-FRAMES_MAX:]
        for frame, number in steps:
            path = frame.f_code.co_filename
            code = linecache.getline(path, number).strip()
            yield f"{_short(path)}:{number} in {frame.f_code.co_name}: {code}"


def _short(path: str) -> str:
    """The path of a source file, relative to the folder of its package."""
    for folder in (_PACKAGES, Path(sys.prefix)):
        if Path(path).is_relative_to(folder):
            return str(Path(path).relative_to(folder))
    return path


_logger = logging.getLogger(__name__)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _logger.critical("the process ends with an error", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        _logger.error("a thread ended with an error", exc_info=args.exc_value)


def _unraisable(args: "sys.UnraisableHookArgs") -> None:
    if args.exc_value is not None:
        _logger.error("an unraisable error", exc_info=args.exc_value)
