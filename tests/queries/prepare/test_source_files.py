"""Which files belong to a source: the same for a folder and its glob, and nothing in silence."""

import shutil

import duckdb
import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from queries.errors import SourceError
from queries.prepare.build import build_store
from queries.prepare.source_files import find_source_files
from queries.runtime.progress import Silent
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.command_line import command_output

ROWS = tiny_dataset.ROWS


def written(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    tiny_dataset.write(path, rows)


@pytest.fixture
def raw(tmp_path):
    written(tmp_path / "raw" / "a.parquet", ROWS[:2])
    return tmp_path / "raw"


def taken(raw, store="store"):
    source = find_source_files(str(raw), StorePath(raw.parent / store).path)
    return [str(path.relative_to(raw)) for path in source.files], source.sentences()


def test_links_are_followed_and_loops_are_named(raw, tmp_path):
    written(tmp_path / "elsewhere" / "b.parquet", ROWS[2:4])
    (raw / "more").symlink_to(tmp_path / "elsewhere")
    (raw / "self").symlink_to(raw)
    (tmp_path / "elsewhere" / "up").symlink_to(raw)
    files, sentences = taken(raw)
    assert files == ["a.parquet", "more/b.parquet"]
    (sentence,) = sentences
    assert sentence.startswith("Left out, links back to a folder above them:")
    assert str(raw / "self") in sentence
    assert str(raw / "more" / "up") in sentence


@pytest.mark.parametrize("pattern", ["**/*.parquet", "**", "**/*"])
def test_a_folder_and_its_recursive_glob_are_the_same(raw, tmp_path, pattern):
    written(tmp_path / "elsewhere" / "b.parquet", ROWS[2:4])
    (raw / "more").symlink_to(tmp_path / "elsewhere")
    (raw / "self").symlink_to(raw)
    written(raw / "x" / "y" / "c.parquet", ROWS[4:5])
    store = tmp_path / "store"
    by_glob = find_source_files(f"{raw}/{pattern}", store)
    assert by_glob.files == find_source_files(str(raw), store).files
    assert len(by_glob.files) == 3


def test_suffixes_count_in_any_case_and_others_are_named(raw):
    for name in ("b.PARQUET", "c.pq", "d.Parq"):
        written(raw / name, ROWS[2:3])
    for name in ("notes.txt", "rows.csv.crc", "more.jsonl.md5", "e.parquet.crc"):
        (raw / name).write_text("x")
    files, sentences = taken(raw)
    assert files == ["a.parquet", "b.PARQUET", "c.pq", "d.Parq"]
    (sentence,) = sentences
    assert sentence.startswith("Left out, no files of conversations by their names: ")
    assert sentence.endswith(" and 1 more.")


def test_other_formats_beside_parquet_are_named(raw):
    for name in ("rows.csv", "more.jsonl"):
        (raw / name).write_text("x")
    assert taken(raw) == (
        ["a.parquet"],
        [
            f"Left out, JSON lines beside files of parquet: {raw / 'more.jsonl'}.",
            f"Left out, CSV beside files of parquet: {raw / 'rows.csv'}.",
        ],
    )


def test_hidden_names_and_what_spark_and_dask_write_beside_data_are_left_out(raw):
    shutil.copy(raw / "a.parquet", raw / "._a.parquet")
    written(raw / ".ipynb_checkpoints" / "a-checkpoint.parquet", ROWS[:2])
    written(raw / "part.parquet" / "part-00000-1f.c000.snappy.parquet", ROWS[2:3])
    (raw / "part.parquet" / "_SUCCESS").write_text("")
    written(raw / "_temporary" / "0" / "b.parquet", ROWS[3:4])
    pq.write_metadata(pq.read_schema(raw / "a.parquet"), raw / "_common_metadata")
    files, (sentence,) = taken(raw)
    assert files == ["a.parquet", "part.parquet/part-00000-1f.c000.snappy.parquet"]
    assert sentence.startswith("Left out, hidden, as their names begin with a dot or an underscore")
    assert sentence.endswith(" and 2 more.")


def test_the_store_and_other_stores_inside_the_folder_are_left_out(raw):
    store = StorePath(raw / "store")
    built = build_store(str(raw), store, Silent())
    assert built.is_new
    again = build_store(str(raw), store, Silent())
    assert not again.is_new
    assert again.left_out_files == (f"Left out, stores of Chatscape: {store.path}.",)
    other = build_store(str(raw), StorePath(raw.parent / "other"), Silent())
    assert other.left_out_files == again.left_out_files


def test_a_name_with_brackets_is_taken_as_it_is(tmp_path):
    written(tmp_path / "raw [v2]*" / "a[1].parquet", ROWS[:2])
    files, sentences = taken(tmp_path / "raw [v2]*")
    assert (files, sentences) == (["a[1].parquet"], [])
    path = tmp_path / "raw [v2]*" / "a[1].parquet"
    assert find_source_files(str(path), tmp_path / "store").files == (path,)


def test_one_file_by_two_names_is_read_once(raw):
    (raw / "0.parquet").symlink_to(raw / "a.parquet")
    (raw / "gone.parquet").symlink_to(raw / "nowhere.parquet")
    files, sentences = taken(raw)
    assert files == ["a.parquet"]
    assert sentences == [
        f"Left out, links to files that are taken already: {raw / '0.parquet'}.",
        f"Left out, links to nothing: {raw / 'gone.parquet'}.",
    ]


def test_a_folder_without_any_says_what_it_has(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "train.xls").write_text("x")
    with pytest.raises(SourceError) as refusal:
        find_source_files(str(tmp_path / "raw"), tmp_path / "store")
    assert str(refusal.value) == (
        f"There is no file of conversations in the folder {tmp_path / 'raw'}: parquet, Arrow, JSON "
        "lines, JSON or CSV, by its name. Give a file, a folder, or a glob in quotes. Left out, no "
        f"files of conversations by their names: {tmp_path / 'raw' / 'train.xls'}."
    )


def test_prepare_says_what_it_left_out(raw, monkeypatch, capsys):
    (raw / "notes.txt").write_text("x")
    monkeypatch.chdir(raw)
    for ends in ("prepared in store, version", "already holds this data"):
        output = command_output(capsys, "prepare", ".", "--store", "store")
        assert "Left out, no files of conversations by their names: notes.txt." in output
        assert ends in output


def by_pandas(folder):
    frame = tiny_dataset.table(ROWS).to_pandas(types_mapper=pd.ArrowDtype)
    frame.assign(shard=[n % 3 for n in range(len(frame))]).to_parquet(
        folder, partition_cols=["shard"]
    )


def by_duckdb(folder):
    rows = tiny_dataset.table(ROWS)  # noqa: F841  which the statement reads
    with duckdb.connect() as connection:
        connection.execute(
            f"copy rows to '{folder}' (format parquet, partition_by (language), "
            "write_partition_columns true, filename_pattern 'data_{uuid}')"
        )


def by_pyarrow(folder):
    ds.write_dataset(
        tiny_dataset.table(ROWS),
        folder,
        format="parquet",
        max_rows_per_file=5,
        max_rows_per_group=5,
    )
    pq.write_metadata(tiny_dataset.table(ROWS).schema, folder / "_metadata")
    pq.write_metadata(tiny_dataset.table(ROWS).schema, folder / "_common_metadata")


def by_spark(folder):
    """What Spark leaves: parts with their checksums, a mark of success, and a broken attempt."""
    for number in range(3):
        part = folder / f"part-0000{number}-7c0f3d1a-c000.snappy.parquet"
        written(part, ROWS[number::3])
        part.with_name(f".{part.name}.crc").write_bytes(b"crc\x00")
    (folder / "_SUCCESS").touch()
    (folder / "._SUCCESS.crc").write_bytes(b"crc\x00")
    written(folder / "_temporary" / "0" / "part-00003.parquet", ROWS[:1])


def by_datasets(folder):
    """A snapshot in the cache of the Hub: links to blobs with names that say nothing."""
    snapshot = folder / "datasets--lmsys" / "snapshots" / "2003" / "data"
    blobs = folder / "datasets--lmsys" / "blobs"
    snapshot.mkdir(parents=True)
    for number in range(2):
        written(blobs / f"{number}f00", ROWS[number::2])
        (snapshot / f"train-0000{number}-of-00002.parquet").symlink_to(blobs / f"{number}f00")
    (snapshot.parent / "README.md").write_text("# A dataset")
    (folder / "datasets--lmsys" / "refs").mkdir()
    (folder / "datasets--lmsys" / "refs" / "main").write_text("2003")
    (folder / ".locks").mkdir()


@pytest.mark.parametrize("write", [by_pandas, by_duckdb, by_pyarrow, by_spark, by_datasets])
def test_what_other_programs_write_is_prepared_whole(tmp_path, write):
    raw = tmp_path / "raw"
    raw.mkdir()
    write(raw)
    store = StorePath(tmp_path / "store")
    build_store(str(raw), store, Silent())
    assert store.current().manifest()["counts"]["conversations"] == len(ROWS)
    source = find_source_files(str(raw), store.path)
    by_glob = find_source_files(f"{raw}/**/*.parquet", store.path)
    assert by_glob.files == source.files
    named = {path.name for _, path in source.left_out}
    others = {path for path in raw.rglob("*") if path.is_file()} - set(source.files)
    hidden = ("_temporary", ".locks")
    assert {p.name for p in others if not {*hidden} & {*p.parts}} <= named
