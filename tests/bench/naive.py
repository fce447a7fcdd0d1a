"""The same answers without a store: DuckDB over the raw nested parquet, and a loop in pandas."""

import time
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq

LOOP_ROWS = 10_000

BREAKDOWNS = {
    "model_mix": "select model, count(*) from raw where {where} group by 1 order by 2 desc",
    "language_mix": "select language, count(*) from raw where {where} group by 1 order by 2 desc",
    "turn_histogram": "select turn, count(*) from raw where {where} group by 1 order by 1",
    "category_counts": (
        "select count(*) from raw where {where} and "
        "len(list_filter(openai_moderation, lambda m: m.categories.sexual)) > 0"
    ),
    "slice_size": (
        "select count(*), sum(len(conversation)), count(distinct model), count(distinct language), "
        "avg(turn), sum(list_sum(list_transform(conversation, lambda m: length(m.content)))) "
        "from raw where {where}"
    ),
}
FLAGGED = "len(list_filter(openai_moderation, lambda m: m.flagged)) > 0"
SLICES = ("true", f"{FLAGGED}", f"not {FLAGGED} and language = 'English' and turn >= 2")


class Raw:
    """The raw files, asked directly."""

    def __init__(self, files: list[Path]) -> None:
        self._files = files
        self._connection = duckdb.connect()
        listed = ", ".join("'" + str(f).replace("'", "''") + "'" for f in files)
        self._connection.execute(f"create view raw as from read_parquet([{listed}])")

    def ask(self, sql: str) -> float:
        """Milliseconds of a query."""
        begun = time.perf_counter()
        self._connection.execute(sql).fetchall()
        return (time.perf_counter() - begun) * 1e3

    def breakdowns(self) -> float:
        """Median milliseconds of a breakdown over three slices."""
        times = [self.ask(sql.format(where=w)) for sql in BREAKDOWNS.values() for w in SLICES]
        return sorted(times)[len(times) // 2]

    def open_conversation(self, conversation_id: str) -> float:
        """Milliseconds to find one conversation by its id."""
        return self.ask(f"select * from raw where conversation_id = '{conversation_id}'")

    def page(self, offset: int) -> float:
        """Milliseconds of a page of 25 conversations, longest first."""
        columns = "conversation_id, model, turn, conversation[1].content[:300]"
        order = "turn desc, conversation_id"
        return self.ask(f"select {columns} from raw order by {order} limit 25 offset {offset}")

    def loop(self, rows: int) -> float:
        """Milliseconds of a loop in pandas that counts flagged conversations by model, scaled.

        Timed on the first `LOOP_ROWS` rows and multiplied up to all of them.
        """
        begun = time.perf_counter()
        frame: pd.DataFrame = next(
            pq.ParquetFile(self._files[0]).iter_batches(LOOP_ROWS)
        ).to_pandas()
        counts: dict[str, int] = {}
        for _, row in frame.iterrows():
            if any(entry["flagged"] for entry in row["openai_moderation"]):
                counts[row["model"]] = counts.get(row["model"], 0) + 1
        return (time.perf_counter() - begun) * 1e3 * rows / max(len(frame), 1)
