"""What prepare refuses: one sentence that names the file and the column."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.errors import SourceError
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.paths import SAMPLE
from tests.support.stores import prepare_store


def bad(folder: Path, **columns: pa.Array | None) -> Path:
    """The twelve with some columns replaced, or left out."""
    rows = tiny_dataset.table(tiny_dataset.ROWS)
    for name, values in columns.items():
        place = rows.schema.get_field_index(name)
        rows = rows.remove_column(place) if values is None else rows.set_column(place, name, values)
    pq.write_table(rows, folder / "bad.parquet")
    return folder / "bad.parquet"


TWICE = pa.array(
    ["b" * 32, "a" * 32, "a" * 32, "b" * 32, *[f"{n:032x}" for n in (7, 7, 8, 8, 9)], "x", "y", "z"]
)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"model": None},
            r"bad\.parquet does not fit LMSYS-Chat-1M, the nearest known dataset: "
            r"it lacks the column 'model'\. A conversation needs the columns",
        ),
        (
            {"turn": pa.array(["1"] * 12)},
            r"bad\.parquet does .*: the column turn is string, not int64",
        ),
        ({"turn": pa.array([1.0] * 12)}, r"the column turn is double, not int64"),
        ({"conversation": pa.array(["x"] * 12)}, r"the column conversation is string, not a list"),
        (
            {"conversation": pa.array([[{"role": "user"}]] * 12)},
            r"the column conversation lacks the field 'content'",
        ),
        (
            {
                "openai_moderation": pa.array(
                    [[{"flagged": True, "categories": {"hate": True}}]] * 12
                )
            },
            r"the column openai_moderation\.categories lacks the field 'harassment'",
        ),
        (
            {"conversation_id": pa.array([None] * 12)},
            r"bad\.parquet: the column 'conversation_id' is null in 12",
        ),
        (
            {"conversation_id": TWICE},
            r"bad\.parquet: 4 ids occur more than once .*_id', e\.g\. 0{31}7, 0{31}8, a{32}\.",
        ),
    ],
)
def test_data_that_cannot_be_prepared_is_named_by_file_and_column(tmp_path, columns, message):
    with pytest.raises(SourceError, match=message):
        prepare_store(bad(tmp_path, **columns), tmp_path / "store")
    assert StorePath(tmp_path / "store").current_name() is None


def test_an_id_that_two_files_share_is_named_with_both(tmp_path):
    for name, rows in (
        ("1", tiny_dataset.ROWS[:5]),
        ("2", tiny_dataset.ROWS[5:7]),
        ("3", tiny_dataset.ROWS[4:5]),
    ):
        tiny_dataset.write(tmp_path / "raw" / f"{name}.parquet", rows)
    id_ = tiny_dataset.ROWS[4]["conversation_id"]
    message = rf"^\S*1\.parquet, \S*3\.parquet: 1 id occurs more .*{id_}"
    with pytest.raises(SourceError, match=message):
        prepare_store(tmp_path / "raw", tmp_path / "store")


def test_a_file_that_is_not_parquet_is_refused(tmp_path):
    (tmp_path / "x.parquet").write_text("id,model\n1,gpt-4\n")
    with pytest.raises(SourceError, match=r"x\.parquet holds CSV, not parquet\."):
        prepare_store(tmp_path / "x.parquet", tmp_path / "store")


def test_a_truncated_file_is_refused(tmp_path):
    data = SAMPLE.read_bytes()
    (tmp_path / "cut.parquet").write_bytes(data[: len(data) // 2])
    with pytest.raises(SourceError, match=r"cut\.parquet is not a complete parquet file"):
        prepare_store(tmp_path / "cut.parquet", tmp_path / "store")


def test_damage_in_the_middle_is_refused(tmp_path):
    data = bytearray(SAMPLE.read_bytes())
    data[200_000:400_000] = bytes(200_000)
    (tmp_path / "damaged.parquet").write_bytes(data)
    with pytest.raises(SourceError, match=r"damaged\.parquet could not be read to its end"):
        prepare_store(tmp_path / "damaged.parquet", tmp_path / "store")


def test_damage_among_the_ids_is_refused(tmp_path):
    column = pq.read_metadata(SAMPLE).row_group(0).column(0)
    assert column.path_in_schema == "conversation_id"
    data = bytearray(SAMPLE.read_bytes())
    begin, size = column.data_page_offset, column.total_compressed_size
    data[begin + 100 : begin + size - 100] = bytes(size - 200)
    (tmp_path / "damaged.parquet").write_bytes(data)
    with pytest.raises(SourceError, match=r"damaged\.parquet: the column 'conversation_id' could"):
        prepare_store(tmp_path / "damaged.parquet", tmp_path / "store")


def test_a_column_that_occurs_twice_is_refused(tmp_path):
    rows = tiny_dataset.table(tiny_dataset.ROWS)
    pq.write_table(rows.append_column("model", rows["model"]), tmp_path / "twice.parquet")
    message = r"twice\.parquet .* it has the column 'model' more than once"
    with pytest.raises(SourceError, match=message):
        prepare_store(tmp_path / "twice.parquet", tmp_path / "store")


def test_no_file_at_all_is_refused(tmp_path):
    with pytest.raises(SourceError, match="There is no file of conversations in the folder"):
        prepare_store(tmp_path, tmp_path / "store")
    with pytest.raises(SourceError, match="There is no file of conversations at"):
        prepare_store(tmp_path / "nowhere.parquet", tmp_path / "store")
