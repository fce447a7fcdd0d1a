"""Source files: checking that they can be prepared, and reading their rows."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.datasets.adapter import DatasetAdapter
from queries.datasets.conform import conform, surplus_columns
from queries.datasets.registry import dataset_named, match_dataset
from queries.errors import SourceError
from queries.prepare.foreign_files import describe_foreign_file
from queries.store.checksums import file_sha256

SYNTHETIC_KEY = b"chatscape.sample"
"""Parquet metadata key that marks a file written by ``chatscape sample``."""

BATCH_BYTES = 64_000_000
"""Size of a batch in memory. Most conversations are a few kilobytes; some are far longer."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source file. All fields but three are in the manifest.

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
        dataset: name of its adapter.
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
    dataset: str

    def as_json(self) -> dict[str, Any]:
        """The source as the manifest lists it."""
        values = asdict(self)
        del values["row_groups"], values["uncompressed_bytes"], values["dataset"]
        return values


def inspect_source(path: Path) -> Source:
    """Check a file, and find out which dataset it belongs to.

    Raises:
        SourceError: it is not parquet, is truncated, or fits no known dataset; names the file.
    """
    parquet = _open_parquet(path)
    schema = parquet.schema_arrow
    dataset = _dataset_of(path, schema)
    metadata = parquet.metadata
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return Source(
        path=str(path),
        bytes=path.stat().st_size,
        row_count=metadata.num_rows,
        sha256=file_sha256(path),
        row_groups=tuple(group.num_rows for group in groups),
        uncompressed_bytes=sum(group.total_byte_size for group in groups),
        has_redacted="redacted" in schema.names,
        is_synthetic=SYNTHETIC_KEY in (schema.metadata or {}),
        dropped_columns=tuple(surplus_columns(schema, dataset.published_schema)),
        dataset=dataset.name,
    )


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
        table = pq.read_table(source.path, columns=[column], partitioning=None)
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
    parquet = _open_parquet(Path(source.path))
    columns = [
        name for name in dataset.published_schema.names if name in parquet.schema_arrow.names
    ]
    try:
        for batch in parquet.iter_batches(batch_rows, list(row_groups), columns=columns):
            for piece in _pieces(batch):
                yield dataset.to_conversations(piece)
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


def _open_parquet(path: Path) -> pq.ParquetFile:
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


def _dataset_of(path: Path, schema: pa.Schema) -> DatasetAdapter:
    dataset, problems = match_dataset(schema)
    if problems:
        raise SourceError(
            f"{path} does not fit {dataset.info.title}, the nearest known dataset: {problems[0]}"
        )
    return dataset


def _first_line(error: Exception) -> str:
    line = str(error).splitlines()[0] if str(error) else type(error).__name__
    return line if line.endswith(".") else f"{line}."
