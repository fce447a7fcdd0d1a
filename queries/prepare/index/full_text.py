"""The index of words, and the tables of messages that results are shown from.

`messages` has every message with the text in which readers may look words up, and `words` the words
of these texts. `raw_messages` and `raw_words` have the messages whose own text is another, for
operators.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from lancedb.table import Table

from queries.prepare.index.index_texts import IndexTexts, message_files
from queries.prepare.index.merged_words import merge_words
from queries.prepare.index.pair_writer import write_common_pairs
from queries.prepare.index.ranking_writer import write_rankings
from queries.prepare.index.word_segments import write_segments
from queries.runtime.progress import Advance, Progress
from queries.search.prompt_postings import Numbers
from queries.search.text_index import LENGTHS_FILE
from queries.search.word_postings import WordPostings
from queries.store.atomic_files import delete_path
from queries.store.layout import Version

_COLUMNS = (
    *("id_rank", "message_index", "turn_number", "role"),
    *("is_flagged", "flag_bits", "cover_bits", "text"),
)
_BATCH_ROWS = 20_000
_RAW_COLUMNS = pa.schema([("message_number", pa.int32()), ("text", pa.string())])
_COMPRESSION = {"lance-encoding:compression": "zstd", "lance-encoding:compression-level": "3"}
# With this option a row keeps its id, and ids start at 0.
_STABLE_ROW_IDS = {"new_table_enable_stable_row_ids": "true"}


def build_full_text(
    tables: Path, texts: IndexTexts, count: int, progress: Progress
) -> dict[str, Any]:
    """Write the table `messages`, and the words of its texts.

    The row id of a message is its number in the store.

    Returns:
        ``word_count``, the number of distinct words, for the manifest.
    """
    columns = _message_schema(texts.version)
    segments = tables.parent / "segments"
    delete_path(segments)
    with progress.step("Writing messages", count, "messages") as advance:
        batches = (batch.cast(columns) for batch in texts.batches(_BATCH_ROWS, _COLUMNS))
        rows = _indexed(tables / "words", segments, batches, count, advance)
        _write(tables, "messages", columns, rows)
    with progress.step("Indexing words", count, "messages") as advance:
        word_count = _merge(tables / "words", segments, count, advance)
        _rank_common_words(tables / "words", texts, count)
        advance(count - 2 * (count // 3))
    return {"word_count": word_count}


def build_raw_text(tables: Path, changed: Path, progress: Progress) -> dict[str, Any]:
    """Write the table `raw_messages`, and the words of its texts.

    Args:
        tables: the LanceDB database.
        changed: the file of `mask_texts`.
        progress: shows the step.
    """
    rows = pq.read_table(changed, columns=["message_number", "raw_text"])
    rows = rows.rename_columns(_RAW_COLUMNS.names).cast(_RAW_COLUMNS)
    count, segments = rows.num_rows, tables.parent / "segments"
    delete_path(segments)
    with progress.step("Indexing masked messages", count, "messages") as advance:
        batches = rows.to_batches(_BATCH_ROWS)
        indexed = _indexed(tables / "raw_words", segments, batches, count, advance)
        _write(tables, "raw_messages", _RAW_COLUMNS, indexed)
        _merge(tables / "raw_words", segments, 0, advance)
    return {}


def numbered_table(
    database: lancedb.DBConnection, name: str, rows: pa.RecordBatchReader | pa.Table
) -> Table:
    """Create or replace a table whose row ids are 0, 1, 2 … in the order of the rows."""
    connection: Any = database
    connection.drop_table(name, ignore_missing=True)
    return database.create_table(name, rows, storage_options=_STABLE_ROW_IDS)


def _message_schema(version: Version) -> pa.Schema:
    stored = pq.read_schema(message_files(version)[0])
    fields = [stored.field(name) for name in _COLUMNS]
    return pa.schema(
        [field.with_metadata(_COMPRESSION) if field.name == "text" else field for field in fields]
    )


def _write(tables: Path, name: str, columns: pa.Schema, rows: Iterable[pa.RecordBatch]) -> None:
    reader = pa.RecordBatchReader.from_batches(columns, rows)
    numbered_table(lancedb.connect(tables), name, reader)


def _indexed(
    folder: Path,
    segments: Path,
    batches: Iterable[pa.RecordBatch],
    count: int,
    advance: Advance,
) -> Iterator[pa.RecordBatch]:
    """Each batch of messages after a segment of its words is written.

    At the end the lengths of all messages are written into the folder of the index.
    """
    delete_path(folder)
    folder.mkdir()
    lengths = [np.empty(0, np.int32)]
    for batch, batch_lengths in write_segments(segments, batches, count):
        lengths.append(batch_lengths)
        yield batch
        advance(batch.num_rows)
    np.save(folder / LENGTHS_FILE, np.concatenate(lengths))


def _rank_common_words(folder: Path, texts: IndexTexts, count: int) -> None:
    """Index pairs of common words, and store the results of common words."""
    write_common_pairs(folder, count)
    conversation_count = int(texts.version.manifest()["counts"]["conversations"])
    write_rankings(folder, _id_ranks(texts), conversation_count)


def _id_ranks(texts: IndexTexts) -> Numbers:
    """The id rank of the conversation of each message."""
    files = message_files(texts.version)
    ranks = [pq.read_table(path, columns=["id_rank"])["id_rank"].to_numpy() for path in files]
    return np.concatenate([np.empty(0, np.int32), *ranks]).astype(np.int32)


def _merge(folder: Path, segments: Path, count: int, advance: Advance) -> int:
    """Merge the segments into the folder of the index; returns the number of distinct words."""
    paths = sorted(segments.glob("*"))
    for share, name in enumerate(("plain", "accented")):

        def merged(done: int, of: int, share: int = share) -> None:
            before, after = (count // 3 * (share + n / of) for n in (done - 1, done))
            advance(int(after) - int(before))

        merge_words([path / name for path in paths], folder / name, merged)
    delete_path(segments)
    return WordPostings(folder / "plain").word_count
