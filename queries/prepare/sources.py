"""Raw parquet files: which ones, whether they can be prepared, and their published rows."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.checksums import file_sha256
from queries.errors import SourceError
from queries.prepare.conform import conform, differences, surplus
from queries.prepare.flatten import with_redacted
from queries.published import CURRENT_SCHEMA, EARLY_SCHEMA

SYNTHETIC_KEY = b"chatscape.sample"
"""Parquet metadata key that marks a file written by ``chatscape sample``."""

BATCH_BYTES = 64_000_000
"""Raw rows that are flattened at once; texts are a few kilobytes in most datasets, not in all."""


@dataclass(frozen=True, slots=True)
class Source:
    """One raw file, as the manifest names it."""

    path: str
    bytes: int
    row_count: int
    sha256: str
    row_groups: tuple[int, ...]
    uncompressed_bytes: int
    has_redacted: bool
    is_synthetic: bool
    dropped_columns: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The source as plain values, row groups left out."""
        values = asdict(self)
        del values["row_groups"], values["uncompressed_bytes"]
        return values


def find_files(raw: str) -> list[Path]:
    """The parquet files that a file, a folder or a glob names, sorted by path.

    Raises:
        SourceError: there are none.
    """
    path = Path(os.path.expanduser(raw))  # noqa: PTH111  which leaves an unknown ~user as it is
    if path.is_dir():
        found = sorted(path.rglob("*.parquet"))
        where = f"in the folder {raw}"
    elif path.is_file():
        return [path]
    else:
        found = sorted(Path(p) for p in glob.glob(str(path), recursive=True))  # noqa: PTH207
        where = f"at {raw}"
    if not found:
        raise SourceError(
            f"There is no parquet file {where}. "
            "Give a file, a folder of shards or a glob in quotes."
        )
    return found


def inspect(path: Path) -> Source:
    """What a raw file holds.

    Raises:
        SourceError: not parquet, cut off, or without the published columns; names file and column.
    """
    parquet = _opened(path)
    schema = parquet.schema_arrow
    _check_schema(path, schema)
    metadata = parquet.metadata
    return Source(
        path=str(path),
        bytes=path.stat().st_size,
        row_count=metadata.num_rows,
        sha256=file_sha256(path),
        uncompressed_bytes=sum(
            metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups)
        ),
        row_groups=tuple(metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)),
        has_redacted="redacted" in schema.names,
        is_synthetic=SYNTHETIC_KEY in (schema.metadata or {}),
        dropped_columns=tuple(_dropped(schema)),
    )


def read_ids(source: Source) -> pa.ChunkedArray:
    """The conversation ids of a file, in order.

    Raises:
        SourceError: the column cannot be read.
    """
    try:
        table = pq.read_table(source.path, columns=["conversation_id"], partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{source.path}: the column 'conversation_id' could not be read: {_line(error)} "
            "Check that the file was copied whole."
        ) from error
    ids = [conform(chunk, pa.string()) for chunk in table["conversation_id"].chunks]
    return pa.chunked_array(ids, pa.string())


def read_rows(
    source: Source, row_groups: Sequence[int], batch_rows: int
) -> Iterator[pa.RecordBatch]:
    """The rows of some row groups, in `CURRENT_SCHEMA`, at most `batch_rows` at a time."""
    parquet = _opened(Path(source.path))
    wanted = CURRENT_SCHEMA if source.has_redacted else EARLY_SCHEMA
    try:
        for batch in parquet.iter_batches(batch_rows, list(row_groups), columns=wanted.names):
            for piece in _pieces(batch):
                columns = [conform(piece[field.name], field.type) for field in wanted]
                conformed = pa.record_batch(columns, schema=wanted)
                yield conformed if source.has_redacted else with_redacted(conformed)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"{source.path} could not be read to its end: {_line(error)}") from error


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The rows in batches that fit into memory many times over, however long their texts are."""
    if batch.nbytes <= BATCH_BYTES or batch.num_rows == 1:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _pieces(batch.slice(0, half))
    yield from _pieces(batch.slice(half))


def _opened(path: Path) -> pq.ParquetFile:
    try:
        # Dictionary and view types of the writer are kept as they are: `conform` decodes them.
        return pq.ParquetFile(path, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{path} is not a complete parquet file: {_line(error)} "
            "Check that it was downloaded to its end, or leave it out."
        ) from error


def _check_schema(path: Path, schema: pa.Schema) -> None:
    wanted = CURRENT_SCHEMA if "redacted" in schema.names else EARLY_SCHEMA
    missing = [name for name in wanted.names if name not in schema.names]
    if missing:
        raise SourceError(
            f"{path} lacks the column {missing[0]!r}. "
            f"A conversation needs the columns {', '.join(EARLY_SCHEMA.names)}."
        )
    twice = [name for name in wanted.names if schema.names.count(name) > 1]
    if twice:
        raise SourceError(f"{path} has the column {twice[0]!r} more than once: keep one of them.")
    for field in wanted:
        for sentence in differences(schema.field(field.name).type, field.type, field.name):
            raise SourceError(f"{path}: the column {sentence}.")


def _dropped(schema: pa.Schema) -> Iterator[str]:
    known = set(CURRENT_SCHEMA.names)
    for field in schema:
        if field.name in known:
            yield from surplus(field.type, CURRENT_SCHEMA.field(field.name).type, field.name)
        else:
            yield field.name


def _line(error: Exception) -> str:
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return first if first.endswith(".") else f"{first}."
