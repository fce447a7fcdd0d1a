"""Writers of export files: parquet, JSON lines, CSV, XLSX, and a folder of parquet shards."""

import codecs
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.export.formats import COMPRESSION
from queries.export.plan import Format
from queries.export.row_encoders import csv_rows, flat_table, json_lines
from queries.serialisation.spreadsheet import open_sheet, sheet_rows
from queries.store.atomic_files import delete_path

GROUP_ROWS = 16_384
"""Rows of a row group of parquet."""

SHARD_ROWS = 250_000
"""Rows of a file in a folder for `datasets`."""

_WITH_DICTIONARY = (
    *("model", "language", "role", "conversation.list.element.role"),
    *("messages.list.element.role", "flagged_categories.list.element"),
)

EncodedRows = Any
"""Rows as `encode_rows` returns them: a table, bytes, or the cells of a sheet."""


def encode_rows(format_: Format, table: pa.Table) -> EncodedRows:
    """Encode rows for their format. Rows for parquet stay a table: the writer encodes them."""
    match format_:
        case "jsonl":
            return json_lines(table)
        case "csv":
            return csv_rows(table)
        case "xlsx":
            return sheet_rows(flat_table(table))
    return table


@contextmanager
def open_writer(
    format_: Format,
    path: Path,
    schema: pa.Schema,
    *,
    suffix: str,
    has_bom: bool,
    text_columns: Collection[str],
) -> Iterator[Callable[[EncodedRows], None]]:
    """Open a file, or for `hf` an existing folder, and return the function that writes rows to it.

    Args:
        format_: the format.
        path: the file or the folder.
        schema: the schema of the rows, with the metadata for parquet files.
        suffix: the last suffix of the name of the export, which says how text is compressed.
        has_bom: whether a CSV begins with a byte order mark.
        text_columns: columns of long texts; parquet keeps no statistics of them.
    """
    if format_ in ("parquet", "hf"):
        shard_rows = SHARD_ROWS if format_ == "hf" else None
        rows = _ParquetWriter(path, schema, shard_rows, text_columns)
        try:
            yield rows.write
            rows.flush()
        finally:
            rows.close()
    elif format_ == "xlsx":
        flat = flat_table(schema.empty_table()).schema
        with _empty_folder(path) as folder, open_sheet(path, flat, folder) as sheet:
            yield sheet.write
    else:
        with _open_stream(path, suffix.lower()) as stream:
            if format_ == "csv":
                stream.write(codecs.BOM_UTF8 if has_bom else b"")
                stream.write(",".join(f'"{name}"' for name in schema.names).encode() + b"\n")
            yield stream.write


@contextmanager
def _empty_folder(path: Path) -> Iterator[Path]:
    """A folder beside a file, deleted at the end; what a killed process left in it is deleted."""
    folder = path.with_name(f"{path.name}.sheet")
    delete_path(folder)
    folder.mkdir()
    try:
        yield folder
    finally:
        delete_path(folder)


@contextmanager
def _open_stream(path: Path, suffix: str) -> Iterator[Any]:
    compression = COMPRESSION.get(suffix)
    with pa.OSFile(str(path), "wb") as file:
        if compression is None:
            yield file
            return
        with pa.CompressedOutputStream(file, compression) as stream:
            yield stream


class _ParquetWriter:
    """Writes one file, or shards in a folder; always at least one, so that the schema is known."""

    def __init__(
        self, path: Path, schema: pa.Schema, shard_rows: int | None, text_columns: Collection[str]
    ) -> None:
        self._path, self._schema, self._shard_rows = path, schema, shard_rows
        self._text_columns = text_columns
        self._buffer: list[pa.Table] = []
        self._rows_buffered = self._rows = self._count = 0
        if shard_rows is not None:
            (path / "data").mkdir()
        self._writer = self._next_writer()

    def write(self, table: pa.Table) -> None:
        """Buffer rows, and write them once they fill a row group."""
        self._buffer.append(table.cast(self._schema))
        self._rows_buffered += table.num_rows
        if self._rows_buffered >= GROUP_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the buffered rows."""
        rows = pa.concat_tables(self._buffer or [self._schema.empty_table()])
        self._buffer, self._rows_buffered = [], 0
        start = 0
        while start < rows.num_rows:
            if self._rows == self._shard_rows:
                self.close()
                self._writer = self._next_writer()
            room = None if self._shard_rows is None else self._shard_rows - self._rows
            piece = rows.slice(start, room)
            self._writer.write_table(piece, row_group_size=GROUP_ROWS)
            self._rows += piece.num_rows
            start += piece.num_rows

    def close(self) -> None:
        """Close the last file."""
        self._writer.close()

    def _next_writer(self) -> Any:  # noqa: ANN401
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
            write_statistics=[n for n in names if n not in self._text_columns],
        )
