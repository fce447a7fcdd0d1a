"""Exports as tests read them back: by other programs than the one that wrote them."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq

from queries.export.plan import ExportPlan
from queries.export.write import write_export
from queries.prepare import build_plan as planning
from queries.prepare import gather
from queries.store.store import Store
from tests.support.paths import SAMPLE
from tests.support.stores import fix_group_key, prepare_store

AS_PUBLISHED = {"is_masked": False, "includes_sexual_minors": True}
"""What a plan says for texts as they are in the source."""


def in_many_parts(folder: Path) -> Path:
    """A store of the sample in 20 parts, whose messages are in groups of about 50 rows."""
    units, parts, rows = planning.UNIT_ROWS, planning.PART_ROWS, gather.MESSAGE_GROUP_ROWS
    planning.UNIT_ROWS = planning.PART_ROWS = 100
    gather.MESSAGE_GROUP_ROWS = 50
    try:
        prepare_store(SAMPLE, fix_group_key(folder))
    finally:
        planning.UNIT_ROWS, planning.PART_ROWS, gather.MESSAGE_GROUP_ROWS = units, parts, rows
    return folder


def exported(store: Store, out: Path, **plan: Any) -> dict[str, Any]:
    """The manifest of an export by a plan of these words; not noted in stores that tests share."""
    with patch("queries.export.write.record_event"):
        return write_export(store, ExportPlan(**plan), out)


def rows_of(out: Path) -> list[dict[str, Any]]:
    """The rows of an export."""
    if out.is_dir():
        files = sorted(out.glob("data/*.parquet"))
        return pa.concat_tables([pq.read_table(file) for file in files]).to_pylist()
    if out.suffix == ".parquet":
        return pq.read_table(out).to_pylist()
    return [json.loads(line) for line in lines_of(out)]


def lines_of(out: Path) -> Iterator[str]:
    """The lines of a text, whatever it is compressed with."""
    data = out.read_bytes()
    if out.suffix == ".gz":
        data = gzip.decompress(data)
    if out.suffix == ".zst":
        with pa.input_stream(out, compression="zstd") as stream:
            data = stream.read()
    yield from data.decode().split("\n")[:-1]


def csv_of(out: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    """The rows of CSV, all of them texts."""
    with out.open(newline="", encoding=encoding) as file:
        return list(csv.DictReader(file))


def left_in(folder: Path) -> set[str]:
    """The names of what is in a folder."""
    return {path.name for path in folder.iterdir()}
