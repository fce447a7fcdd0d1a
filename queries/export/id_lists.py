"""Reads conversation ids from a text file or an export."""

import io
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from queries.errors import UsageError

ID = "conversation_id"


def read_id_list(path: Path) -> list[str]:
    """The distinct ids in a file, in its order.

    Args:
        path: a text file with one id per line (# starts a comment), or an export.

    Raises:
        UsageError: the file is missing or unreadable, or the export has no ids.
    """
    is_text = path.suffix in (".txt", "") and not path.is_dir()
    try:
        # Windows programs put a byte order mark at the start of a text.
        ids = lines_of(path.read_text("utf-8-sig")) if is_text else ids_in_export(path)
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {path} with ids.") from error
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise UsageError(
            f"No ids can be read from {path}: use a text file (.txt) with one id per line, or an "
            f"export with the column {ID}."
        ) from error
    return list(dict.fromkeys(ids))


def ids_in_export(path: Path) -> list[str]:
    """The ids in an export of any format, duplicates included.

    Raises:
        OSError, ValueError, KeyError, pyarrow.ArrowException: it is not an export, or has no ids.
    """
    ids = _column(path)
    if not all(isinstance(id_, str) for id_ in ids):
        raise ValueError("an id is not a string")
    return ids


def _column(path: Path) -> list[Any]:
    if path.is_dir() or path.suffix == ".parquet":
        files = sorted(path.glob("data/*.parquet")) if path.is_dir() else [path]
        return [id_ for f in files for id_ in pq.read_table(f, columns=[ID])[ID].to_pylist()]
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
    """The lines of a text as they are, without blank lines and comments.

    White space at either end of a line stays: an id may have some, and is another one without.
    """
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
