"""The files of an export while they are written: parquet, lines of text, a folder of shards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.export.formats import COMPRESSED
from queries.export.plan import Format
from queries.export.texts import cells, lines

GROUP_ROWS = 16_384
"""Rows of a row group of parquet."""

SHARD_ROWS = 250_000
"""Rows of a file in a folder for `datasets`."""

_WITH_DICTIONARY = (
    *("model", "language", "role", "conversation.list.element.role"),
    *("messages.list.element.role", "flagged_categories.list.element"),
)
_TEXTS = ("text", "opening", "prompt")

Piece = Any
"""Some rows as `encoded` gives them: a table, or bytes."""


def encoded(format_: Format, table: pa.Table) -> Piece:
    """Rows as their format has them; those of parquet are encoded while they are written."""
    match format_:
        case "jsonl":
            return lines(table)
        case "csv":
            return cells(table)
    return table


@contextmanager
def writing(
    format_: Format, path: Path, schema: pa.Schema, suffix: str
) -> Iterator[Callable[[Piece], None]]:
    """Write rows to a file, or for `hf` into a folder that is there.

    Args:
        format_: how.
        path: the file or the folder.
        schema: of the rows, with the metadata that parquet files carry.
        suffix: the last one of the export's name, which says whether lines are compressed.
    """
    if format_ in ("parquet", "hf"):
        rows = _Parquet(path, schema, SHARD_ROWS if format_ == "hf" else None)
        try:
            yield rows.write
            rows.write_rest()
        finally:
            rows.close()
    else:
        with _stream(path, suffix.lower()) as stream:
            if format_ == "csv":
                stream.write(",".join(f'"{name}"' for name in schema.names).encode() + b"\n")
            yield stream.write


@contextmanager
def _stream(path: Path, suffix: str) -> Iterator[Any]:
    with pa.OSFile(str(path), "wb") as file:
        if suffix not in COMPRESSED:
            yield file
            return
        with pa.CompressedOutputStream(file, COMPRESSED[suffix]) as stream:
            yield stream


class _Parquet:
    """A file, or files of so many rows in a folder: at least one, so that the columns are known."""

    def __init__(self, path: Path, schema: pa.Schema, shard_rows: int | None) -> None:
        self._path, self._schema, self._shard_rows = path, schema, shard_rows
        self._waiting: list[pa.Table] = []
        self._rows_waiting = self._rows = self._count = 0
        if shard_rows is not None:
            (path / "data").mkdir()
        self._writer = self._begun()

    def write(self, table: pa.Table) -> None:
        """Write rows, or keep them until there are enough for a row group."""
        self._waiting.append(table.cast(self._schema))
        self._rows_waiting += table.num_rows
        if self._rows_waiting >= GROUP_ROWS:
            self.write_rest()

    def write_rest(self) -> None:
        """Write what was kept."""
        rows = pa.concat_tables(self._waiting or [self._schema.empty_table()])
        self._waiting, self._rows_waiting = [], 0
        start = 0
        while start < rows.num_rows:
            if self._rows == self._shard_rows:
                self.close()
                self._writer = self._begun()
            room = None if self._shard_rows is None else self._shard_rows - self._rows
            piece = rows.slice(start, room)
            self._writer.write_table(piece, row_group_size=GROUP_ROWS)
            self._rows += piece.num_rows
            start += piece.num_rows

    def close(self) -> None:
        """End the last file."""
        self._writer.close()

    def _begun(self) -> Any:  # noqa: ANN401
        path = self._path
        if self._shard_rows is not None:
            path = path / "data" / f"train-{self._count:05d}.parquet"
        self._rows = 0
        self._count += 1
        names = self._schema.names
        return pq.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=[n for n in _WITH_DICTIONARY if n.split(".")[0] in names],
            write_statistics=[n for n in names if n not in _TEXTS],
        )
