"""Source files: checking that they can be prepared, and reading their rows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.datasets.adapter import DatasetAdapter
from queries.datasets.conform import conform
from queries.datasets.registry import dataset_named
from queries.errors import SourceError
from queries.prepare.foreign_files import describe_foreign_file
from queries.prepare.hive_partitions import with_partition_columns

SYNTHETIC_KEY = b"chatscape.sample"
"""Parquet metadata key that marks a file written by ``chatscape sample``."""

BATCH_BYTES = 64_000_000
"""Size of a batch in memory. Most conversations are a few kilobytes; some are far longer."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source file. All fields but four are in the manifest.

    Attributes:
        path: as given.
        bytes: size of the file.
        row_count: rows in it.
        sha256: of the file.
        row_groups: rows of each row group.
        uncompressed_bytes: of all its columns.
        has_redacted: whether it says which conversations are redacted.
        is_synthetic: whether ``chatscape sample`` wrote it.
        dropped_columns: columns and fields that the published schema does not have.
        missing_columns: published columns that it does not have.
        partition: columns that the names of its folders say, each with its value.
        dataset: name of its adapter.
        read_path: the parquet file that is read: the file itself, or what it was converted to.
    """

    path: str
    bytes: int
    row_count: int
    sha256: str
    row_groups: tuple[int, ...]
    uncompressed_bytes: int
    has_redacted: bool
    is_synthetic: bool
    dropped_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]
    partition: dict[str, str | None]
    dataset: str
    read_path: str

    def as_json(self) -> dict[str, Any]:
        """The source as the manifest lists it."""
        values = asdict(self)
        for name in ("row_groups", "uncompressed_bytes", "dataset", "read_path"):
            del values[name]
        return values

    @property
    def identity(self) -> str:
        """What tells the contents of one source from another, as `source_identity` has it."""
        return source_identity(self.as_json())


def source_identity(source: Mapping[str, Any]) -> str:
    """What tells the contents of a source from another: its hash, and what its folders say.

    Args:
        source: as the manifest lists it.
    """
    partition = source.get("partition")
    says = f" {json.dumps(partition, sort_keys=True)}" if partition else ""
    return f"{source['sha256']}{says}"


def common_dataset(sources: Sequence[Source]) -> DatasetAdapter:
    """The dataset that all source files belong to.

    Raises:
        SourceError: two files belong to different datasets.
    """
    first = sources[0]
    for source in sources:
        if source.dataset != first.dataset:
            raise SourceError(
                f"{first.path} is {dataset_named(first.dataset).info.title} and {source.path} is "
                f"{dataset_named(source.dataset).info.title}: prepare one store for each dataset."
            )
    return dataset_named(first.dataset)


def read_ids(source: Source) -> pa.ChunkedArray:
    """The conversation ids of a file, in order.

    Raises:
        SourceError: the column cannot be read.
    """
    column = dataset_named(source.dataset).id_column
    try:
        table = pq.read_table(source.read_path, columns=[column], partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{source.path}: the column {column!r} could not be read: {_first_line(error)} "
            "Check that the file was copied whole."
        ) from error
    ids = [conform(chunk, pa.string()) for chunk in table[column].chunks]
    return pa.chunked_array(ids, pa.string())


def read_rows(
    source: Source, row_groups: Sequence[int], batch_rows: int
) -> Iterator[pa.RecordBatch]:
    """The rows of some row groups in `CANONICAL_SCHEMA`, at most `batch_rows` at a time.

    Raises:
        SourceError: the file is damaged, or a value does not fit its column.
    """
    dataset = dataset_named(source.dataset)
    parquet = open_parquet(Path(source.read_path))
    columns = [
        name for name in dataset.published_schema.names if name in parquet.schema_arrow.names
    ]
    try:
        for batch in parquet.iter_batches(batch_rows, list(row_groups), columns=columns):
            for piece in _pieces(batch):
                whole = with_partition_columns(piece, source.partition, dataset.published_schema)
                yield dataset.to_conversations(whole)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{source.path} could not be read to its end: {_first_line(error)}"
        ) from error


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Split a batch until each piece is at most `BATCH_BYTES`, however long its texts are."""
    if batch.nbytes <= BATCH_BYTES or batch.num_rows == 1:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _pieces(batch.slice(0, half))
    yield from _pieces(batch.slice(half))


def open_parquet(path: Path) -> pq.ParquetFile:
    """Open a parquet file.

    Raises:
        SourceError: it is something else, or not complete; names the file.
    """
    try:
        # The file keeps its dictionary and view types: adapters decode them.
        return pq.ParquetFile(path, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        if foreign := _foreign(path):
            raise SourceError(foreign) from error
        raise SourceError(
            f"{path} is not a complete parquet file: {_first_line(error)} "
            "Check that the download completed, or leave the file out."
        ) from error


def _foreign(path: Path) -> str:
    with suppress(OSError):
        return describe_foreign_file(path)
    return ""


def _first_line(error: Exception) -> str:
    line = str(error).splitlines()[0] if str(error) else type(error).__name__
    return line if line.endswith(".") else f"{line}."
