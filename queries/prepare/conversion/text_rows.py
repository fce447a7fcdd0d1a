"""Rows of text files: JSON lines, JSON and CSV, each with the line that it begins at."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import pyarrow as pa

from queries.errors import SourceError
from queries.prepare.file_formats import SourceFormat, compression_of

JSON_BYTES_MAX = 2_000_000_000
"""A JSON file is read at once, so that a larger one has to be JSON lines."""

_BOM = b"\xef\xbb\xbf"


class TextRow(NamedTuple):
    """A row of a text file: its first line, from 1, and its values by column."""

    line: int
    values: dict[str, Any]


def read_text_rows(
    path: Path, format_: SourceFormat, advance: Callable[[int], None]
) -> Iterator[TextRow]:
    """The rows of a text file, in order.

    Args:
        path: the file, compressed or not.
        format_: of what is in it.
        advance: takes the bytes of the file that were read since.

    Raises:
        SourceError: a line cannot be read; names the file and the line.
    """
    try:
        with path.open("rb") as raw:
            content = _decompressed(_Counted(raw, advance), path)
            if format_ == "csv":
                yield from _csv_rows(path, content)
            elif format_ == "json" and not _begins_with_a_line_of_json(path):
                yield from _json_rows(path, content)
            else:
                yield from _line_rows(path, content)
    except (OSError, EOFError) as error:
        raise SourceError(
            f"{path} could not be read to its end: {error}. Check that it was copied whole."
        ) from error


def text_columns(path: Path, format_: SourceFormat) -> list[str] | None:
    """The columns of a CSV file, in order; None for another format, whose rows name them."""
    if format_ != "csv":
        return None
    with path.open("rb") as raw:
        reader, _ = _csv_reader(_decompressed(_Counted(raw, lambda _: None), path))
        try:
            return next(reader, [])
        except (UnicodeDecodeError, csv.Error, OSError) as error:
            raise SourceError(f"{path}, line 1, is not CSV: {error}.") from error


class _Counted(io.RawIOBase):
    """A binary file that tells how much of it was read."""

    def __init__(self, raw: IO[bytes], advance: Callable[[int], None]) -> None:
        super().__init__()
        self._raw = raw
        self._advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        self._advance(len(data))
        return len(data)


def _decompressed(raw: _Counted, path: Path) -> "io.BufferedReader[Any]":
    buffered = io.BufferedReader(raw, 1 << 20)
    compression = compression_of(path)
    if compression is None:
        return buffered
    stream = pa.CompressedInputStream(pa.PythonFile(buffered, mode="r"), compression)
    return io.BufferedReader(stream, 1 << 20)


def _line_rows(path: Path, content: "io.BufferedReader[Any]") -> Iterator[TextRow]:
    for number, line in enumerate(content, 1):
        text = line.removeprefix(_BOM) if number == 1 else line
        if text.strip():
            yield TextRow(number, _row(_parsed(text.strip(), path, number), path, number))


def _begins_with_a_line_of_json(path: Path) -> bool:
    """Whether the first line of a file is one whole object, as in JSON lines."""
    with path.open("rb") as raw:
        content = _decompressed(_Counted(raw, lambda _: None), path)
        first = content.readline().removeprefix(_BOM).strip()
        if not first.startswith(b"{"):
            return False
        try:
            value = json.loads(first)
        except ValueError:
            return False
        # One line that wraps a list of rows is JSON.
        return _wrapped_rows(value) is None


def _json_rows(path: Path, content: "io.BufferedReader[Any]") -> Iterator[TextRow]:
    data = content.read(JSON_BYTES_MAX + 1).removeprefix(_BOM)
    if len(data) > JSON_BYTES_MAX:
        raise SourceError(
            f"{path} is one JSON value of more than {JSON_BYTES_MAX // 10**9} GB, which would have "
            "to be read at once. Write it as JSON lines: one object on each line."
        )
    value = _parsed(data, path, None)
    rows = value if isinstance(value, list) else _wrapped_rows(value)
    if rows is None:
        raise SourceError(f"{path} holds no list of objects. Write one object for each row.")
    for number, row in enumerate(rows, 1):
        yield TextRow(number, _row(row, path, number, "row"))


def _wrapped_rows(value: Any) -> list[Any] | None:  # noqa: ANN401
    """The list of an object that holds nothing else, as in ``{"data": [...]}``."""
    if isinstance(value, dict) and len(value) == 1:
        (only,) = value.values()
        if isinstance(only, list) and all(isinstance(row, dict) for row in only):
            return only
    return None


def _parsed(data: bytes, path: Path, line: int | None) -> Any:  # noqa: ANN401
    where = f"{path}, line {line:,}," if line else f"{path}"
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise SourceError(f"{where} is not UTF-8. Write it again in UTF-8.") from error
    except json.JSONDecodeError as error:
        at = f"line {error.lineno:,}, " if line is None else ""
        raise SourceError(
            f"{where} is not complete JSON: {error.msg} at {at}character {error.colno:,}. "
            "Mend or remove it."
        ) from error
    except RecursionError:
        raise SourceError(f"{where} is nested too deeply.") from None


def _row(value: Any, path: Path, number: int, unit: str = "line") -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict):
        raise SourceError(f"{path}, {unit} {number:,}, is not an object with named values.")
    return value


def _csv_rows(path: Path, content: "io.BufferedReader[Any]") -> Iterator[TextRow]:
    reader, lines = _csv_reader(content)
    try:
        head: list[str] = next(reader, [])
        while True:
            first = lines.count + 1
            cells = next(reader, None)
            if cells is None:
                return
            if not cells:
                continue
            if len(cells) != len(head):
                raise SourceError(
                    f"{path}, line {first:,}, has {len(cells):,} cells, and the head has "
                    f"{len(head):,}. Texts with commas or line ends must be in quotes."
                )
            yield TextRow(first, dict(zip(head, cells, strict=True)))
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}, near line {lines.count + 1:,}, is not UTF-8. Write it again in UTF-8."
        ) from error
    except csv.Error as error:
        raise SourceError(f"{path}, line {lines.count:,}, is not CSV: {error}.") from error


class _Lines:
    """Lines of text, counted as they are read."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.count = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.count += 1
        return line


def _csv_reader(content: "io.BufferedReader[Any]") -> tuple[Any, _Lines]:
    csv.field_size_limit(sys.maxsize)
    text = io.TextIOWrapper(content, encoding="utf-8-sig", newline="")
    head = (
        io.BufferedReader.peek(content, 1 << 16) if isinstance(content, io.BufferedReader) else b""
    )
    first = head.split(b"\n", 1)[0]
    delimiter = max((b",", b";", b"\t"), key=first.count).decode()
    lines = _Lines(text)
    return csv.reader(lines, delimiter=delimiter, strict=True), lines
