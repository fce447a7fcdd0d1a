"""Stores that conversations are removed from, and readers that know nothing of removal."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import lancedb
import pyarrow as pa
import pyarrow.parquet as pq

from queries.layout import StorePath
from queries.plain_values import with_bytes
from queries.prepare import plan as planning
from queries.prepare.index.build import build_index
from queries.progress import Silent
from queries.published import CURRENT_SCHEMA
from queries.removal.purge import purge
from queries.removal.remove import remove
from queries.search.index import SearchIndex
from queries.settings import Settings
from queries.store import Store, open_store
from tests import tiny
from tests.app.odd import ROWS_OF
from tests.conftest import SAMPLE, prepared
from tests.embedding import DictionaryEmbedder
from tests.oracle import ugly_rows
from tests.test_lossless import ODD_ROWS

ODD_IDS = ("x", "'; drop table", " a  b ", "é", "日本 語", "%_*[?]", '"q"', "#5", "A" * 300)
REASON = "asked for by the owner"
_random = random.Random(20_230_421)


def secret(size: int) -> str:
    """Some hex digits that stand nowhere else."""
    return _random.randbytes(-(-size // 2)).hex()[:size]


BAD = b"\xff\xfe\xfd"
_STAND_IN = b"\x01\x02\x03"
SECRETS = [
    *(secret(size) for size in (9, 16, 31, 32, 33, 63, 64, 200, 5_000)),
    f"Où est {secret(40)} 日本語 {secret(24)} ?",
    f"  {secret(12)}\n\n{secret(12)}\t{secret(70)}  ",
    f"```{secret(40)}```\x00{secret(40)}",
]
"""What is said in `planted` conversations alone, short and long."""


@cache
def planted() -> list[dict[str, Any]]:
    """Conversations that say the secrets, some of them as two flat tables cannot hold it."""
    prompts = [tiny.row("p", secret(20), secret(15), one, "Fine.") for one in SECRETS[:6]]
    answers = [tiny.row("p", "gpt-4", "English", "Tell me", one) for one in SECRETS[6:9]]
    plain = tiny.row("p", "gpt-4", "French", *SECRETS[9:], secret(50), "egg", secret(50))
    odd = {**tiny.row("p", "gpt-4", "French", *SECRETS), "openai_moderation": None, "turn": None}
    odd["conversation"] = [None, *odd["conversation"], {"content": SECRETS[8], "role": None}]
    rows = [*prompts, *answers, plain, odd]
    return [{**row, "conversation_id": f"planted-{n:02}"} for n, row in enumerate(rows)]


PLANTED = [row["conversation_id"] for row in planted()]


def mixed_rows() -> list[dict[str, Any]]:
    """Rows of every kind that other tests know, each with an id of its own."""
    ugly = [{**row, "conversation_id": f"ugly {n}"} for n, row in enumerate(ugly_rows())]
    odd = [{**row, "conversation_id": f"odd-{n}"} for n, row in enumerate(ODD_ROWS)]
    named = [
        {**tiny.row("a", "gpt-4", "English", "Same", "ok"), "conversation_id": one}
        for one in ODD_IDS
    ]
    few = pq.read_table(SAMPLE).slice(0, 150).to_pylist()
    hostile = [{**row, "conversation_id": f"h{n}"} for n, row in enumerate(ROWS_OF["hostile"])]
    bad = tiny.row("z", "gpt-4", "English", f"{'ab' * 40}{_STAND_IN.decode()}cde", "\x01\x02\x03")
    return [*ugly, *odd, *named, *few, *hostile, *tiny.ROWS, bad, *planted()]


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Rows as a parquet file; what stands in for bytes that are no UTF-8 has become them."""
    table = tiny.table(rows).combine_chunks()
    lists = table["conversation"].combine_chunks()
    content, role = lists.flatten().flatten()
    valid, offsets, data = content.buffers()
    data = pa.py_buffer(data.to_pybytes().replace(_STAND_IN, BAD))
    texts = pa.Array.from_buffers(pa.string(), len(content), [valid, offsets, data])
    structs = pa.StructArray.from_arrays(
        [texts, role],
        fields=list(CURRENT_SCHEMA[2].type.value_type),
        mask=lists.flatten().is_null(),
    )
    given = pa.ListArray.from_arrays(lists.offsets, structs, mask=lists.is_null())
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.set_column(2, CURRENT_SCHEMA[2], given), path, row_group_size=40)
    return path


def without(raw: Path, ids: Sequence[str], path: Path) -> Path:
    """A raw file less some of its rows, by pyarrow alone."""
    rows = pq.read_table(raw)
    kept = [one not in set(ids) for one in rows["conversation_id"].to_pylist()]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows.filter(pa.array(kept, pa.bool_())), path)
    return path


def built(raw: Path, folder: Path, *, index: str = "meaning", part_rows: int = 60) -> Path:
    """A store of a raw file in a few parts, with an index for `meaning`, for `words`, or `none`."""
    rows, planning.PART_ROWS = planning.PART_ROWS, part_rows
    try:
        prepared(raw, folder)
    finally:
        planning.PART_ROWS = rows
    if index != "none":
        build_index(
            StorePath(folder), DictionaryEmbedder() if index == "meaning" else None, Silent()
        )
    return folder


def removed_from(folder: Path, ids: Sequence[str]) -> None:
    """Remove conversations from a store."""
    remove(StorePath(folder), ids, REASON, "tester")


def purged(folder: Path) -> Path:
    """The confirmation of a purge."""
    return purge(StorePath(folder), "tester", Silent())


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """The live version of a store, whose model is a dictionary."""
    store = open_store(folder, Settings())
    if store.has_vectors:
        store._index = SearchIndex(store.version, DictionaryEmbedder())
    yield store
    store.close()


def table_of(folder: Path, name: str) -> pa.Table:
    """All rows of a table of the live version, texts as bytes."""
    files = sorted(StorePath(folder).current().table(name).glob("*.parquet"))
    if not files:
        return pa.table({})
    rows = pa.concat_tables([pq.read_table(file) for file in files])
    return rows.cast(pa.schema([(field.name, with_bytes(field.type)) for field in rows.schema]))


def everything_in(folder: Path) -> dict[str, bytes]:
    """The bytes of each file of a folder, and those of what each table of columns holds."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        found[str(path)] = path.read_bytes()
        if path.suffix == ".parquet":
            found[f"{path} as a table"] = _plain_bytes(pq.read_table(path))
    for path in folder.rglob("index.lance"):
        database = lancedb.connect(path)
        for name in database.list_tables().tables:
            found[f"{path} {name}"] = _plain_bytes(database.open_table(name).to_arrow())
    return found


def places_with(folder: Path, texts: Sequence[str]) -> dict[str, list[str]]:
    """Where in a folder texts stand, those that stand somewhere."""
    held = everything_in(folder)
    found = {
        text: [place for place, data in held.items() if text.encode() in data] for text in texts
    }
    return {text: places for text, places in found.items() if places}


def _plain_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()
