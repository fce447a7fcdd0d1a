"""The log of a server: one line an event, as text or as JSON, and no text of the data in it.

Messages of errors quote what they failed on, e.g. the value that is no number. So an error is
logged as its type and the lines of code that it came through; what it says is left out, and so are
the texts that other packages put into their messages.
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

Format = Literal["text", "json"]

OURS = ("queries", "dashboard")
"""Loggers whose messages are written here, and say no more than they may."""

LEFT_OUT = "…"
"""Stands for a text that somebody else wanted to log."""

CHARS_MAX = 300
FRAMES_MAX = 60

_FIELDS = "chatscape_fields"
_PACKAGES = Path(__file__).parent.parent


def fields(**values: str | float) -> dict[str, dict[str, str | float]]:
    """What an event is about, for ``extra=`` of a logger: names and numbers."""
    return {_FIELDS: values}


class JsonLines(logging.Formatter):
    """One JSON object a line.

    ``time`` (UTC, ISO 8601), ``level``, ``logger``, ``message``, the fields of the event, and for
    an error ``error`` (its type, and those that caused it) and ``trace`` (lines of code).
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        said: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
            **getattr(record, _FIELDS, {}),
        }
        if error := _error_of(record):
            said |= {"error": " from ".join(_types(error)), "trace": list(_lines(error))}
        return json.dumps(said, ensure_ascii=False, default=lambda value: type(value).__name__)


class TextLines(logging.Formatter):
    """The same for people: a line, and those of code below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The lines of an event."""
        given = "".join(f" {name}={value}" for name, value in getattr(record, _FIELDS, {}).items())
        line = f"{_time(record)} {record.levelname} {record.name}: {message_of(record)}{given}"
        if error := _error_of(record):
            steps = [f"    {at}" for at in _lines(error)]
            return "\n".join([line, "Traceback:", *steps, " from ".join(_types(error))])
        return line


_FORMATS: dict[str, type[logging.Formatter]] = {"text": TextLines, "json": JsonLines}


def begin(form: Format, stream: Any = None) -> logging.Handler:  # noqa: ANN401
    """Write the log of this process to standard error from now on, and nothing else.

    Errors that nobody caught, and warnings of Python, come in the same form.

    Args:
        form: text or JSON.
        stream: instead of standard error.

    Returns:
        What writes it.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_FORMATS[form]())
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
    """What an event says, without texts that may be of the data."""
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if record.name == "py.warnings":
        return _warning(record)
    is_ours = record.name.partition(".")[0] in OURS
    template = record.msg if is_ours else record.msg.partition("\n")[0][:CHARS_MAX]
    given = record.args if isinstance(record.args, tuple) else (record.args,)
    try:
        return (
            template % tuple(_shown(arg, is_ours=is_ours) for arg in given) if given else template
        )
    except (TypeError, ValueError):
        return template


def _shown(arg: object, *, is_ours: bool) -> object:
    if isinstance(arg, bool | int | float):
        return arg
    if isinstance(arg, BaseException):
        return type(arg).__name__
    return arg if is_ours else LEFT_OUT


def _warning(record: logging.LogRecord) -> str:
    """Where a warning of Python comes from, and of which kind it is."""
    return ": ".join(record.getMessage().partition("\n")[0].split(": ")[:2])


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _error_of(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if isinstance(record.exc_info, tuple) else None


def _types(error: BaseException) -> list[str]:
    """The types of an error and of those that caused it, the last one first."""
    return [f"{type(one).__module__}.{type(one).__qualname__}" for one in _chain(error)]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and those that caused it; of those that came together, the first one."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            one = one.exceptions[0]
        else:
            one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _lines(error: BaseException) -> Iterator[str]:
    """The lines of code that an error came through, those of its first cause first."""
    for one in reversed(list(_chain(error))):
        steps = list(traceback.walk_tb(one.__traceback__))[-FRAMES_MAX:]
        for frame, number in steps:
            path = frame.f_code.co_filename
            code = linecache.getline(path, number).strip()
            yield f"{_short(path)}:{number} in {frame.f_code.co_name}: {code}"


def _short(path: str) -> str:
    """A file of code, from the folder that the packages are in."""
    for folder in (_PACKAGES, Path(sys.prefix)):
        if Path(path).is_relative_to(folder):
            return str(Path(path).relative_to(folder))
    return path


_logger = logging.getLogger(__name__)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _logger.critical("the process ends by an error", exc_info=(kind, error, trace))


def _uncaught_in_thread(said: threading.ExceptHookArgs) -> None:
    if said.exc_value is not None and not issubclass(said.exc_type, SystemExit):
        _logger.error("a thread ended by an error", exc_info=said.exc_value)


def _unraisable(said: "sys.UnraisableHookArgs") -> None:
    if said.exc_value is not None:
        _logger.error("an error that nobody could catch", exc_info=said.exc_value)
