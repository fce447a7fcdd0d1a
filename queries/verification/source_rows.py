"""The first rows of a store's first source file, in their published order.

A store is sorted by id; the figures that the dataset card gives of its first rows need the file.
"""

from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.store.store import Store
from queries.store.tombstones import removed_ids
from queries.verification.published_figures import NotCheckedError

FIRST_ROWS = 38
"""How many rows the dataset card shows."""


class SourceRows:
    """The first `FIRST_ROWS` rows of the first source file of a store, read on first use.

    Every method raises `NotCheckedError` if the file is not there, is another one by now, or
    has fewer rows.
    """

    def __init__(self, store: Store) -> None:
        """Read nothing yet."""
        self._store = store

    def redacted_count(self) -> int:
        """How many of the rows are redacted."""
        return int(pc.sum(self._rows["redacted"].cast(pa.int64())).as_py() or 0)

    def flagged_count(self) -> int:
        """How many of the rows have a flagged message."""
        entries = self._rows["openai_moderation"]
        flagged = entries.flatten().field("flagged").fill_null(False)
        rows = pc.list_parent_indices(entries).filter(flagged)
        return len(rows.unique())

    def first_row(self) -> str:
        """The first row in words: id, model, language, turns, redacted or not."""
        row = {name: self._rows[name][0].as_py() for name in self._rows.schema.names}
        turns = "1 turn" if row["turn"] == 1 else f"{row['turn']} turns"
        redacted = "redacted" if row["redacted"] else "not redacted"
        return f"{row['conversation_id']}, {row['model']}, {row['language']}, {turns}, {redacted}"

    @cached_property
    def _rows(self) -> pa.RecordBatch:
        sources = sorted(self._store.manifest["sources"], key=lambda source: str(source["path"]))
        path = Path(sources[0]["path"])
        if not path.is_file() or path.stat().st_size != sources[0]["bytes"]:
            raise NotCheckedError("The source file is not where it was when it was prepared.")
        dataset = self._store.dataset
        with pq.ParquetFile(path) as file:
            names = [n for n in file.schema_arrow.names if n in dataset.published_schema.names]
            batch = next(file.iter_batches(FIRST_ROWS, columns=names), None)
        if batch is None or len(batch) < FIRST_ROWS:
            raise NotCheckedError(f"The first source file has fewer than {FIRST_ROWS} rows.")
        rows = dataset.to_conversations(batch)
        removed = removed_ids(self._store.path)
        if pc.any(pc.is_in(rows["conversation_id"], removed)).as_py():
            raise NotCheckedError("One of the first rows was removed from this store.")
        return rows
