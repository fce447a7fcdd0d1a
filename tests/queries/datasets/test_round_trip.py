"""Exporting a whole store in the published schema gives back the published rows, value by value."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings

from queries.datasets.conform import conform
from queries.datasets.lmsys_chat import CURRENT_SCHEMA
from queries.datasets.rebuild import rebuilt_rows
from queries.prepare.flatten import flatten
from tests.support import tiny_dataset
from tests.support.odd_rows import ODD_ROWS
from tests.support.paths import SAMPLE
from tests.support.stores import FIXED_GROUP_KEY, prepare_store, stored_rows
from tests.support.strategies import published_rows as drawn_rows

BY_ID = "conversation_id"


def same(actual: pa.Table, expected: pa.Table) -> None:
    """Compare value by value; pandas and dictionaries would not tell null from missing."""
    assert actual.column_names == expected.column_names
    assert actual.to_pylist() == expected.sort_by(BY_ID).to_pylist()


def test_the_sample_comes_back(tmp_path):
    same(stored_rows(prepare_store(SAMPLE, tmp_path)), pq.read_table(SAMPLE))


def test_the_tiny_dataset_comes_back(tmp_path):
    raw = tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS)
    same(stored_rows(prepare_store(raw, tmp_path / "store")), tiny_dataset.table(tiny_dataset.ROWS))


def test_odd_rows_come_back(tmp_path):
    raw = tiny_dataset.write(tmp_path / "raw.parquet", ODD_ROWS)
    same(stored_rows(prepare_store(raw, tmp_path / "store")), tiny_dataset.table(ODD_ROWS))


def test_text_that_is_not_utf8_comes_back_byte_by_byte(tmp_path):
    bad = pa.array([b"ok", b"\xff\xfe bad", b"fine"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 3, bad.buffers())
    roles = pa.array(["user", "assistant", "user"])
    messages = pa.StructArray.from_arrays(
        [texts, roles], fields=list(CURRENT_SCHEMA[2].type.value_type)
    )
    rows = tiny_dataset.table(
        [
            tiny_dataset.row("a", "m", "English", "x", "y"),
            tiny_dataset.row("b", "m", "English", "z"),
        ]
    )
    rows = rows.set_column(2, CURRENT_SCHEMA[2], pa.ListArray.from_arrays([0, 2, 3], messages))
    pq.write_table(rows, tmp_path / "raw.parquet")

    version = prepare_store(tmp_path / "raw.parquet", tmp_path / "store")

    contents = stored_rows(version)["conversation"].combine_chunks().flatten().field("content")
    assert contents.cast(pa.binary()).to_pylist() == [b"ok", b"\xff\xfe bad", b"fine"]
    assert version.manifest()["oddities"]["text_not_utf8"] == 1
    readable = pq.read_table(version.table("messages"))["text"].to_pylist()
    assert readable == ["ok", "\ufffd\ufffd bad", "fine"]


@given(drawn_rows)
@settings(max_examples=150, deadline=None)
def test_whatever_the_schema_allows_comes_back(rows):
    batch = tiny_dataset.table(rows).combine_chunks().to_batches(max_chunksize=None) or [
        pa.RecordBatch.from_pylist([], CURRENT_SCHEMA)
    ]
    flat = flatten(batch[0], FIXED_GROUP_KEY)
    rebuilt = rebuilt_rows(
        pa.Table.from_batches([flat.conversations]),
        pa.Table.from_batches([flat.messages]),
        pa.Table.from_batches([flat.verbatim]),
    )
    assert rebuilt.to_pylist() == rows


@given(drawn_rows)
@settings(max_examples=15, deadline=None)
def test_whatever_the_schema_allows_comes_back_from_a_store(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("drawn")
    raw = tiny_dataset.write(folder / "raw.parquet", rows)
    same(stored_rows(prepare_store(raw, folder / "store")), tiny_dataset.table(rows))


def encoded(rows: pa.Table, path: Path, **changes: pa.DataType) -> Path:
    """The rows in a file, some columns in another encoding."""
    for name, type_ in changes.items():
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, name, rows[name].cast(type_))
    pq.write_table(rows, path)
    return path


LARGE_MESSAGE = pa.struct([("content", pa.large_string()), ("role", pa.large_string())])


def test_other_encodings_come_back_in_the_published_one(tmp_path):
    rows = tiny_dataset.table(tiny_dataset.ROWS)
    raw = encoded(
        rows,
        tmp_path / "raw.parquet",
        conversation_id=pa.large_string(),
        model=pa.dictionary(pa.int32(), pa.string()),
        language=pa.string_view(),
        conversation=pa.large_list(LARGE_MESSAGE),
        turn=pa.int32(),
    )
    same(stored_rows(prepare_store(raw, tmp_path / "store")), rows)


def test_fields_in_another_order_come_back(tmp_path):
    def turned(type_: pa.DataType) -> pa.DataType:
        if pa.types.is_list(type_):
            return pa.list_(turned(type_.value_type))
        if pa.types.is_struct(type_):
            return pa.struct([(f.name, turned(f.type)) for f in reversed(list(type_))])
        return type_

    schema = pa.schema([(f.name, turned(f.type)) for f in reversed(list(CURRENT_SCHEMA))])
    rows = pa.Table.from_pylist(tiny_dataset.ROWS, schema)
    pq.write_table(rows, tmp_path / "raw.parquet")
    rows = stored_rows(prepare_store(tmp_path / "raw.parquet", tmp_path / "store"))
    same(rows, tiny_dataset.table(tiny_dataset.ROWS))


def test_lists_of_every_layout_conform():
    target = pa.list_(pa.string())
    values = [["a", "b"], None, [], ["c"]]
    for layout in (pa.list_, pa.large_list, pa.list_view, pa.large_list_view):
        array = pa.array(values, layout(pa.large_string()))
        assert conform(array, target).to_pylist() == values
        assert conform(array[1:], target).to_pylist() == values[1:]
    fixed = pa.array([["a", "b"], None, ["c", "d"]], pa.list_(pa.string(), 2))
    assert conform(fixed, target).to_pylist() == [["a", "b"], None, ["c", "d"]]


def test_row_groups_of_any_size_give_the_same_store(tmp_path):
    rows = pq.read_table(SAMPLE)
    stores = []
    for size in (7, 400, 2_000):
        raw = tmp_path / f"{size}.parquet"
        pq.write_table(rows, raw, row_group_size=size)
        stores.append(stored_rows(prepare_store(raw, tmp_path / f"store-{size}")))
    assert stores[0].equals(stores[1])
    assert stores[1].equals(stores[2])


def test_zero_rows_make_a_store(tmp_path):
    raw = tiny_dataset.write(tmp_path / "raw.parquet", [])
    version = prepare_store(raw, tmp_path / "store")
    assert version.manifest()["counts"] == {"conversations": 0, "messages": 0, "verbatim": 0}
    assert stored_rows(version).num_rows == 0
