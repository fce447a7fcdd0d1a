"""Stores to remove conversations from, and readers that know nothing of removal."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import lancedb
import pyarrow as pa
import pyarrow.parquet as pq

from queries.datasets.lmsys_chat import CURRENT_SCHEMA
from queries.open_store import open_store
from queries.prepare import build_plan as planning
from queries.prepare.index.build import build_index
from queries.removal.purge import purge
from queries.removal.remove import remove
from queries.runtime.progress import Silent
from queries.serialisation.json_values import binary_type
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.store.store import Store
from tests.app.support.odd_stores import ROWS_OF
from tests.support import tiny_dataset
from tests.support.fake_embedder import DictionaryEmbedder
from tests.support.odd_rows import ODD_ROWS
from tests.support.paths import SAMPLE
from tests.support.stores import fix_group_key, prepare_store
from tests.support.ugly_rows import ugly_rows

ODD_IDS = ("x", "'; drop table", " a  b ", "é", "日本 語", "%_*[?]", '"q"', "#5", "A" * 300)
REASON = "asked for by the owner"
_random = random.Random(20_230_421)


def secret(size: int) -> str:
    """Random hex digits that occur nowhere else."""
    return _random.randbytes(-(-size // 2)).hex()[:size]


BAD = b"\xff\xfe\xfd"
_STAND_IN = b"\x01\x02\x03"
SECRETS = [
    *(secret(size) for size in (9, 16, 31, 32, 33, 63, 64, 200, 5_000)),
    f"Où est {secret(40)} 日本語 {secret(24)} ?",
    f"  {secret(12)}\n\n{secret(12)}\t{secret(70)}  ",
    f"```{secret(40)}```\x00{secret(40)}",
]
"""Texts that occur in the `planted` conversations alone, short and long."""


@cache
def planted() -> list[dict[str, Any]]:
    """Conversations with the secrets; some cannot be rebuilt from the flat tables."""
    prompts = [tiny_dataset.row("p", secret(20), secret(15), text, "Fine.") for text in SECRETS[:6]]
    answers = [tiny_dataset.row("p", "gpt-4", "English", "Tell me", text) for text in SECRETS[6:9]]
    plain = tiny_dataset.row("p", "gpt-4", "French", *SECRETS[9:], secret(50), "egg", secret(50))
    odd = {
        **tiny_dataset.row("p", "gpt-4", "French", *SECRETS),
        "openai_moderation": None,
        "turn": None,
    }
    odd["conversation"] = [None, *odd["conversation"], {"content": SECRETS[8], "role": None}]
    rows = [*prompts, *answers, plain, odd]
    return [{**row, "conversation_id": f"planted-{n:02}"} for n, row in enumerate(rows)]


PLANTED = [row["conversation_id"] for row in planted()]


def mixed_rows() -> list[dict[str, Any]]:
    """Rows of every kind that other tests use, with unique ids."""
    ugly = [{**row, "conversation_id": f"ugly {n}"} for n, row in enumerate(ugly_rows())]
    odd = [{**row, "conversation_id": f"odd-{n}"} for n, row in enumerate(ODD_ROWS)]
    named = [
        {**tiny_dataset.row("a", "gpt-4", "English", "Same", "ok"), "conversation_id": id_}
        for id_ in ODD_IDS
    ]
    few = pq.read_table(SAMPLE).slice(0, 150).to_pylist()
    hostile = [{**row, "conversation_id": f"h{n}"} for n, row in enumerate(ROWS_OF["hostile"])]
    bad = tiny_dataset.row(
        "z", "gpt-4", "English", f"{'ab' * 40}{_STAND_IN.decode()}cde", "\x01\x02\x03"
    )
    return [*ugly, *odd, *named, *few, *hostile, *tiny_dataset.ROWS, bad, *planted()]


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows to a parquet file, with stand-ins replaced by bytes that are not UTF-8."""
    table = tiny_dataset.table(rows).combine_chunks()
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
    conversations = pa.ListArray.from_arrays(lists.offsets, structs, mask=lists.is_null())
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.set_column(2, CURRENT_SCHEMA[2], conversations), path, row_group_size=40)
    return path


def without(raw: Path, ids: Sequence[str], path: Path) -> Path:
    """Write a source file without some of its rows, by pyarrow alone."""
    rows = pq.read_table(raw)
    is_kept = [id_ not in set(ids) for id_ in rows["conversation_id"].to_pylist()]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows.filter(pa.array(is_kept, pa.bool_())), path)
    return path


def built(raw: Path, folder: Path, *, index: str = "meaning", part_rows: int = 60) -> Path:
    """A store of a raw file in a few parts, with an index for `meaning`, for `words`, or `none`."""
    rows, planning.PART_ROWS = planning.PART_ROWS, part_rows
    try:
        prepare_store(raw, fix_group_key(folder))
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
    store = open_store(folder, Settings(), embedder=DictionaryEmbedder())
    yield store
    store.close()


def table_of(folder: Path, name: str) -> pa.Table:
    """All rows of a table of the live version, texts as bytes."""
    files = sorted(StorePath(folder).current().table(name).glob("*.parquet"))
    if not files:
        return pa.table({})
    rows = pa.concat_tables([pq.read_table(file) for file in files])
    return rows.cast(pa.schema([(field.name, binary_type(field.type)) for field in rows.schema]))


def everything_in(folder: Path) -> dict[str, bytes]:
    """The bytes of each file of a folder, and the uncompressed values of each table."""
    contents = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        contents[str(path)] = path.read_bytes()
        if path.suffix == ".parquet":
            contents[f"{path} as a table"] = _plain_bytes(pq.read_table(path))
    for path in folder.rglob("index.lance"):
        database = lancedb.connect(path)
        for name in database.list_tables().tables:
            contents[f"{path} {name}"] = _plain_bytes(database.open_table(name).to_arrow())
    return contents


def places_with(folder: Path, texts: Sequence[str]) -> dict[str, list[str]]:
    """The texts that occur in a folder, with the files and tables they occur in."""
    held = everything_in(folder)
    by_text = {
        text: [place for place, data in held.items() if text.encode() in data] for text in texts
    }
    return {text: places for text, places in by_text.items() if places}


def _plain_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def tombstone_rows(folder):
    return pq.read_table(folder / "removed.parquet").to_pylist()
