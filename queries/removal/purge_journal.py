"""The journal of a running purge: texts to search for and row hashes, kept until it completes.

An interrupted purge resumes from it. The hashes end up in the confirmation.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.datasets.rebuild import CONVERSATION_COLUMNS, MESSAGE_COLUMNS, rebuilt_rows
from queries.datasets.registry import dataset_of
from queries.serialisation.json_values import binary_type, decode_bytes, map_leaves
from queries.store.atomic_files import atomic_write, write_json
from queries.store.layout import STORE_FORMAT, StorePath, Version
from queries.store.part_reader import PartReader
from queries.store.partitions import PartRange

_TEXTS = pa.schema([("conversation_id", pa.string()), ("text", pa.binary())])


@dataclass(frozen=True)
class PurgeJournal:
    """The folder of a purge that has not completed."""

    store: StorePath

    @property
    def path(self) -> Path:
        """The folder; it exists only while a purge is incomplete."""
        return self.store.path / "purging"

    @property
    def staging(self) -> StorePath:
        """A separate store, in which the version without the removed conversations is built."""
        return StorePath(self.path / "store")

    @property
    def texts_path(self) -> Path:
        """The messages of the removed conversations; the last of their texts to be deleted."""
        return self.path / "texts.parquet"

    @property
    def facts_path(self) -> Path:
        """The file with `facts`."""
        return self.path / "facts.json"

    @property
    def facts(self) -> dict[str, Any]:
        """What is recorded of the purge, without any text; empty before it starts.

        ``begun_at``, ``begun_by``, ``versions`` (when it began), ``hashes`` by id, ``common``
        (patterns that other conversations contain), and, once the store was searched,
        ``searched``, ``searched_ids`` and ``ended_at``.
        """
        try:
            facts: dict[str, Any] = json.loads(self.facts_path.read_text())
        except FileNotFoundError:
            return {}
        return facts

    def update(self, **facts: object) -> None:
        """Add or replace facts."""
        write_json(self.facts_path, {**self.facts, **facts})

    @cached_property
    def texts(self) -> list[bytes]:
        """The distinct messages of the removed conversations."""
        if not self.texts_path.is_file():
            return []
        column = pq.read_table(self.texts_path, columns=["text"])["text"]
        texts: list[bytes] = pc.unique(column).to_pylist()
        return texts

    def record(self, ids: pa.Array) -> None:
        """Record hashes and texts of conversations, as far as they are in any version.

        Conversations that an interrupted run recorded are not read again.
        """
        hashes = dict(self.facts.get("hashes", {}))
        texts = [pq.read_table(self.texts_path)] if self.texts_path.is_file() else []
        for version in readable_versions(self.store):
            missing = ids.filter(pc.invert(pc.is_in(ids, pa.array(hashes, pa.string()))))
            dataset = dataset_of(version.manifest())
            for table in canonical_tables(version, missing):
                published = dataset.to_published(table)
                for row, published_row in zip(_rows(table), _rows(published), strict=True):
                    conversation_id = decode_bytes(row["conversation_id"])
                    hashes[conversation_id] = row_sha256(published_row)
                    texts.append(_texts_of(conversation_id, row))
        self.path.mkdir(exist_ok=True)
        with atomic_write(self.texts_path) as path:
            pq.write_table(pa.concat_tables([_TEXTS.empty_table(), *texts]), path)
        self.update(hashes=hashes)

    def delete_texts(self) -> None:
        """Delete the recorded messages."""
        self.texts_path.unlink(missing_ok=True)

    def delete(self) -> None:
        """Delete the journal."""
        shutil.rmtree(self.path, ignore_errors=True)


def readable_versions(store: StorePath) -> list[Version]:
    """Complete versions in the current format, the live one first."""
    complete = [version for version in store.versions() if version.is_complete]
    readable = [version for version in complete if version.manifest().get("format") == STORE_FORMAT]
    return sorted(readable, key=lambda version: version.name != store.current_name())


def ids_in(version: Version, ids: pa.Array) -> pa.Array:
    """The ids among some that a version contains, sorted; removed ones included."""
    present = [ids.slice(0, 0)]
    for column in id_columns(version):
        present += column.filter(pc.is_in(column, ids)).chunks
    return pa.concat_arrays(present)


def id_columns(version: Version) -> Iterator[pa.ChunkedArray]:
    """All ids of a version, sorted, one column per part; removed ones included."""
    for path in sorted(version.table("conversations").glob("*.parquet")):
        yield pq.read_table(path, columns=["conversation_id"])["conversation_id"]


def row_sha256(row: dict[str, Any]) -> str:
    """The hash by which the owner of a published row can identify it.

    Source: SHA-256 of ``json.dumps(row, sort_keys=True, ensure_ascii=False)`` in UTF-8, where
    ``row`` has the published columns; bytes that are not UTF-8 are U+FFFD.
    """
    text = json.dumps(map_leaves(row, decode_bytes), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_tables(version: Version, ids: pa.Array) -> Iterator[pa.Table]:
    """The canonical rows of some conversations, as far as a version contains them."""
    for part in _part_readers(version, ids):
        conversations = part.conversations(CONVERSATION_COLUMNS)
        yield rebuilt_rows(conversations, part.messages(MESSAGE_COLUMNS), part.verbatim)


def _texts_of(conversation_id: str, row: dict[str, Any]) -> pa.Table:
    contents = [(message or {}).get("content") for message in row["conversation"] or []]
    rows = [
        {"conversation_id": conversation_id, "text": form}
        for content in contents
        for form in _forms(content or b"")
    ]
    return pa.Table.from_pylist(rows, _TEXTS)


def _forms(text: bytes) -> set[bytes]:
    """A text as published, and as tables hold it if it is not UTF-8."""
    return {text, decode_bytes(text).encode()} - {b""}


def _rows(rows: pa.Table) -> Iterator[dict[str, Any]]:
    """Rows as Python values, with texts as bytes."""
    for start in range(0, rows.num_rows, 1_000):
        piece = rows.slice(start, 1_000)
        yield from piece.cast(
            pa.schema([(field.name, binary_type(field.type)) for field in piece.schema])
        ).to_pylist()


def _part_readers(version: Version, ids: pa.Array) -> Iterator[PartReader]:
    for path in sorted(version.table("conversations").glob("*.parquet")):
        rows = pq.read_table(path, columns=["conversation_id", "id_rank"])
        is_wanted = pc.is_in(rows["conversation_id"], ids)
        if pc.any(is_wanted).as_py():
            all_ranks = rows["id_rank"].to_numpy()
            ranks = rows.filter(is_wanted)["id_rank"].to_numpy().astype("int64")
            part = PartRange(path.name, int(all_ranks[0]), int(all_ranks[-1]) + 1)
            yield PartReader(version, part, ranks)
