"""Search the remaining files of a store for removed texts and ids, by byte and by value."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.errors import AuditLogError
from queries.removal.byte_patterns import PATTERN_BYTES, BytePatterns, patterns_of
from queries.runtime.progress import Progress
from queries.state.database import open_state
from queries.state.engines import StateError
from queries.store.layout import FILES_OF_A_STORE, StorePath, Version

_BATCH_ROWS = 8_192
_BLOCK_BYTES = 1 << 26
_ID = "conversation_id"

_TYPED = ("removed.parquet", "state/log.sqlite", "state/purges/")
"""Files with reasons, command arguments and ids that people typed, and may quote removed texts."""


@dataclass
class SearchResult:
    """What a search of a store found.

    Attributes:
        files: number of files that were searched.
        bytes: their size.
        traces: files, and tables of search indexes, that contain removed texts or ids.
        typed: files in which people quoted removed texts: the list of removed conversations, the
            audit log and earlier confirmations.
        others: files that do not belong to the store; archives are not unpacked.
        database: the shared database whose rows were searched too; empty without one.
    """

    files: int = 0
    bytes: int = 0
    traces: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    database: str = ""


def search_store(
    store: StorePath,
    text_patterns: BytePatterns,
    id_patterns: BytePatterns,
    ids: pa.Array,
    skipped: Path,
    progress: Progress,
) -> SearchResult:
    """Search every file of a store for removed texts, and its versions for removed ids.

    Parquet and LanceDB compress their data, so the values of their columns are searched as well.
    Ids are expected in the list of removed conversations, the audit log and the confirmations.

    Args:
        store: the store.
        text_patterns: of the removed messages.
        id_patterns: of the removed ids.
        ids: the removed ids.
        skipped: a folder that is not searched.
        progress: shows the step, in files.

    Raises:
        AuditLogError: the audit log is in a database that cannot be read.
    """
    result = SearchResult()
    files = [p for p in sorted(store.path.rglob("*")) if p.is_file() and skipped not in p.parents]
    all_patterns = BytePatterns(text_patterns.patterns | id_patterns.patterns)
    no_ids = ids.slice(0, 0)
    with progress.step("Searching the remaining files", len(files), "files") as advance:
        for path in files:
            name = path.relative_to(store.path).as_posix()
            is_version = name.startswith("versions/")
            patterns = all_patterns if is_version else text_patterns
            if _matches_file(path, patterns) or _matches_columns(
                path, patterns, ids if is_version else no_ids
            ):
                (result.typed if name.startswith(_TYPED) else result.traces).append(name)
            if name.partition("/")[0] not in FILES_OF_A_STORE:
                result.others.append(name)
            result.files += 1
            result.bytes += path.stat().st_size
            advance(1)
        for version in store.versions():
            result.traces += [
                f"{version.name}: the table {table} of its index"
                for table in _matching_tables(version, all_patterns)
            ]
    _search_database(store, text_patterns, result)
    return result


def _search_database(store: StorePath, text_patterns: BytePatterns, result: SearchResult) -> None:
    """Search the rows of the store in a shared database, if it has any."""
    try:
        state = open_state(store)
        if state.is_shared:
            result.database = state.place
            if text_patterns.matches("\n".join(state.texts()).encode()):
                result.typed.append(state.place)
    except StateError as error:
        raise AuditLogError(error.place, error.reason, error.remedy) from error


def id_patterns(ids: pa.Array) -> Iterator[bytes]:
    """The patterns of ids; none of short ids, which are searched for as values of columns."""
    yield from (pattern for id_ in ids.to_pylist() for pattern in patterns_of(id_.encode()))


def patterns_of_others(
    version: Version, patterns: BytePatterns, ids: pa.Array, progress: Progress
) -> set[bytes]:
    """The patterns that other conversations of a version, or column names, contain as well.

    Args:
        version: a version that still contains the removed conversations.
        patterns: of their texts and ids.
        ids: of the removed conversations.
        progress: shows the step, in files.
    """
    common: set[bytes] = set()
    tables = ("messages", "conversations", "verbatim")
    paths = [path for name in tables for path in sorted(version.table(name).glob("*.parquet"))]
    with progress.step("Reading the remaining conversations", len(paths), "files") as advance:
        for path in paths:
            # Every parquet file contains its column names.
            common |= patterns.matches("\n".join(pq.read_schema(path).names).encode())
            for batch in _text_batches(path):
                is_other = pc.invert(pc.is_in(batch[_ID], ids))
                for data in _values_of(pa.Table.from_batches([batch.filter(is_other)])):
                    common |= patterns.matches(data)
            patterns = patterns.without(common)
            advance(1)
    return common


def _text_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The text columns of a parquet file."""
    with pq.ParquetFile(path) as file:
        columns = [field.name for field in file.schema_arrow if _has_text(field.type)]
        yield from file.iter_batches(_BATCH_ROWS, columns=columns)


