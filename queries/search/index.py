"""The search index of a version, opened for reading.

Row n of the table `messages` is message n of the store, in store order, from 0. Row n of `prompts`
is distinct prompt n. The modules of a search refer to messages and prompts by these numbers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal, cast

import lancedb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from lancedb.table import Table

from queries.errors import (
    IndexMismatchError,
    IndexMissingError,
    IndexWithoutModelError,
    VersionGoneError,
)
from queries.runtime.fair_queue import UNLIMITED, FairQueue
from queries.search.embedder import Embedder, Vector, load_embedder
from queries.search.prompt_postings import Numbers, PromptPostings
from queries.search.quick_model import QUICK_FOLDER, load_quick_embedder
from queries.search.text_index import NO_LIMIT, TextIndex, rows_in_order
from queries.store.layout import Version

VECTOR_FILE = "vectors.npy"
"""Next to the tables: the vectors of the table `prompts`, in its order."""

CUT_FILE = "cut.npy"
"""Next to the tables: whether each prompt exceeds the input length of the model."""

KEY_FILE = "key"
"""Next to the tables: the hash of their input, which the manifest repeats."""

INDEX_FORMAT = 4
"""Format version; increased when older code can no longer read a new index."""

_QUERY_CACHE_SIZE = 128
_BATCH_ROWS = 16_384
_CACHE_BYTES = 2**30


class SearchIndex:
    """The search index of one version. Thread-safe."""

    def __init__(
        self, version: Version, embedder: Embedder | None = None, *, queue: FairQueue = UNLIMITED
    ) -> None:
        """Open the index.

        Args:
            version: the version to search.
            embedder: its model, if already loaded; otherwise it is loaded on first use.
            queue: the fair queue for slow queries.

        Raises:
            IndexMissingError: the version has no index.
            IndexMismatchError: the index has another format or other data.
        """
        version_manifest = version.manifest()
        self.manifest: dict[str, Any] = version_manifest["steps"].get("index", {})
        path = version.path / "index.lance"
        if not self.manifest or not path.is_dir():
            raise IndexMissingError(version.path.parent.parent)
        self._check(version, version_manifest, path)
        self.conversation_count = int(version_manifest["counts"]["conversations"])
        self._path = path
        # The default cache of LanceDB grows to 6 GB.
        session = lancedb.Session(_CACHE_BYTES, _CACHE_BYTES // 4)
        self._database = lancedb.connect(path, session=session)
        self.messages = self._database.open_table("messages")
        self._version = version
        self.queue = queue
        self._embedder = embedder
        self._embedder_lock = Lock()
        self._cached_query_vector = lru_cache(_QUERY_CACHE_SIZE)(self._embed_query)

    def _check(self, version: Version, version_manifest: dict[str, Any], path: Path) -> None:
        actual = (
            self.manifest.get("index_format"),
            self.manifest.get("fingerprint"),
            self.manifest.get("message_count"),
        )
        key = path / KEY_FILE
        if not key.is_file() or key.read_text() != self.manifest.get("key"):
            raise IndexMismatchError(version.path.parent.parent)
        expected = (INDEX_FORMAT, version.fingerprint, version_manifest["counts"]["messages"])
        if actual != expected:
            raise IndexMismatchError(version.path.parent.parent)

    @cached_property
    def id_ranks(self) -> Numbers:
        """The id rank of the conversation of each message."""
        ranks: Numbers = self._column("id_rank").to_numpy().astype(np.int32, copy=False)
        return ranks

    @cached_property
    def is_user(self) -> npt.NDArray[np.bool_]:
        """Whether each message is by a user."""
        return self._is_role("user")

    @cached_property
    def is_assistant(self) -> npt.NDArray[np.bool_]:
        """Whether each message is by the model."""
        return self._is_role("assistant")

    @cached_property
    def prompts(self) -> Table:
        """The table of distinct prompts and their vectors."""
        with self._translated_errors():
            return self._database.open_table("prompts")

    @cached_property
    def prompt_postings(self) -> PromptPostings:
        """The messages of each distinct prompt."""
        rows = self._database.open_table("turns").to_arrow()
        prompt_numbers = rows["prompt_number"].to_numpy()
        starts = np.searchsorted(prompt_numbers, np.arange(self.manifest["prompt_count"] + 1))
        return PromptPostings(
            starts.astype(np.int64), rows["message_number"].to_numpy().astype(np.int32)
        )

    @cached_property
    def prompt_of_message(self) -> Numbers:
        """The prompt number of each message; -1 for messages without one."""
        return self.prompt_postings.prompt_by_message(len(self.id_ranks))

    @cached_property
    def posting_id_ranks(self) -> Numbers:
        """The id rank of the conversation of each message in `prompt_postings`."""
        ranks: Numbers = self.id_ranks[self.prompt_postings.messages]
        return ranks

    @cached_property
    def prompt_counts(self) -> Numbers:
        """The number of messages with a prompt in each conversation."""
        counts = np.bincount(self.posting_id_ranks, minlength=self.conversation_count)
        return counts.astype(np.int32)

    @cached_property
    def _vector_file(self) -> npt.NDArray[np.float16]:
        """All vectors, memory-mapped: reading a row through LanceDB takes 4 µs."""
        # An empty file cannot be mapped.
        mode: Literal["r"] | None = "r" if self.manifest["prompt_count"] else None
        rows: npt.NDArray[np.float16] = np.load(self._path / VECTOR_FILE, mmap_mode=mode)
        return rows

    @property
    def has_vectors(self) -> bool:
        """Whether the index was built with a model; without one there is only full-text search."""
        return self.manifest.get("model") is not None

    @property
    def is_quick(self) -> bool:
        """Whether its vectors are quick ones, see `queries.search.quick_model`."""
        return self.manifest.get("quick") is not None

    def check_has_vectors(self) -> None:
        """Require an index that was built with a model.

        Raises:
            IndexWithoutModelError: the index has no vectors.
        """
        if not self.has_vectors:
            raise IndexWithoutModelError(self._version.path.parent.parent)

    @property
    def is_model_loaded(self) -> bool:
        """Whether the model is loaded, so that a semantic search need not wait for it."""
        return self._embedder is not None

    def load_model(self) -> Embedder:
        """Load the model of the index, once.

        Raises:
            IndexWithoutModelError: the index has no vectors.
            ModelError: the model is missing, or differs from the one that built the index.
        """
        with self._embedder_lock:
            if self._embedder is None:
                self.check_has_vectors()
                self._embedder = self._load_embedder()
            return self._embedder

    def _load_embedder(self) -> Embedder:
        if self.is_quick:
            return load_quick_embedder(self._path / QUICK_FOLDER, self.manifest["model"])
        return load_embedder(self.manifest["model"])

    def query_vector(self, query: str) -> Vector:
        """The vector of a query, shape (dimension,); cached.

        Raises:
            ModelError: the model cannot be used.
        """
        return self._cached_query_vector(query)

    def _embed_query(self, query: str) -> Vector:
        return self.load_model().embed_query(query)

    @cached_property
    def masked_texts(self) -> TextIndex:
        """Finds messages by the words that every reader may look up."""
        return TextIndex(self._path / "words", self._translated_errors)

    @cached_property
    def raw_texts(self) -> TextIndex:
        """Finds the messages of `raw_numbers`, by place there, by all words of their own texts."""
        return TextIndex(self._path / "raw_words", self._translated_errors)

    @cached_property
    def raw_numbers(self) -> npt.NDArray[np.int64]:
        """Numbers of the messages whose text in `messages` is not their own, ascending."""
        query = self._raw_messages.search().select(["message_number"]).limit(NO_LIMIT)
        rows = query.to_arrow()["message_number"].to_numpy()
        return cast("npt.NDArray[np.int64]", np.sort(rows).astype(np.int64))

    @cached_property
    def _raw_messages(self) -> Table:
        with self._translated_errors():
            return self._database.open_table("raw_messages")

    def raw_text_rows(self, numbers: Sequence[int]) -> dict[int, str]:
        """The own texts of those of some messages that have another one in the index."""
        wanted = np.array(numbers, np.int64)
        rows = np.flatnonzero(np.isin(self.raw_numbers, wanted))
        with self._translated_errors():
            texts = rows_in_order(self._raw_messages, rows.tolist(), ["text"])["text"]
        return dict(zip(self.raw_numbers[rows].tolist(), texts.to_pylist(), strict=True))

    def message_rows(self, numbers: Sequence[int], columns: Sequence[str]) -> list[dict[str, Any]]:
        """Columns of some messages, in the order of `numbers`."""
        with self._translated_errors():
            rows: list[dict[str, Any]] = rows_in_order(self.messages, numbers, columns).to_pylist()
            return rows

    def vectors(self, prompts: npt.NDArray[np.int64]) -> Vector:
        """The vectors of some prompts, shape (prompts, dimension)."""
        with self._translated_errors():
            rows: Vector = self._vector_file[prompts].astype(np.float32)
        return rows

    def vector_batches(self) -> Iterator[Vector]:
        """All vectors in order, in batches of some thousand rows."""
        with self._translated_errors():
            for start in range(0, len(self._vector_file), _BATCH_ROWS):
                yield self._vector_file[start : start + _BATCH_ROWS].astype(np.float32)

    def warm_up(self) -> None:
        """Load what every search needs, so that the first one does not wait for it.

        Raises:
            ModelError: the model cannot be used.
        """
        _ = self.id_ranks, self.is_user, self.is_assistant
        self.masked_texts.warm_up()
        if self.has_vectors:
            _ = self.prompt_counts, self.prompt_of_message
            self.load_model()

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Raise `VersionGoneError` if a read fails because the version was deleted."""
        try:
            yield
        except Exception as error:
            # LanceDB raises a different exception for each kind of missing file.
            if self._version.is_complete:
                raise
            raise VersionGoneError(self._version.name) from error

    def _column(self, name: str) -> pa.ChunkedArray:
        files = self._version.table("messages").glob("*.parquet")
        parts = [pq.read_table(f, columns=[name], read_dictionary=[name]) for f in sorted(files)]
        return pa.chunked_array([chunk for part in parts for chunk in part[name].chunks])

    def _is_role(self, role: str) -> npt.NDArray[np.bool_]:
        matches = pc.equal(self._column("role").cast(pa.string()), role)
        return cast("npt.NDArray[np.bool_]", pc.fill_null(matches, False).to_numpy())
