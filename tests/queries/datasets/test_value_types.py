"""Columns of other types that mean the same: the store is the same, value by value."""

from operator import itemgetter
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.errors import SourceError
from queries.schema import CATEGORIES
from tests.support import tiny_dataset
from tests.support.stores import prepare_store, rows_by_id

ROWS = sorted(tiny_dataset.ROWS, key=itemgetter("conversation_id"))
TABLE = tiny_dataset.table(ROWS)
WHOLE = [row for row in ROWS if row["redacted"] is not None]
IDS = [f"{n:032x}" for n in range(1, len(WHOLE) + 1)]


def prepared(tmp_path, rows, **columns):
    table = tiny_dataset.table(rows)
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    pq.write_table(table, tmp_path / "raw.parquet")
    return rows_by_id(prepare_store(tmp_path / "raw.parquet", tmp_path / "store"))


def values_of(rows, name):
    return [row[name] for row in rows]


def maps_of(entries, name, type_):
    maps = [list(entry[name].items()) for entry in entries]
    return pa.array(maps, pa.map_(pa.string(), type_))


def verdicts_with_maps(rows):
    lists = values_of(rows, "openai_moderation")
    entries = [entry for entries in lists for entry in entries]
    structs = pa.StructArray.from_arrays(
        [
            maps_of(entries, "categories", pa.bool_()),
            maps_of(entries, "category_scores", pa.float64()),
            pa.array([entry["flagged"] for entry in entries]),
        ],
        names=["categories", "category_scores", "flagged"],
    )
    ends = [sum(len(entries) for entries in lists[:n]) for n in range(len(lists) + 1)]
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), structs)


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("turn", pa.uint8()),
        ("turn", pa.decimal128(20, 0)),
        ("redacted", pa.int8()),
        ("redacted", pa.uint64()),
        ("model", pa.dictionary(pa.int8(), pa.string())),
        ("model", pa.large_binary()),
        ("language", pa.large_string()),
        ("language", pa.string_view()),
    ],
)
def test_single_values_of_other_types(tmp_path, name, type_):
    values = values_of(WHOLE, name)
    if pa.types.is_large_binary(type_):
        values = [value and value.encode() for value in values]
    column = pa.array(values).cast(type_) if name == "redacted" else pa.array(values, type_)
    assert prepared(tmp_path, WHOLE, **{name: column}) == WHOLE


def test_a_uuid_becomes_hexadecimal_digits(tmp_path):
    ids = pa.array([UUID(id_).bytes for id_ in IDS], pa.uuid())
    rows = prepared(tmp_path, WHOLE, conversation_id=ids)
    assert values_of(rows, "conversation_id") == IDS


def test_a_struct_of_lists_is_a_list_of_structs(tmp_path):
    lists = [
        {part: [message[part] for message in row["conversation"]] for part in ("content", "role")}
        for row in ROWS
    ]
    assert prepared(tmp_path, ROWS, conversation=pa.array(lists)) == ROWS


def test_maps_are_structs_by_their_keys(tmp_path):
    judged = [row for row in ROWS if row["openai_moderation"]]
    assert len(CATEGORIES) == 11
    assert prepared(tmp_path, judged, openai_moderation=verdicts_with_maps(judged)) == judged


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ({"redacted": pa.array([2] * 12)}, "a number that is neither 0 nor 1"),
        ({"turn": pa.array([1.5] * 12)}, "the column turn is double, not int64"),
        ({"conversation_id": pa.array([b"\xff"] * 12)}, "text that is not UTF-8"),
        (
            {"conversation": pa.array([{"content": ["a", "b"], "role": ["user"]}] * 12)},
            "the lists of content, role differ in length",
        ),
        (
            {"conversation": pa.array([{"content": "a", "role": "user"}] * 12)},
            "the column conversation is a struct, not a list",
        ),
    ],
)
def test_what_means_something_else_is_refused(tmp_path, column, sentence):
    with pytest.raises(SourceError, match=sentence) as refusal:
        prepared(tmp_path, ROWS, **column)
    assert len(str(refusal.value)) < 400 + len(str(tmp_path))
