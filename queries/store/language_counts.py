"""The languages of a version."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.store.layout import Version


def language_counts(version: Version) -> dict[str, int]:
    """The number of conversations in each language; those without one are left out."""
    files = sorted(version.table("conversations").glob("*.parquet"))
    columns = [
        pq.read_table(file, columns=["language"])["language"].cast(pa.string()) for file in files
    ]
    values = pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())
    rows = pc.value_counts(values).to_pylist()
    return {row["values"]: row["counts"] for row in rows if row["values"] is not None}
