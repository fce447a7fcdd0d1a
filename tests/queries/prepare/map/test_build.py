"""The map: a version whose first prompts have places, the near ones in meaning near each other."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.cli import run
from queries.errors import FilterError, IndexMissingError, IndexWithoutModelError
from queries.filters import Filters
from queries.filters.region import region_text
from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.prepare.map import projection
from queries.prepare.map.build import NoMapError, build_map
from queries.prepare.topics.build import build_topics
from queries.removal.purge import purge
from queries.removal.remove import remove
from queries.runtime.progress import Silent
from queries.schema import MAP_COLUMNS, MAP_MAX
from queries.settings import Settings
from queries.store.checksums import difference
from queries.store.layout import StorePath
from queries.store.part_reader import conversation_columns
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.index_builds import indexed
from tests.support.polygons import is_inside
from tests.support.stores import prepare_store
from tests.support.topic_stores import PER_SUBJECT, subject_rows

PLACE = list(MAP_COLUMNS)


def mapped(folder, rows, **options):
    """A prepared and indexed store with a map."""
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    store = StorePath(folder / "store")
    indexed(store)
    build_map(store, Silent(), **options)
    return store


def conversations_of(store):
    files = sorted(store.current().table("conversations").glob("*.parquet"))
    table = pa.concat_tables([pq.read_table(path) for path in files])
    return table.to_pandas().set_index("conversation_id")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with a map, a short prompt, a repeated one, and one without a text."""
    rows, _ = subject_rows()
    prompt = rows[0]["conversation"][0]["content"]
    rows += [
        tiny_dataset.row("b", "gpt-4", "English", "A cat?", "Yes."),
        tiny_dataset.row("c", "koala", "English", prompt.upper(), "Yes."),
        {
            **tiny_dataset.row("d", "koala", "English", "x", "Yes."),
            "conversation": [{"content": "Hello.", "role": "assistant"}],
        },
    ]
    return mapped(tmp_path_factory.mktemp("map"), rows)


@pytest.fixture(scope="module")
def rows(store):
    return conversations_of(store)


def test_every_distinct_first_prompt_has_a_place_whatever_its_length(store, rows):
    facts = store.current().manifest()["steps"]["map"]
    assert facts["points"] == 4 * PER_SUBJECT + 1
    assert rows.loc["b" * 32, PLACE].notna().all()
    assert rows.loc["d" * 32, PLACE].isna().all()
    assert rows.loc["c" * 32, PLACE].tolist() == rows.loc["000" + "0" * 29, PLACE].tolist()
    assert rows[PLACE].drop_duplicates().dropna().shape[0] == facts["points"]
    assert (
        pq.read_schema(next(store.current().table("conversations").glob("*.parquet")))
        .field("map_x")
        .type
        == pa.uint16()
    )


