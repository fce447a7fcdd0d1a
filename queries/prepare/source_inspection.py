"""Opening source files: what each is, which dataset it belongs to, and whether it can be read."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from queries.datasets.adapter import DatasetAdapter
from queries.datasets.conform import surplus_columns
from queries.datasets.registry import match_dataset, published_field
from queries.errors import SourceError
from queries.prepare.conversion.convert import SURPLUS_KEY, convert
from queries.prepare.file_formats import source_format
from queries.prepare.foreign_files import describe_pointer
from queries.prepare.hive_partitions import partition_values
from queries.prepare.sources import (
    SYNTHETIC_KEY,
    Source,
    common_dataset,
    open_parquet,
    source_identity,
)
from queries.runtime.progress import Advance, Progress
from queries.store.checksums import file_sha256
from queries.store.layout import StorePath


@dataclass(frozen=True, slots=True)
class IdentifiedFile:
    """A source file that was hashed, and not opened yet.

    Attributes:
        path: as given.
        sha256: of the file.
        partition: columns that the names of its folders say, each with its value.
    """

    path: Path
    sha256: str
    partition: dict[str, str | None]

    @property
    def identity(self) -> str:
        """What tells its contents from those of another file, as `source_identity` has it."""
        return source_identity({"sha256": self.sha256, "partition": self.partition})


def _identify_file(path: Path) -> IdentifiedFile:
    """Hash a file, and read the names of its folders."""
    values = {name: text for name, text in partition_values(path).items() if published_field(name)}
    return IdentifiedFile(path, file_sha256(path), values)


def _inspect_source(
    file: IdentifiedFile, converted_path: Path, advance: Advance = lambda _: None
) -> Source:
    """Check a file, and find out which dataset it belongs to.

    Args:
        file: the file.
        converted_path: the folder where a file that is not parquet is converted. One that is there
            already is taken.
        advance: takes the bytes that were converted since.

    Raises:
        SourceError: it cannot be read, is truncated, or fits no known dataset; names the file.
    """
    path, read_path = file.path, file.path
    format_ = source_format(path)
    if format_ not in (None, "parquet"):
        read_path = converted_path / f"{file.sha256}.parquet"
        if not read_path.is_file():
            _refuse_other_content(path)
            convert(path, format_, read_path, advance)
    parquet = open_parquet(read_path)
    schema = parquet.schema_arrow
    for name, text in file.partition.items():
        field = published_field(name)
        if field is not None and name not in schema.names:
            _check_partition(path, field, text)
            schema = schema.append(field)
    dataset = _dataset_of(path, schema)
    published = dataset.published_schema
    metadata = parquet.metadata
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return Source(
        path=str(path),
        bytes=path.stat().st_size,
        row_count=metadata.num_rows,
        sha256=file.sha256,
        row_groups=tuple(group.num_rows for group in groups),
        uncompressed_bytes=sum(group.total_byte_size for group in groups),
        has_redacted="redacted" in schema.names,
        is_synthetic=SYNTHETIC_KEY in (schema.metadata or {}),
        dropped_columns=(*surplus_columns(schema, published), *_surplus_before(parquet)),
        missing_columns=tuple(name for name in published.names if name not in schema.names),
        partition=file.partition,
        dataset=dataset.name,
        read_path=str(read_path),
    )


def _check_partition(path: Path, field: pa.Field, text: str | None) -> None:
    """Check the value of a column that the name of a folder gives.

    Raises:
        SourceError: it does not fit the type of the published column.
    """
    try:
        pa.scalar(text, pa.string()).cast(field.type)
    except pa.ArrowException as error:
        raise SourceError(
            f"{path}: the folder {field.name}={text} is no value of the column {field.name!r}, "
            f"which is {field.type}."
        ) from error


def _surplus_before(parquet: pq.ParquetFile) -> list[str]:
    """Columns that were left out when a file was converted."""
    metadata: dict[bytes, bytes] = parquet.metadata.metadata or {}
    return metadata.get(SURPLUS_KEY, b"").decode().splitlines()


def _refuse_other_content(path: Path) -> None:
    """Refuse a file that is something else than its name says, such as a pointer of Git LFS.

    Raises:
        SourceError: it is.
    """
    with suppress(OSError):
        if problem := describe_pointer(path):
            raise SourceError(problem)


def identify_files(files: Sequence[Path], progress: Progress) -> list[IdentifiedFile]:
    """Hash files, and read the names of their folders."""
    identified = []
    with progress.step("Checking files", len(files), "files") as advance:
        for file in files:
            identified.append(_identify_file(file))
            advance(1)
    return identified


def inspect_files(
    files: Sequence[IdentifiedFile], store: StorePath, progress: Progress
) -> list[Source]:
    """Open the files of one store. Those that are not parquet are converted first.

    Raises:
        SourceError: one cannot be read, or they are of different datasets.
    """
    others = [file.path for file in files if source_format(file.path) not in (None, "parquet")]
    if not others:
        sources = [_inspect_source(file, store.converted_path) for file in files]
    else:
        size = sum(path.stat().st_size for path in others)
        with progress.step("Converting to parquet", size, "bytes") as advance:
            sources = [_inspect_source(file, store.converted_path, advance) for file in files]
    common_dataset(sources)
    return sources


def _dataset_of(path: Path, schema: pa.Schema) -> DatasetAdapter:
    dataset, problems = match_dataset(schema)
    if problems:
        raise SourceError(
            f"{path} does not fit {dataset.info.title}, the nearest known dataset: {problems[0]}"
        )
    return dataset
