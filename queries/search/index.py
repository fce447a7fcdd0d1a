"""The search index of a version, opened for reading: its tables, and whose messages its rows are.

Row n of the table `messages` is message n of the store, in the order of the store, from 0; row n of
`prompts` is distinct prompt n: numbers are all that the parts of a search hand one another.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import lancedb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from lancedb.query import FullTextOperator, MatchQuery, PhraseQuery
from lancedb.table import Table

from queries.errors import (
    IndexMismatchError,
    IndexMissingError,
    IndexWithoutModelError,
    VersionGoneError,
)
from queries.layout import Version
from queries.pool import UNLIMITED, Pool
from queries.search.embedder import Embedder, Vector, embedder_of
from queries.search.turns import Numbers, Turns

Scores = npt.NDArray[np.float32]
VECTOR_FILE = "vectors.npy"
"""Beside the tables: the vectors of the table `prompts`, in its order."""

CUT_FILE = "cut.npy"
"""Beside the tables: for each prompt whether it is longer than the model reads."""

KEY_FILE = "key"
"""Beside the tables: the hash of what they were made from, as the manifest says it."""

INDEX_FORMAT = 1
"""Raised when older code can no longer read a new index."""

_QUESTIONS_REMEMBERED = 128
_BATCH_ROWS = 16_384
_CACHE_BYTES = 2**30

Found = tuple[npt.NDArray[np.int64], Scores]
"""Numbers of messages, in no order, and the score of each."""

# Dataclasses whose defaults mypy does not see.
_MATCH: Any = MatchQuery
_PHRASE: Any = PhraseQuery

EVERYTHING = 2**31 - 1
"""A limit that no index reaches: LanceDB gives ten rows where none is named."""


class SearchIndex:
    """The index of one version. Safe to share between threads."""

    def __init__(
        self, version: Version, embedder: Embedder | None = None, *, pool: Pool = UNLIMITED
    ) -> None:
        """Open it.

        Args:
            version: whose index.
            embedder: its model, where that is loaded already; else it is when it is needed.
            pool: places for slow questions.

        Raises:
            IndexMissingError: the version has none.
            IndexMismatchError: it is one of other messages, or written by other code.
        """
        manifest = version.manifest()
        self.facts: dict[str, Any] = manifest["steps"].get("index", {})
        path = version.path / "index.lance"
        if not self.facts or not path.is_dir():
            raise IndexMissingError(version.path.parent.parent)
        self._check(version, manifest, path)
        self.conversation_count = int(manifest["counts"]["conversations"])
        self._path = path
        # By itself LanceDB would keep whatever was read, up to six gigabytes.
        session = lancedb.Session(_CACHE_BYTES, _CACHE_BYTES // 4)
        self._database = lancedb.connect(path, session=session)
        self.messages = self._database.open_table("messages")
        self._version = version
        self.pool = pool
        self._embedder = embedder
        self._embedder_lock = Lock()
        self._vector_of = lru_cache(_QUESTIONS_REMEMBERED)(self._embedded)

    def _check(self, version: Version, manifest: dict[str, Any], path: Path) -> None:
        said = (
            self.facts.get("index_format"),
            self.facts.get("fingerprint"),
            self.facts.get("message_count"),
        )
        key = path / KEY_FILE
        if not key.is_file() or key.read_text() != self.facts.get("key"):
            raise IndexMismatchError(version.path.parent.parent)
        if said != (INDEX_FORMAT, version.fingerprint, manifest["counts"]["messages"]):
            raise IndexMismatchError(version.path.parent.parent)

    @cached_property
    def id_ranks(self) -> Numbers:
        """For each message the rank of its conversation."""
        ranks: Numbers = self._column("id_rank").to_numpy().astype(np.int32, copy=False)
        return ranks

    @cached_property
    def is_user(self) -> npt.NDArray[np.bool_]:
        """For each message whether a user wrote it."""
        return self._is_role("user")

    @cached_property
    def is_assistant(self) -> npt.NDArray[np.bool_]:
        """For each message whether the model wrote it."""
        return self._is_role("assistant")

    @cached_property
    def prompts(self) -> Table:
        """The table of distinct prompts with their vectors."""
        with self._there():
            return self._database.open_table("prompts")

    @cached_property
    def turns(self) -> Turns:
        """Which messages have which prompt."""
        rows = self._database.open_table("turns").to_arrow()
        of_prompt = rows["prompt_number"].to_numpy()
        starts = np.searchsorted(of_prompt, np.arange(self.facts["prompt_count"] + 1))
        return Turns(starts.astype(np.int64), rows["message_number"].to_numpy().astype(np.int32))

    @cached_property
    def prompt_of_message(self) -> Numbers:
        """For each message its prompt; -1 where it has none."""
        return self.turns.by_message(len(self.id_ranks))

    @cached_property
    def turn_ranks(self) -> Numbers:
        """For each row of `turns` the rank of its conversation."""
        ranks: Numbers = self.id_ranks[self.turns.messages]
        return ranks

    @cached_property
    def prompts_in(self) -> Numbers:
        """For each conversation how many of its messages have a prompt."""
        counts = np.bincount(self.turn_ranks, minlength=self.conversation_count)
        return counts.astype(np.int32)

    @cached_property
    def _vector_file(self) -> npt.NDArray[np.float16]:
        """All vectors in a file, which is read where one looks: LanceDB takes 4 µs a row."""
        # A file without rows cannot be mapped.
        mode: Literal["r"] | None = "r" if self.facts["prompt_count"] else None
        rows: npt.NDArray[np.float16] = np.load(self._path / VECTOR_FILE, mmap_mode=mode)
        return rows

    @property
    def has_vectors(self) -> bool:
        """Whether it was built with a model: without one, only words can be searched."""
        return self.facts.get("model") is not None

    def check_has_vectors(self) -> None:
        """Refuse an index of words alone.

        Raises:
            IndexWithoutModelError: it is one.
        """
        if not self.has_vectors:
            raise IndexWithoutModelError(self._version.path.parent.parent)

    @property
    def is_model_loaded(self) -> bool:
        """Whether a search by meaning can answer at once."""
        return self._embedder is not None

    def load_model(self) -> Embedder:
        """The model of the index, loaded once.

        Raises:
            IndexWithoutModelError: the index was built for words alone.
            ModelError: it is not there, or is another by now.
        """
        with self._embedder_lock:
            if self._embedder is None:
                self.check_has_vectors()
                self._embedder = embedder_of(self.facts["model"])
            return self._embedder

    def vector_of(self, question: str) -> Vector:
        """The vector of a question, by the model of the index.

        Raises:
            ModelError: the model cannot be used.
        """
        return self._vector_of(question)

    def _embedded(self, question: str) -> Vector:
        return self.load_model().question(question)

    def words_of(self, text: str) -> list[str]:
        """The words that the index sees in a text, in order."""
        if not self.facts["message_count"]:
            return text.lower().split()  # Without a row there is no full-text index to ask.
        with self._there():
            return [token.text for token in self.messages.tokenize(text, column="text")]

    def words_beginning(self, start: str, limit: int) -> list[str]:
        """At most so many words of the index that begin so."""
        with self._there():
            table = self._database.open_table("words")
            low = start.replace("'", "''")
            condition = f"word >= '{low}' and starts_with(word, '{low}')"
            rows = table.search().where(condition).select(["word"]).limit(limit).to_arrow()
            return sorted(rows["word"].to_pylist())

    def messages_with_words(self, words: Sequence[str], *, all_of_them: bool) -> Found:
        """Every message with all of the words, or with any."""
        operator = FullTextOperator.AND if all_of_them else FullTextOperator.OR
        return self._found(_MATCH(" ".join(words), "text", operator=operator))

    def messages_with_phrase(self, text: str) -> Found:
        """Every message in which the words of a text stand one after another."""
        return self._found(_PHRASE(text, "text"))

    def _found(self, query: Any) -> Found:  # noqa: ANN401
        if not self.facts["message_count"]:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        with self._there():
            builder: Any = self.messages.search(query, query_type="fts")
            rows = builder.select(["_score"]).with_row_id(True).limit(EVERYTHING).to_arrow()
            return rows["_rowid"].to_numpy().astype(np.int64), rows["_score"].to_numpy()

    def message_rows(self, numbers: Sequence[int], columns: Sequence[str]) -> list[dict[str, Any]]:
        """Columns of some messages, in the order of their numbers as given."""
        with self._there():
            rows: list[dict[str, Any]] = _taken(self.messages, numbers, columns).to_pylist()
            return rows

    def vectors(self, prompts: npt.NDArray[np.int64]) -> Vector:
        """The vectors of some prompts, shape (prompts, dimension)."""
        with self._there():
            rows: Vector = self._vector_file[prompts].astype(np.float32)
        return rows

    def vector_batches(self) -> Iterator[Vector]:
        """All vectors, in order, some thousand at a time."""
        with self._there():
            for start in range(0, len(self._vector_file), _BATCH_ROWS):
                yield self._vector_file[start : start + _BATCH_ROWS].astype(np.float32)

    def warm(self) -> None:
        """Read what every search needs, so that the first one does not wait for it.

        Raises:
            ModelError: the model cannot be used.
        """
        _ = self.id_ranks, self.is_user, self.is_assistant
        self.messages_with_words(["warm"], all_of_them=True)
        if self.has_vectors:
            _ = self.prompts_in, self.prompt_of_message
            self.load_model()

    @contextmanager
    def _there(self) -> Iterator[None]:
        """Say that the version is gone, where that is why its tables cannot be read."""
        try:
            yield
        except Exception as error:
            # LanceDB raises as many kinds of errors as there are files that are missing.
            if self._version.is_complete:
                raise
            raise VersionGoneError(self._version.name) from error

    def _column(self, name: str) -> pa.ChunkedArray:
        files = sorted(self._version.table("messages").glob("*.parquet"))
        parts = [pq.read_table(f, columns=[name], read_dictionary=[name]) for f in files]
        return pa.chunked_array([chunk for part in parts for chunk in part[name].chunks])

    def _is_role(self, role: str) -> npt.NDArray[np.bool_]:
        found = pc.fill_null(pc.equal(self._column("role").cast(pa.string()), role), False)
        is_role: npt.NDArray[np.bool_] = found.to_numpy()
        return is_role


def _taken(table: Table, numbers: Sequence[int], columns: Sequence[str]) -> pa.Table:
    # LanceDB gives rows in an order of its own.
    distinct = sorted({int(number) for number in numbers})
    builder: Any = table.take_row_ids(distinct)
    rows = builder.select(list(columns)).with_row_id().to_arrow()
    place = {number: n for n, number in enumerate(rows["_rowid"].to_pylist())}
    return rows.take(pa.array([place[int(number)] for number in numbers], pa.int64()))