def test_the_map_leaves_a_margin_and_fills_the_rest(rows):
    values = rows[PLACE].dropna().astype(int)
    assert values.min().min() == pytest.approx(MAP_MAX // 50, abs=100)
    assert values.max().max() == pytest.approx(MAP_MAX - MAP_MAX // 50, abs=100)


def test_the_nearest_point_is_of_the_same_subject(rows):
    _, subjects = subject_rows()
    rows = rows.assign(subject=rows.index.map(subjects)).dropna(subset=["subject"])
    places = rows[PLACE].to_numpy(float)
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = rows["subject"].to_numpy()[apart.argmin(axis=1)]
    assert (nearest == rows["subject"].to_numpy()).mean() > 0.95


def test_the_manifest_says_what_the_map_is_and_how_good(store):
    manifest = store.current().manifest()
    facts = manifest["steps"]["map"]
    assert facts["index_key"] == manifest["steps"]["index"]["key"]
    assert facts["model"] == "dictionary"
    assert 0.9 < facts["trustworthiness"] <= 1
    assert 0.5 < facts["neighbour_overlap"] <= 1
    for entry in manifest["files"]:
        assert difference(entry, store.current().path, is_quick=False) is None
    assert not (store.path / "indexing").exists() or not any((store.path / "indexing").iterdir())


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_map(store):
    def content():
        files = sorted(store.current().table("conversations").glob("*.parquet"))
        return [path.read_bytes() for path in files]

    before, facts = content(), store.current().manifest()["steps"]["map"]
    again = build_map(store, Silent()).facts
    assert content() == before
    assert {**again, "seconds": 0} == {**facts, "seconds": 0}
    assert build_map(store, Silent(), seed=2).facts["projection"] != facts["projection"]
    build_map(store, Silent())


def test_prompts_beyond_the_landmarks_lie_beside_their_nearest_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(projection, "MAP_LANDMARKS_MAX", 40)
    made, subjects = subject_rows()
    store = mapped(tmp_path, made)
    facts = store.current().manifest()["steps"]["map"]
    assert (facts["landmarks"], facts["points"]) == (40, 60)
    rows = conversations_of(store)
    centres = rows.groupby(rows.index.map(subjects))[PLACE].median()
    apart = np.linalg.norm(
        rows[PLACE].to_numpy(float)[:, None] - centres.to_numpy(float)[None], axis=2
    )
    nearest = centres.index.to_numpy()[apart.argmin(axis=1)]
    assert (nearest == rows.index.map(subjects)).mean() > 0.9


def test_a_region_is_a_slice_and_one_of_another_map_is_refused(store, rows, capsys):
    facts = store.current().manifest()["steps"]["map"]
    x, y = (int(value) for value in rows[PLACE].median())
    corners = [(0, 0), (x, 0), (x, y), (0, y)]
    region = region_text(facts["projection"], corners)
    places = rows[PLACE].dropna().astype(int)
    inside = {i for i, place in places.iterrows() if is_inside(tuple(place), corners)}
    assert 0 < len(inside) < len(rows)
    opened = open_store(store.path, Settings())
    for is_held in (False, True):
        assert not is_held or opened.load_into_memory()
        members = opened.run("slice_size", Filters(region=region))
        assert members["conversation_count"].iloc[0] == len(inside)
    with pytest.raises(FilterError, match="of the map 00000000, and this data has the map"):
        opened.run("slice_size", Filters(region=region_text("00000000", corners)))
    opened.close()
    options = ("--store", store.path, "--region", region, "--format", "json")
    listed = json.loads(command_output(capsys, "list", *map(str, options), "--limit", "100"))
    assert {row["conversation_id"] for row in listed} == inside
    assert run(["list", "--store", str(store.path), "--region", "00000000_1-1_2-2_3-1"]) == 2
    assert "draw the region again" in capsys.readouterr().err


def test_a_map_and_topics_leave_each_other_alone(tmp_path):
    made, _ = subject_rows()
    store = mapped(tmp_path, made)
    places = conversations_of(store)[PLACE]
    build_topics(store, Silent(), count=4)
    rows = conversations_of(store)
    assert rows[PLACE].equals(places)
    build_map(store, Silent())
    assert conversations_of(store)["topic"].equals(rows["topic"])
    assert {"topics", "map"} <= store.current().manifest()["steps"].keys()


def test_a_purge_leaves_the_other_points_where_they_are(tmp_path):
    made, subjects = subject_rows()
    store = mapped(tmp_path, made)
    before, facts = conversations_of(store), store.current().manifest()["steps"]["map"]
    gone = [i for i, name in subjects.items() if name == "cats"]
    remove(store, gone, reason="a request", who="ann")
    purge(store, "ann", Silent())
    after = conversations_of(store)
    assert not set(gone) & set(after.index)
    assert after[PLACE].equals(before.drop(index=gone)[PLACE])
    assert store.current().manifest()["steps"]["map"] == {**facts, "points": 3 * PER_SUBJECT}


def test_what_has_no_map_is_told_in_a_sentence(tmp_path, capsys):
    made, _ = subject_rows()
    store = StorePath(tmp_path / "store")
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", made[:3]), store.path)
    with pytest.raises(IndexMissingError):
        build_map(store, Silent())
    build_index(store, None, Silent())
    with pytest.raises(IndexWithoutModelError):
        build_map(store, Silent())
    indexed(store)
    with pytest.raises(NoMapError, match=r"needs 10 different first prompts; this store has 3"):
        build_map(store, Silent())
    assert run(["map", "--store", str(store.path)]) == 1
    opened = open_store(store.path, Settings())
    with pytest.raises(FilterError, match="chatscape map"):
        opened.run("slice_size", Filters(region="abcd_1-1_2-2_3-1"))
    opened.close()
    assert "no map yet" in command_output(capsys, "info", "--store", str(store.path))


def test_prompts_that_all_mean_the_same_have_no_map(tmp_path):
    with pytest.raises(NoMapError, match="mean the same"):
        mapped(tmp_path, same_rows(50))


def test_two_meanings_in_many_prompts_are_two_places_apart(tmp_path):
    made = same_rows(30)
    for n, one_row in enumerate(made):
        one_row["conversation"][0]["content"] = f"Is {n} a {('cat', 'python')[n % 2]} number"
    rows = conversations_of(mapped(tmp_path, made))
    cats, code = rows[PLACE].iloc[::2].mean(), rows[PLACE].iloc[1::2].mean()
    assert np.linalg.norm(cats - code) > 0.2 * MAP_MAX


def same_rows(count):
    made = tiny_dataset.row("a", "m", "English", "x", "")
    return [
        {
            **made,
            "conversation_id": f"{n:032d}",
            "conversation": [
                {"role": "user", "content": f"{n} unknown words of no direction here"},
                {"role": "assistant", "content": ""},
            ],
        }
        for n in range(count)
    ]


def test_a_store_of_an_earlier_version_has_empty_columns(store, tmp_path):
    import shutil

    old = StorePath(shutil.copytree(store.path, tmp_path / "old"))
    for path in old.current().table("conversations").glob("*.parquet"):
        table = pq.read_table(path).drop_columns(PLACE)
        path.unlink()
        pq.write_table(table, path)
    opened = open_store(old.path, Settings())
    ranks = np.arange(opened.partitions.conversation_count)
    columns = conversation_columns(opened, ranks, ["conversation_id", *PLACE])
    assert columns["map_x"].null_count == len(ranks)
    assert columns["map_x"].type == pa.uint16()
    with opened.relations.cursor() as cursor:
        query = "select count(*), count(map_x), typeof(any_value(map_y)) from conversations"
        assert cursor.execute(query).fetchone() == (len(ranks), 0, "USMALLINT")
    opened.close()
