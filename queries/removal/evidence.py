"""What a purge is about: the removed conversations that a store still holds, before they go.

It is kept in a folder of the store until the purge has come to its end, so that one that was cut
off goes on: the texts to look for, and of each conversation the hash, which is what is confirmed.
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

from queries.export.masks import unmasked
from queries.export.parts import Part
from queries.export.shapes import SHAPES
from queries.layout import STORE_FORMAT, StorePath, Version, whole_file, write_json
from queries.plain_values import decoded, each_leaf, with_bytes
from queries.published import CURRENT_SCHEMA

_TEXTS = pa.schema([("conversation_id", pa.string()), ("text", pa.binary())])


@dataclass(frozen=True)
class Purging:
    """The folder of a purge that is not at its end."""

    store: StorePath

    @property
    def path(self) -> Path:
        """Where it is; gone when the purge is done."""
        return self.store.path / "purging"

    @property
    def rest(self) -> StorePath:
        """A store of its own, in which the version without the removed conversations is built."""
        return StorePath(self.path / "store")

    @property
    def texts_path(self) -> Path:
        """What was said in the conversations; the last of it that is deleted."""
        return self.path / "texts.parquet"

    @property
    def facts_path(self) -> Path:
        """What is known of the purge, without texts."""
        return self.path / "facts.json"

    @property
    def facts(self) -> dict[str, Any]:
        """``begun_at``, ``begun_by``, ``hashes`` by id, ``versions``; nothing before it began."""
        try:
            facts: dict[str, Any] = json.loads(self.facts_path.read_text())
        except FileNotFoundError:
            return {}
        return facts

    def say(self, **facts: object) -> None:
        """Add to what is known."""
        write_json(self.facts_path, {**self.facts, **facts})

    @cached_property
    def texts(self) -> list[bytes]:
        """What was said in the conversations, each message once."""
        if not self.texts_path.is_file():
            return []
        column = pq.read_table(self.texts_path, columns=["text"])["text"]
        found: list[bytes] = pc.unique(column).to_pylist()
        return found

    def gather(self, ids: pa.Array) -> None:
        """Keep hashes and texts of the conversations that any version holds, and were not kept."""
        hashes = dict(self.facts.get("hashes", {}))
        texts = [pq.read_table(self.texts_path)] if self.texts_path.is_file() else []
        for version in readable_versions(self.store):
            wanted = ids.filter(pc.invert(pc.is_in(ids, pa.array(hashes, pa.string()))))
            for row in _rows(version, wanted):
                key = decoded(row["conversation_id"])
                hashes[key] = row_sha256(row)
                said = [(message or {}).get("content") for message in row["conversation"] or []]
                found = [
                    {"conversation_id": key, "text": form}
                    for text in said
                    for form in _forms(text or b"")
                ]
                texts.append(pa.Table.from_pylist(found, _TEXTS))
        self.path.mkdir(exist_ok=True)
        with whole_file(self.texts_path) as path:
            pq.write_table(pa.concat_tables([_TEXTS.empty_table(), *texts]), path)
        self.say(hashes=hashes)

    def forget_texts(self) -> None:
        """Delete what was said."""
        self.texts_path.unlink(missing_ok=True)

    def end(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.path, ignore_errors=True)


def readable_versions(store: StorePath) -> list[Version]:
    """Complete versions that this code can read, the live one first."""
    complete = [version for version in store.versions() if version.is_complete]
    readable = [one for one in complete if one.manifest().get("format") == STORE_FORMAT]
    return sorted(readable, key=lambda one: one.name != store.current_name())


def ids_in(version: Version, ids: pa.Array) -> pa.Array:
    """Those of some ids that a version holds, sorted; removed ones too."""
    found = [ids.slice(0, 0)]
    for column in id_columns(version):
        found += column.filter(pc.is_in(column, ids)).chunks
    return pa.concat_arrays(found)


def id_columns(version: Version) -> Iterator[pa.ChunkedArray]:
    """All ids that a version holds, sorted, file by file; removed ones too."""
    for path in sorted(version.table("conversations").glob("*.parquet")):
        yield pq.read_table(path, columns=["conversation_id"])["conversation_id"]


def row_sha256(row: dict[str, Any]) -> str:
    """The hash of a published row, by which its owner can tell which one it was.

    Source: SHA-256 of ``json.dumps(row, sort_keys=True, ensure_ascii=False)`` in UTF-8, where
    ``row`` has the published columns; bytes that are not UTF-8 are U+FFFD.
    """
    said = json.dumps(each_leaf(row, decoded), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def published_tables(version: Version, ids: pa.Array) -> Iterator[pa.Table]:
    """The published rows of those of some conversations that a version holds."""
    for part in _parts(version, ids):
        yield SHAPES["published"].rows(part, CURRENT_SCHEMA.names, unmasked).table


def _forms(text: bytes) -> set[bytes]:
    """A text as it was published, and as tables hold it where it is not UTF-8."""
    return {text, decoded(text).encode()} - {b""}


def _rows(version: Version, ids: pa.Array) -> Iterator[dict[str, Any]]:
    """The same as Python values, texts as bytes."""
    for table in published_tables(version, ids):
        for start in range(0, table.num_rows, 1_000):
            piece = table.slice(start, 1_000)
            yield from piece.cast(
                pa.schema([(field.name, with_bytes(field.type)) for field in piece.schema])
            ).to_pylist()


def _parts(version: Version, ids: pa.Array) -> Iterator[Part]:
    for path in sorted(version.table("conversations").glob("*.parquet")):
        rows = pq.read_table(path, columns=["conversation_id", "id_rank"])
        is_wanted = pc.is_in(rows["conversation_id"], ids)
        if pc.any(is_wanted).as_py():
            ranks = rows["id_rank"].to_numpy()
            chosen = rows.filter(is_wanted)["id_rank"].to_numpy().astype("int64")
            yield Part(version, path.name, int(ranks[0]), chosen)
