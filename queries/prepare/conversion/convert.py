"""One source file as parquet with published columns, whatever its format is."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from queries.datasets.adapter import DatasetAdapter
from queries.datasets.conform import conform, surplus_columns
from queries.datasets.registry import match_columns, match_dataset
from queries.errors import SourceError
from queries.prepare.conversion.columns import column_of, parsed_cells
from queries.prepare.conversion.text_rows import TextRow, read_text_rows, text_columns
from queries.prepare.file_formats import SourceFormat, compression_of
from queries.store.atomic_files import atomic_write

SURPLUS_KEY = b"chatscape.surplus"
"""Parquet metadata key of a converted file: the columns that were left out, one on each line."""

_BATCH_ROWS = 2_000
_FIRST_ROWS = 1_000
"""Rows by which the dataset of a file without a schema is recognised."""


def convert(
    path: Path, format_: SourceFormat, target: Path, advance: Callable[[int], None]
) -> None:
    """Write a file as parquet, with the columns of its dataset alone.

    Args:
        path: the source file.
        format_: what it is by its name.
        target: the parquet file; it appears when it is whole.
        advance: takes the bytes of the source that were read since.

    Raises:
        SourceError: the file cannot be read, or fits no known dataset.
    """
    if format_ == "arrow":
        batches, schema, surplus = _arrow_batches(path, advance)
    else:
        batches, schema, surplus = _text_batches(path, format_, advance)
    with atomic_write(target) as temporary, pq.ParquetWriter(temporary, schema) as writer:
        writer.add_key_value_metadata({SURPLUS_KEY: "\n".join(surplus).encode()})
        for batch in batches:
            writer.write_batch(batch)


_Batches = tuple[Iterator[pa.RecordBatch], pa.Schema, Sequence[str]]


def _text_batches(path: Path, format_: SourceFormat, advance: Callable[[int], None]) -> _Batches:
    rows = read_text_rows(path, format_, advance)
    first = list(islice(rows, _FIRST_ROWS))
    columns = text_columns(path, format_)
    if columns is not None:
        dataset, problems = match_columns(columns)
    else:
        columns = list(dict.fromkeys(name for row in first for name in row.values))
        dataset, problems = match_dataset(_inferred_schema(first, columns, path))
    _refuse(path, dataset, problems)
    published = dataset.published_schema
    schema = pa.schema([field for field in published if field.name in columns])
    surplus = [name for name in columns if name not in published.names]
    batches = _in_batches(chain(first, rows))
    return (_text_batch(batch, format_, schema, str(path)) for batch in batches), schema, surplus


def _inferred_schema(rows: Sequence[TextRow], columns: Sequence[str], path: Path) -> pa.Schema:
    """The schema that the values of some rows have.

    Raises:
        SourceError: one column has values of different kinds.
    """
    fields = []
    for name in columns:
        try:
            type_ = pa.infer_type([row.values.get(name) for row in rows], from_pandas=True)
        except UnicodeEncodeError:  # Half of a surrogate pair.
            type_ = pa.string()
        except (pa.ArrowException, TypeError, OverflowError) as error:
            reason = str(error).splitlines()[0]
            raise SourceError(
                f"{path}: the values of the column {name!r} are of different kinds: {reason}"
            ) from error
        fields.append(pa.field(name, type_))
    return pa.schema(fields)


def _in_batches(rows: Iterator[TextRow]) -> Iterator[list[TextRow]]:
    while batch := list(islice(rows, _BATCH_ROWS)):
        yield batch


def _text_batch(
    rows: Sequence[TextRow], format_: SourceFormat, schema: pa.Schema, path: str
) -> pa.RecordBatch:
    if format_ == "csv":
        rows = parsed_cells(rows, schema, path)
    return pa.record_batch([column_of(rows, field, path) for field in schema], schema=schema)


def _arrow_batches(path: Path, advance: Callable[[int], None]) -> _Batches:
    if compression_of(path) is not None:
        raise SourceError(f"{path} is a compressed Arrow file. Unpack it first.")
    batches, actual = _open_arrow(path, advance)
    dataset, problems = match_dataset(actual)
    _refuse(path, dataset, problems)
    published = dataset.published_schema
    schema = pa.schema([field for field in published if field.name in actual.names])

    def conformed() -> Iterator[pa.RecordBatch]:
        try:
            for batch in batches:
                columns = [conform(batch[field.name], field.type) for field in schema]
                yield pa.record_batch(columns, schema=schema)
        except (pa.ArrowException, OSError) as error:
            raise SourceError(
                f"{path} could not be read to its end: {str(error).splitlines()[0]}"
            ) from error

    return conformed(), schema, list(surplus_columns(actual, published))


def _open_arrow(
    path: Path, advance: Callable[[int], None]
) -> tuple[Iterator[pa.RecordBatch], pa.Schema]:
    """The batches of an Arrow file or stream, and its schema."""
    try:
        source = pa.memory_map(str(path))
        try:
            file = pa.ipc.open_file(source)
        except pa.ArrowInvalid:
            source.seek(0)
            stream = pa.ipc.open_stream(source)
            return _counted(stream, path, advance), stream.schema
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{path} is not a complete Arrow file: {str(error).splitlines()[0]}"
        ) from error
    batches = (file.get_batch(number) for number in range(file.num_record_batches))
    return _counted(batches, path, advance), file.schema


def _counted(
    batches: Iterator[pa.RecordBatch], path: Path, advance: Callable[[int], None]
) -> Iterator[pa.RecordBatch]:
    """The same batches; each counts as its size, and the end as what is left of the file."""
    left = path.stat().st_size
    for batch in batches:
        done = min(batch.nbytes, left)
        left -= done
        advance(done)
        yield batch
    advance(left)


def _refuse(path: Path, dataset: DatasetAdapter, problems: Sequence[str]) -> None:
    if problems:
        raise SourceError(
            f"{path} does not fit {dataset.info.title}, the nearest known dataset: {problems[0]}"
        )
