"""Ids of conversations from a file that somebody has: lines of text, or an export."""

import io
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from queries.errors import UsageError

ID = "conversation_id"


def listed_ids(path: Path) -> list[str]:
    """The ids in a text of one id a line (# begins a remark), or in an export, in its order.

    Raises:
        UsageError: the file is not there or cannot be read, or an export holds no ids.
    """
    is_text = path.suffix in (".txt", "") and not path.is_dir()
    try:
        # Windows begins a text with a mark of its own.
        ids = lines_of(path.read_text("utf-8-sig")) if is_text else ids_in_export(path)
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {path} with ids.") from error
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise UsageError(
            f"No ids can be read from {path}: give a text file (.txt) with an id a line, or an "
            f"export with the column {ID}."
        ) from error
    return list(dict.fromkeys(ids))


def ids_in_export(path: Path) -> list[str]:
    """The ids in an export of any format, as often as they stand in it.

    Raises:
        OSError, ValueError, KeyError, pyarrow.ArrowException: it is none, or holds no ids.
    """
    ids = _column(path)
    if not all(isinstance(one, str) for one in ids):
        raise ValueError("an id that is no text")
    return ids


def _column(path: Path) -> list[Any]:
    if path.is_dir() or path.suffix == ".parquet":
        files = sorted(path.glob("data/*.parquet")) if path.is_dir() else [path]
        return [one for f in files for one in pq.read_table(f, columns=[ID])[ID].to_pylist()]
    with pa.input_stream(path) as stream:
        if ".csv" in path.suffixes:
            parse = pa.csv.ParseOptions(newlines_in_values=True)
            as_text = pa.csv.ConvertOptions(column_types={ID: pa.string()})
            table = pa.csv.read_csv(stream, parse_options=parse, convert_options=as_text)
            ids: list[Any] = table[ID].to_pylist()
            return ids
        rows = (orjson.loads(line) for line in io.BufferedReader(stream))
        return [row[ID] if isinstance(row, dict) else None for row in rows]


def lines_of(text: str) -> list[str]:
    """The lines of a text that hold something and are no remarks."""
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
