"""The full text of every message: the table that is searched, and the list of its words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import lancedb
import pyarrow as pa
import pyarrow.parquet as pq
from lancedb.index import FTS, BTree
from lancedb.table import Table

from queries.layout import Version
from queries.progress import Advance, Progress
from queries.schema import WORD_BYTES_MAX

FULL_TEXT = FTS(
    base_tokenizer="icu",
    with_position=True,
    stem=False,
    remove_stop_words=False,
    ascii_folding=False,
    max_token_length=WORD_BYTES_MAX,
    memory_limit=2_048,
    num_workers=2,
)

_COLUMNS = (
    *("id_rank", "message_index", "turn_number", "role"),
    *("is_flagged", "flag_bits", "text"),
)
_BATCH_ROWS = 20_000
_TEXTS_TOKENISED = 2_000
# LanceDB keeps its row numbers through changes, and from the first row on, when asked to.
_NUMBERED = {"new_table_enable_stable_row_ids": "true"}


def build_full_text(
    tables: Path, version: Version, count: int, progress: Progress
) -> dict[str, Any]:
    """Write the table `messages` and its full-text index.

    Row n is message n of the store, and n its row id.
    """
    database = lancedb.connect(tables)
    with progress.step("Writing messages", count, "messages") as advance:
        schema = _schema(version)
        rows = pa.RecordBatchReader.from_batches(schema, _batches(version, schema, advance))
        table = numbered_table(database, "messages", rows)
    with progress.step("Indexing words", count, "messages") as advance:
        if count:
            table.create_index("text", config=FULL_TEXT)
        advance(count)
    return {}


def build_words(tables: Path, version: Version, count: int, progress: Progress) -> dict[str, Any]:
    """Write the table `words`: every word of the index, once, for searching by a beginning."""
    database = lancedb.connect(tables)
    table = database.open_table("messages")
    words: set[str] = set()
    with progress.step("Listing words", count, "messages") as advance:
        for texts in _distinct_runs(tables.parent / "spill", version):
            for start in range(0, len(texts), _TEXTS_TOKENISED):
                joined = " ".join(texts[start : start + _TEXTS_TOKENISED])
                words.update(token.text for token in table.tokenize(joined, column="text"))
        advance(count)
    rows = pa.table({"word": pa.array(sorted(words), pa.string())})
    listed = numbered_table(database, "words", rows)
    if words:
        listed.create_index("word", config=BTree())
    return {"word_count": len(words)}


def numbered_table(
    database: lancedb.DBConnection, name: str, rows: pa.RecordBatchReader | pa.Table
) -> Table:
    """A table whose row ids are 0, 1, 2 … in the order of the rows; one of that name goes."""
    connection: Any = database
    connection.drop_table(name, ignore_missing=True)
    return database.create_table(name, rows, storage_options=_NUMBERED)


def message_files(version: Version) -> list[Path]:
    """The parts of the table `messages`, in order."""
    return sorted(version.table("messages").glob("*.parquet"))


def _schema(version: Version) -> pa.Schema:
    stored = pq.read_schema(message_files(version)[0])
    fields = [stored.field(name) for name in _COLUMNS]
    packed = {"lance-encoding:compression": "zstd", "lance-encoding:compression-level": "3"}
    return pa.schema(
        [field.with_metadata(packed) if field.name == "text" else field for field in fields]
    )


def _batches(version: Version, schema: pa.Schema, advance: Advance) -> Iterator[pa.RecordBatch]:
    for path in message_files(version):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH_ROWS, columns=list(_COLUMNS)):
                yield batch.select(list(_COLUMNS)).cast(schema)
                advance(batch.num_rows)


def _distinct_runs(spill: Path, version: Version) -> Iterator[list[str]]:
    """Every run of characters between spaces, once: far fewer than there are words in all texts."""
    spill.mkdir(exist_ok=True)
    config: dict[str, Any] = {"memory_limit": "2GB", "temp_directory": str(spill)}
    files = [str(path) for path in message_files(version)]
    with duckdb.connect(config=config) as connection:
        rows = connection.execute(
            r"select distinct unnest(regexp_split_to_array(text, '\s+')) as run "
            "from read_parquet($files)",
            {"files": files},
        )
        while found := rows.fetchmany(200_000):
            yield [run for (run,) in found]
