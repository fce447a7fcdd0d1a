"""Searching all that is left of a store for what was removed: file by file, value by value."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.databases import StateError
from queries.errors import LogError
from queries.layout import FILES_OF_A_STORE, StorePath, Version
from queries.progress import Progress
from queries.removal.traces import PIECE_BYTES, Traces, pieces_of
from queries.state import state_of

_BATCH_ROWS = 8_192
_BLOCK_BYTES = 1 << 26
_ID = "conversation_id"

_TYPED = ("removed.parquet", "state/log.sqlite", "state/purges/")
"""Where reasons, arguments of commands and ids are kept, which may quote what was removed."""


@dataclass
class Searched:
    """What a search came to.

    Attributes:
        files: that were looked through byte by byte, and those of columns also value by value.
        bytes: of these files.
        traces: where something was found: a file, or a table, each once.
        typed: the same of the register, the log and earlier confirmations: what people typed.
        others: files that are none of a store's; compressed ones are not unpacked.
        database: where the log is, if that is no file of the store; its rows were searched too.
    """

    files: int = 0
    bytes: int = 0
    traces: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    database: str = ""


def search_store(
    store: StorePath,
    texts: Traces,
    of_ids: Traces,
    ids: pa.Array,
    skipped: Path,
    progress: Progress,
) -> Searched:
    """Look for pieces of removed texts in every file of a store, and for removed ids in versions.

    Parquet and LanceDB compress: their columns are read, and what they hold is searched as well.
    The register, the log and the confirmations name ids; no other file does.

    Args:
        store: the store.
        texts: pieces of what was said.
        of_ids: pieces of the ids.
        ids: of the conversations that were removed.
        skipped: a folder that is not looked into.
        progress: shows the step, in files.

    Raises:
        LogError: the log is in a database that cannot be read.
    """
    found = Searched()
    files = [p for p in sorted(store.path.rglob("*")) if p.is_file() and skipped not in p.parents]
    in_all = Traces(texts.pieces | of_ids.pieces)
    with progress.step("Searching what is left", len(files), "files") as advance:
        for path in files:
            place = path.relative_to(store.path).as_posix()
            is_version = place.startswith("versions/")
            wanted, rows = (in_all, ids) if is_version else (texts, ids.slice(0, 0))
            if _is_in_file(path, wanted) or _is_in_columns(path, wanted, rows):
                (found.typed if place.startswith(_TYPED) else found.traces).append(place)
            if place.partition("/")[0] not in FILES_OF_A_STORE:
                found.others.append(place)
            found.files += 1
            found.bytes += path.stat().st_size
            advance(1)
        for version in store.versions():
            found.traces += [
                f"{version.name}: the table {name} of its index"
                for name in _tables_with(version, in_all)
            ]
    _search_database(store, texts, found)
    return found


def _search_database(store: StorePath, texts: Traces, found: Searched) -> None:
    """Look into the rows of the store where they are in no file of its own."""
    try:
        state = state_of(store)
        if state.is_shared:
            found.database = state.place
            if texts.found_in("\n".join(state.texts()).encode()):
                found.typed.append(state.place)
    except StateError as error:
        raise LogError(error.place, error.reason, error.way_out) from error


def id_pieces(ids: pa.Array) -> Iterator[bytes]:
    """The pieces of ids; none of short ones, which are looked for as a whole, in columns."""
    yield from (piece for one in ids.to_pylist() for piece in pieces_of(one.encode()))


def said_elsewhere(
    version: Version, texts: Traces, ids: pa.Array, progress: Progress
) -> set[bytes]:
    """The pieces that other conversations of a version, or names of columns, hold as well."""
    found: set[bytes] = set()
    tables = ("messages", "conversations", "verbatim")
    paths = [path for name in tables for path in sorted(version.table(name).glob("*.parquet"))]
    with progress.step("Reading what stays", len(paths), "files") as advance:
        for path in paths:
            # A name of a column stands in every file.
            found |= texts.found_in("\n".join(pq.read_schema(path).names).encode())
            for batch in _batches_of(path):
                is_other = pc.invert(pc.is_in(batch[_ID], ids))
                for data in values_of(pa.Table.from_batches([batch.filter(is_other)])):
                    found |= texts.found_in(data)
            texts = texts.without(found)
            advance(1)
    return found


def _batches_of(path: Path) -> Iterator[pa.RecordBatch]:
    """The columns of a parquet file in which texts are."""
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


def values_of(table: pa.Table) -> Iterator[memoryview]:
    """The texts and bytes in all columns of a table, each column in pieces of one buffer."""
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


def _is_in_file(path: Path, wanted: Traces) -> bool:
    end = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if wanted.found_in(end + block):
                return True
            end = block[1 - PIECE_BYTES :]
    return False


def _is_in_columns(path: Path, wanted: Traces, ids: pa.Array) -> bool:
    if path.suffix != ".parquet":
        return False
    try:
        for batch in _batches_of(path):
            has_id = _ID in batch.schema.names and pc.any(pc.is_in(batch[_ID], ids)).as_py()
            if has_id or _has_trace(batch, wanted):
                return True
    except (OSError, pa.ArrowException):
        return True  # What cannot be read may hold anything.
    return False


def _tables_with(version: Version, wanted: Traces) -> Iterator[str]:
    """The tables of the index of a version in which something is found."""
    path = version.path / "index.lance"
    if not path.is_dir():
        return
    database = lancedb.connect(path)
    for name in database.list_tables().tables:
        if any(_has_trace(batch, wanted) for batch in _batches(database.open_table(name))):
            yield name


def _has_trace(batch: pa.RecordBatch, wanted: Traces) -> bool:
    values = values_of(pa.Table.from_batches([batch]))
    return any(wanted.found_in(data) for data in values)


def _batches(table: Any) -> Iterator[pa.RecordBatch]:  # noqa: ANN401
    columns = [f.name for f in table.schema if pa.types.is_string(f.type)]
    if columns:
        yield from table.search().select(columns).limit(2**31 - 1).to_batches(_BATCH_ROWS)
