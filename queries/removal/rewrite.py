"""Build a version of a store without some of its conversations."""

import hashlib
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.datasets.canonical import CANONICAL_SCHEMA
from queries.errors import DataError
from queries.masking.revision import masking_revision
from queries.prepare.build import gather
from queries.prepare.flatten import count_oddities
from queries.prepare.gather import part_path
from queries.prepare.index.build import build_index
from queries.prepare.index.distinct_prompts import user_texts
from queries.prepare.index.index_texts import IndexTexts
from queries.prepare.topics.build import NoTopicsError, build_topics
from queries.prepare.version_manifest import reduced_manifest
from queries.removal.purge_journal import canonical_tables
from queries.runtime.progress import Progress
from queries.schema import CONVERSATIONS, MESSAGES, TOPIC_COLUMNS
from queries.search.embedder import Flags, Model, Vector
from queries.search.index import CUT_FILE, SearchIndex
from queries.search.quick_model import QUICK_FOLDER, QuickEmbedder, load_quick_embedder
from queries.store.atomic_files import write_json
from queries.store.checksums import ids_sha256
from queries.store.layout import StorePath, Version

_DERIVED_COLUMNS = (
    *("id_rank", "prompt_group_size", "is_first_of_prompt"),
    *("searchable_opening", "opening_words", *TOPIC_COLUMNS),
)


@dataclass(frozen=True, slots=True)
class RemainingRows:
    """The flat rows of a version, without those of some conversations.

    Attributes:
        version: the version.
        left_out: ids of these conversations.
    """

    version: Version
    left_out: pa.Array

    def part(self, part: int, table: str) -> pa.Table:
        """The rows of one part, without columns that are derived from other rows."""
        path = part_path(self.version, table, part)
        if table == "verbatim" and not path.is_file():
            return CANONICAL_SCHEMA.empty_table()
        rows = pq.read_table(path)
        if table == "conversations":
            # Places on the map stay as they are. An earlier version may have written none.
            kept = (c.name for c in CONVERSATIONS if c.name not in _DERIVED_COLUMNS)
            rows = rows.select([name for name in kept if name in rows.column_names])
        elif table == "messages":
            rows = rows.select([column.name for column in MESSAGES if _is_published(column.name)])
        return rows.filter(pc.invert(pc.is_in(rows["conversation_id"], self.left_out)))


def _is_published(column: str) -> bool:
    derived = ("id_rank", "model", "language", "highest_level", "length_class")
    return column not in (*derived, "flag_bits", "cover_bits") and not column.startswith("level_")


