"""Columns that stand in the names of folders, as in ``language=German/data_0.parquet``."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

_SEGMENT = re.compile(r"(\w+)=(.*)", re.DOTALL)
_NULL = "__HIVE_DEFAULT_PARTITION__"


def partition_values(path: Path) -> dict[str, str | None]:
    """The columns that the folders of a path name, and their one value in this file, as text.

    Args:
        path: of a file, as the user gave it or as it was found in the user's folder.
    """
    matches = [_SEGMENT.fullmatch(part) for part in path.parent.parts]
    texts = {match[1]: unquote(match[2]) for match in matches if match}
    return {name: None if text == _NULL else text for name, text in texts.items()}


def with_partition_columns(
    batch: pa.RecordBatch, values: Mapping[str, str | None], published: pa.Schema
) -> pa.RecordBatch:
    """A batch with a column for each value, the same in all rows.

    Args:
        batch: the columns that a file has itself. They win over the names of its folders.
        values: of `partition_values`, for columns of the published schema.
        published: the published schema.

    Raises:
        pa.ArrowInvalid: a value does not fit the type of its column.
    """
    for name, text in values.items():
        if name not in batch.schema.names:
            value = pa.scalar(text, pa.string()).cast(published.field(name).type)
            batch = batch.append_column(name, pa.repeat(value, batch.num_rows))
    return batch
