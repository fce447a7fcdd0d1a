"""A version of a store without the conversations that were removed from it."""

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

from queries.errors import DataError
from queries.layout import StorePath, Version, write_json
from queries.prepare.build import gather
from queries.prepare.flatten import flatten
from queries.prepare.gather import part_path
from queries.prepare.index.build import build_index
from queries.prepare.index.prompts import user_texts
from queries.prepare.manifest import rest_manifest
from queries.prepare.plan import ids_sha256
from queries.progress import Progress
from queries.published import CURRENT_SCHEMA
from queries.removal.evidence import published_tables
from queries.schema import CONVERSATIONS, MESSAGES
from queries.search.embedder import Flags, Model, Vector
from queries.search.index import CUT_FILE, SearchIndex

_OF_THE_WHOLE = ("id_rank", "prompt_group_size", "is_first_of_prompt")


@dataclass(frozen=True, slots=True)
class Rest:
    """The flat rows of a version, less those of some conversations."""

    version: Version
    left_out: pa.Array

    def part(self, part: int, table: str) -> pa.Table:
        """The rows of one part, as they were before the whole dataset was known."""
        path = part_path(self.version, table, part)
        if table == "verbatim" and not path.is_file():
            return CURRENT_SCHEMA.empty_table()
        rows = pq.read_table(path)
        if table == "conversations":
            rows = rows.select([c.name for c in CONVERSATIONS if c.name not in _OF_THE_WHOLE])
        elif table == "messages":
            rows = rows.select([column.name for column in MESSAGES if _is_published(column.name)])
        return rows.filter(pc.invert(pc.is_in(rows["conversation_id"], self.left_out)))


def _is_published(column: str) -> bool:
    derived = ("id_rank", "model", "language", "flag_bits", "highest_level", "length_class")
    return column not in derived and not column.startswith("level_")


def build_rest(live: Version, into: StorePath, ids: pa.Array, progress: Progress) -> Version:
    """Build the version without some conversations, with its index if the live one has one.

    Vectors are those of the live index: no model is needed. A build that was cut off goes on.

    Args:
        live: the version that holds them.
        into: a store of its own for the work.
        ids: of the conversations that are left out, all of them in the live version.
        progress: shows the steps.
    """
    print_ = hashlib.sha256(f"{live.fingerprint} {ids_sha256(ids.to_pylist())}".encode())
    fingerprint = print_.hexdigest()[:12]
    begun = [v for v in into.versions() if v.fingerprint == fingerprint]
    if not begun:
        shutil.rmtree(into.path, ignore_errors=True)
        begun = [into.version(f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{fingerprint}")]
        begun[0].path.mkdir(parents=True)
    version = begun[-1]
    if into.current_name() is None:
        _build_tables(live, version, ids, progress)
        into.set_current(version)
    return _build_index(live, into, progress)


def _build_tables(live: Version, version: Version, ids: pa.Array, progress: Progress) -> None:
    before = live.manifest()
    parts = sum(file["path"].startswith("conversations/") for file in before["files"])
    kept = before["counts"]["conversations"] - len(ids)
    gather(Rest(live, ids), parts, kept, version, progress)
    write_json(
        version.manifest_path, rest_manifest(version, before, len(ids), _oddities(live, ids))
    )


def _oddities(live: Version, ids: pa.Array) -> Counter[str]:
    """How many of the conversations that go have which oddity."""
    found: Counter[str] = Counter()
    for table in published_tables(live, ids):
        for batch in table.combine_chunks().to_batches():
            found.update(flatten(batch).oddities)
    return found


def _build_index(live: Version, into: StorePath, progress: Progress) -> Version:
    said: dict[str, Any] | None = live.manifest()["steps"].get("index")
    if said is None:
        return into.current()
    try:
        index = SearchIndex(live)
    except DataError:  # An index that cannot be searched is not worth carrying on.
        return into.current()
    vectors = KeptVectors(index, live) if index.has_vectors else None
    version = build_index(into, vectors, progress).version
    manifest = version.manifest()
    facts = manifest["steps"]["index"]
    if vectors is not None:
        facts["prompts_per_second"] = said["prompts_per_second"]
        if not vectors.knows_cut:
            facts["cut_prompt_count"] = min(said["cut_prompt_count"], facts["prompt_count"])
    write_json(version.manifest_path, manifest)
    return version


class KeptVectors:
    """The vectors of an index, by the texts that they are of: what stays is not embedded again."""

    def __init__(self, index: SearchIndex, version: Version) -> None:
        self.model = Model(**index.facts["model"])
        self._index = index
        self._prompts: dict[bytes, int] = {}
        for batch, texts in user_texts(version):
            for place, text in texts:
                number = int(index.prompt_of_message[batch.first + place])
                self._prompts[_digest(text)] = number
        flags = Path(version.path / "index.lance" / CUT_FILE)
        self.knows_cut = flags.is_file()
        count = int(index.facts["prompt_count"])
        self._cut: Flags = np.load(flags) if self.knows_cut else np.zeros(count, bool)

    def documents(self, texts: Sequence[str]) -> Vector:
        """The vectors of texts of the index, shape (texts, dimension)."""
        return self._index.vectors(self._numbers(texts))

    def question(self, text: str) -> Vector:
        """The vector of one of the texts, shape (dimension,)."""
        vector: Vector = self.documents([text])[0]
        return vector

    def are_cut(self, texts: Sequence[str]) -> Flags:
        """Which of the texts are longer than the model reads, shape (texts,)."""
        flags: Flags = self._cut[self._numbers(texts)]
        return flags

    def _numbers(self, texts: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.int64]]":
        return np.array([self._prompts[_digest(text)] for text in texts], np.int64)


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
