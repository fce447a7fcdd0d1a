"""The texts that an index is built from: masked, and without those revealed one at a time.

Whoever may not see a text must not be able to find it: a count would spell it out.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.display.covers import REVEALED_ONE_BY_ONE
from queries.masking.parallel import ColumnMask, mask_workers, unmasked
from queries.runtime.ordered_results import results_in_order
from queries.runtime.progress import Progress
from queries.schema import CATEGORIES
from queries.store.atomic_files import atomic_write
from queries.store.layout import Version

_BATCH_ROWS = 5_000
_BATCHES_AHEAD = 7
_HIDDEN_BIT = 1 << CATEGORIES.index(REVEALED_ONE_BY_ONE)
_CHANGED = pa.schema(
    [("message_number", pa.int32()), ("text", pa.string()), ("raw_text", pa.string())]
)


@dataclass(frozen=True, slots=True)
class IndexTexts:
    """The messages of a version with the texts of its index.

    Attributes:
        version: the version.
        numbers: numbers of the messages whose text in the index is another, ascending.
        texts: their texts in the index.
    """

    version: Version
    numbers: npt.NDArray[np.int64]
    texts: pa.Array

    def batches(self, rows: int, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All messages in order, `text` among the columns, in batches of at most `rows`."""
        first = 0
        for path in message_files(self.version):
            with pq.ParquetFile(path) as file:
                for read in file.iter_batches(rows, columns=list(columns)):
                    batch = read.select(list(columns))
                    yield self._replaced(batch, first)
                    first += batch.num_rows

    def _replaced(self, batch: pa.RecordBatch, first: int) -> pa.RecordBatch:
        start, end = np.searchsorted(self.numbers, [first, first + batch.num_rows])
        if start == end:
            return batch
        is_changed = np.zeros(batch.num_rows, bool)
        is_changed[self.numbers[start:end] - first] = True
        texts = batch["text"]
        changed = self.texts[start:end].cast(texts.type)
        replaced = pc.replace_with_mask(texts, pa.array(is_changed), changed)
        return batch.set_column(batch.schema.get_field_index("text"), "text", replaced)


def message_files(version: Version) -> list[Path]:
    """The parquet files of `messages`, in order."""
    return sorted(version.table("messages").glob("*.parquet"))


def mask_texts(out: Path, version: Version, count: int, progress: Progress) -> dict[str, Any]:
    """Write the messages whose text in the index is not their own, with both texts.

    Returns:
        ``raw_message_count``, their number, for the manifest.
    """
    changed_count = 0
    with (
        atomic_write(out) as path,
        pq.ParquetWriter(path, _CHANGED, compression="zstd") as writer,
        mask_workers("searchable", count) as mask,
        progress.step("Masking texts", count, "messages") as advance,
    ):
        for rows, changed in _in_parallel(version, mask):
            writer.write_batch(changed)
            changed_count += changed.num_rows
            advance(rows)
    return {"raw_message_count": changed_count}


def read_texts(path: Path, version: Version) -> IndexTexts:
    """The texts of an index, from the file of `mask_texts`."""
    rows = pq.read_table(path, columns=["message_number", "text"])
    numbers = rows["message_number"].to_numpy().astype(np.int64)
    return IndexTexts(version, numbers, unmasked(rows["text"]))


def _in_parallel(version: Version, mask: ColumnMask) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The number of messages in each batch, and those of them that change, in order."""
    with ThreadPoolExecutor() as threads:
        tasks = (partial(_changed, batch, first, mask) for batch, first in _raw_batches(version))
        yield from results_in_order(threads, tasks, _BATCHES_AHEAD)


def _raw_batches(version: Version) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Batches of messages as they are stored, and the number of the first message of each."""
    first = 0
    for path in message_files(version):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH_ROWS, columns=["text", "cover_bits"]):
                yield batch, first
                first += batch.num_rows


def _changed(batch: pa.RecordBatch, first: int, mask: ColumnMask) -> tuple[int, pa.RecordBatch]:
    raw = batch["text"].cast(pa.string())
    is_hidden = pc.greater(pc.bit_wise_and(batch["cover_bits"], _HIDDEN_BIT), 0)
    texts = pc.if_else(is_hidden, "", mask(raw))
    is_changed = pc.not_equal(texts, raw).fill_null(False)
    numbers = pa.array(np.arange(first, first + batch.num_rows), pa.int32())
    changed = pa.record_batch([numbers, texts, raw], schema=_CHANGED).filter(is_changed)
    return batch.num_rows, changed