def _has_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _has_text(kind.value_type)
    if pa.types.is_nested(kind):
        return any(_has_text(kind.field(n).type) for n in range(kind.num_fields))
    texts = (pa.types.is_string, pa.types.is_binary, pa.types.is_large_string)
    return any(is_text(kind) for is_text in (*texts, pa.types.is_large_binary))


def _values_of(table: pa.Table) -> Iterator[memoryview]:
    """The texts and bytes in all columns of a table, one buffer per chunk of a column."""
    for column in table.columns:
        for chunk in column.chunks:
            yield from _texts_of(chunk)


def _texts_of(array: pa.Array) -> Iterator[memoryview]:
    kind = array.type
    if pa.types.is_dictionary(kind):
        yield from _texts_of(array.dictionary)
    elif pa.types.is_nested(kind):
        children = [array.flatten()] if not pa.types.is_struct(kind) else array.flatten()
        for child in children:
            yield from _texts_of(child)
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        yield from _buffer_of(array, np.dtype("<i4"))
    elif pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        yield from _buffer_of(array, np.dtype("<i8"))


def _buffer_of(array: pa.Array, width: "np.dtype[Any]") -> Iterator[memoryview]:
    _, offsets, data = array.buffers()
    if data is None or not len(array):
        return
    ends = np.frombuffer(offsets, width)[array.offset : array.offset + len(array) + 1]
    yield memoryview(data)[int(ends[0]) : int(ends[-1])]


def _matches_file(path: Path, patterns: BytePatterns) -> bool:
    end = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if patterns.matches(end + block):
                return True
            end = block[1 - PATTERN_BYTES :]
    return False


def _matches_columns(path: Path, patterns: BytePatterns, ids: pa.Array) -> bool:
    if path.suffix != ".parquet":
        return False
    try:
        for batch in _text_batches(path):
            has_id = _ID in batch.schema.names and pc.any(pc.is_in(batch[_ID], ids)).as_py()
            if has_id or _matches_batch(batch, patterns):
                return True
    except (OSError, pa.ArrowException):
        return True  # A file that cannot be read may contain anything.
    return False


def _matching_tables(version: Version, patterns: BytePatterns) -> Iterator[str]:
    """The tables of a version's search index that contain any of the patterns."""
    path = version.path / "index.lance"
    if not path.is_dir():
        return
    database = lancedb.connect(path)
    for name in database.list_tables().tables:
        if any(
            _matches_batch(batch, patterns) for batch in _index_batches(database.open_table(name))
        ):
            yield name


def _matches_batch(batch: pa.RecordBatch, patterns: BytePatterns) -> bool:
    values = _values_of(pa.Table.from_batches([batch]))
    return any(patterns.matches(data) for data in values)


def _index_batches(table: Any) -> Iterator[pa.RecordBatch]:  # noqa: ANN401
    columns = [f.name for f in table.schema if pa.types.is_string(f.type)]
    if columns:
        yield from table.search().select(columns).limit(2**31 - 1).to_batches(_BATCH_ROWS)