def rewrite_without(live: Version, into: StorePath, ids: pa.Array, progress: Progress) -> Version:
    """Build a version without some conversations, with the index, topics and map of a live one.

    Vectors are copied from the live index, so no model is needed; so are places on the map. An
    interrupted build resumes.

    Args:
        live: the version that contains the conversations.
        into: a separate store, in which the version is built.
        ids: of the conversations to leave out, all of them in the live version.
        progress: shows the steps.
    """
    digest = hashlib.sha256(f"{live.fingerprint} {ids_sha256(ids.to_pylist())}".encode())
    fingerprint = digest.hexdigest()[:12]
    unfinished = [v for v in into.versions() if v.fingerprint == fingerprint]
    if not unfinished:
        shutil.rmtree(into.path, ignore_errors=True)
        unfinished = [into.version(f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{fingerprint}")]
        unfinished[0].path.mkdir(parents=True)
    version = unfinished[-1]
    if into.current_name() is None:
        _build_tables(live, version, ids, progress)
        into.set_current(version)
    return _build_index(live, into, progress)


def _build_tables(live: Version, version: Version, ids: pa.Array, progress: Progress) -> None:
    before = live.manifest()
    parts = sum(file["path"].startswith("conversations/") for file in before["files"])
    row_count = before["counts"]["conversations"] - len(ids)
    gather(RemainingRows(live, ids), parts, row_count, version, progress)
    manifest = reduced_manifest(version, before, len(ids), _oddities(live, ids))
    if (facts := before["steps"].get("map")) is not None:
        manifest["steps"]["map"] = {**facts, "points": _count_points(version)}
    write_json(version.manifest_path, manifest)


def _count_points(version: Version) -> int:
    """The prompt groups of a version that have a place on the map."""
    files = sorted(version.table("conversations").glob("*.parquet"))
    tables = [pq.read_table(path, columns=["prompt_group", "map_x"]) for path in files]
    rows = pa.concat_tables(tables).drop_null()
    return int(pc.count_distinct(rows["prompt_group"]).as_py())


def _oddities(live: Version, ids: pa.Array) -> Counter[str]:
    """How many of some conversations have which oddity."""
    counts: Counter[str] = Counter()
    for table in canonical_tables(live, ids):
        for batch in table.combine_chunks().to_batches():
            counts.update(count_oddities(batch))
    return counts


def _build_index(live: Version, into: StorePath, progress: Progress) -> Version:
    live_facts: dict[str, Any] | None = live.manifest()["steps"].get("index")
    if live_facts is None:
        return into.current()
    try:
        index = SearchIndex(live)
    except DataError:  # An index that cannot be searched is dropped.
        return into.current()
    if live_facts["masking"] != masking_revision():
        return into.current()  # Its texts would be masked otherwise, and have no vectors.
    vectors = _stored_vectors(index, live)
    version = build_index(into, vectors, progress).version
    manifest = version.manifest()
    facts = manifest["steps"]["index"]
    if vectors is not None:
        facts["prompts_per_second"] = live_facts["prompts_per_second"]
        if index.is_quick:
            facts["quick"] = live_facts["quick"]
        if not vectors.has_truncation_flags:
            facts["cut_prompt_count"] = min(live_facts["cut_prompt_count"], facts["prompt_count"])
    write_json(version.manifest_path, manifest)
    return _build_topics(live, into, progress) if vectors is not None else version


def _build_topics(live: Version, into: StorePath, progress: Progress) -> Version:
    """Topics of what remains, if the live version has topics; dropped if too little remains."""
    facts: dict[str, Any] | None = live.manifest()["steps"].get("topics")
    if facts is None:
        return into.current()
    try:
        built = build_topics(into, progress, count=facts["wanted_count"], seed=facts["seed"])
    except NoTopicsError:
        return into.current()
    return built.version


def _stored_vectors(index: SearchIndex, version: Version) -> "StoredVectors | None":
    """The vectors of an index; None if it has none."""
    if not index.has_vectors:
        return None
    return (StoredQuickVectors if index.is_quick else StoredVectors)(index, version)


class StoredVectors:
    """An embedder that looks texts up in an existing index instead of running a model."""

    def __init__(self, index: SearchIndex, version: Version) -> None:
        self.model = Model(**index.manifest["model"])
        self.precision = str(index.manifest.get("precision", "float32"))
        self._index = index
        self._version = version
        self._prompts: dict[bytes, int] = {}
        masked = index.message_rows(index.raw_numbers.tolist(), ["text"])
        changed = pa.array([row["text"] for row in masked], pa.string())
        for batch, texts in user_texts(IndexTexts(version, index.raw_numbers, changed)):
            for position, text in texts:
                number = int(index.prompt_of_message[batch.first + position])
                self._prompts[_digest(text)] = number
        flags = Path(version.path / "index.lance" / CUT_FILE)
        self.has_truncation_flags = flags.is_file()
        count = int(index.manifest["prompt_count"])
        self._is_truncated: Flags = (
            np.load(flags) if self.has_truncation_flags else np.zeros(count, bool)
        )

    def embed_documents(self, texts: Sequence[str]) -> Vector:
        """The vectors of texts in the index, shape (texts, dimension)."""
        return self._index.vectors(self._numbers(texts))

    def embed_query(self, text: str) -> Vector:
        """The vector of one of the texts, shape (dimension,)."""
        vector: Vector = self.embed_documents([text])[0]
        return vector

    def are_truncated(self, texts: Sequence[str]) -> Flags:
        """Which texts exceed the input length of the model, shape (texts,)."""
        flags: Flags = self._is_truncated[self._numbers(texts)]
        return flags

    def _numbers(self, texts: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.int64]]":
        return np.array([self._prompts[_digest(text)] for text in texts], np.int64)


class StoredQuickVectors(StoredVectors):
    """Quick vectors, and the quick model that is part of their index."""

    @property
    def quick_model(self) -> QuickEmbedder:
        """The quick model."""
        folder = self._version.path / "index.lance" / QUICK_FOLDER
        return load_quick_embedder(folder, self.model.as_json())


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
