"""The page of the map: what it draws, what its clicks and regions filter, and what it says."""

from urllib.parse import parse_qs

import duckdb
import pytest

from queries.filters.region import region_corners
from queries.prepare.map.build import build_map
from queries.runtime.progress import Silent
from queries.state.licence import accept
from tests.app.support.components import components, data, send, texts, whole
from tests.support.map_stores import PROJECTION, put_on_map, quarter_places
from tests.support.topic_stores import subject_rows, topic_store

pytestmark = pytest.mark.usefixtures("served")

LEFT_HALF = [[0, 0], [32_767, 0], [32_767, 65_535], [0, 65_535]]


@pytest.fixture(scope="module")
def mapped(tmp_path_factory):
    rows, subjects = subject_rows()
    store = topic_store(tmp_path_factory.mktemp("map"), rows)
    places = quarter_places(subjects)
    put_on_map(store, lambda i: None if i.startswith("30") else places(i))
    accept(store, "a test")
    return store


def counted(store, condition):
    files = f"{store.current().table('conversations')}/*.parquet"
    return duckdb.execute(f"select count(*) from '{files}' where {condition}").fetchone()[0]


def test_the_map_is_drawn_from_a_route_and_holds_no_points(opened, mapped):
    app = whole(opened(mapped.path, "map"))
    assert app.title[0].value == "Map"
    drawn = data(app, "prompt_map")
    assert drawn["base"].startswith(f"/chatscape/map/{mapped.current().name}/")
    assert drawn["query"] == ""
    assert "60 conversations" in texts(app)[0]
    captions = " ".join(caption.value for caption in app.caption)
    assert "50 points: one for each different first prompt of the slice." in captions
    assert "10 conversations of it have no place" in captions
    assert "25.0 % are among the 10 nearest in meaning too; trustworthiness 0.90" in captions
    topics = {name["name"] for name in drawn["labels"] if name["isTopic"]}
    named = {item["name"] for item in drawn["classes"]}
    assert topics == {name for name in named if not name.startswith("0 ")}


def test_a_region_filters_and_another_one_takes_its_place(opened, mapped):
    app = whole(opened(mapped.path, "map"))
    app = whole(send(app, "prompt_map", "enclosed", LEFT_HALF))
    left = counted(mapped, "map_x <= 32767")
    assert texts(app)[0].startswith(f"{left} conversations: ")
    drawn = data(app, "prompt_map")
    assert parse_qs(drawn["query"])["region"][0].startswith(f"{PROJECTION}_0-0_")
    assert [tuple(corner) for corner in drawn["region"]] == [
        *region_corners(parse_qs(drawn["query"])["region"][0])
    ]
    low = [[0, 0], [65_535, 0], [65_535, 32_767], [0, 32_767]]
    app = whole(send(app, "prompt_map", "enclosed", low))
    assert texts(app)[0].startswith(f"{counted(mapped, 'map_y <= 32767')} conversations: ")


@pytest.mark.parametrize("corners", ["x", [[1, 2]], [[1, 2], [3, 4], ["a", 5]], [[0, 0, 0]] * 3, 7])
def test_what_is_no_region_changes_nothing(opened, mapped, corners):
    app = whole(send(whole(opened(mapped.path, "map")), "prompt_map", "enclosed", corners))
    assert data(app, "prompt_map")["query"] == ""


def test_a_class_of_the_legend_and_a_topic_of_the_list_filter(opened, mapped):
    app = whole(opened(mapped.path, "map", colour="model"))
    drawn = data(app, "prompt_map")
    assert [item["name"] for item in drawn["classes"]] == ["gpt-4", "vicuna-13b"]
    app = whole(send(app, "prompt_map", "chosen", drawn["classes"][1]["token"]))
    assert data(app, "prompt_map")["query"] == "model=vicuna-13b"
    row = data(app, "map_topics")["rows"][0]
    app = whole(send(app, "map_topics", "chosen", row["token"]))
    query = parse_qs(data(app, "prompt_map")["query"])
    assert query == {"model": ["vicuna-13b"], "topic": [row["cells"][0]]}


def test_a_map_made_by_the_command_is_drawn(opened, tmp_path):
    rows, _ = subject_rows()
    store = topic_store(tmp_path, rows)
    build_map(store, Silent())
    accept(store, "a test")
    app = whole(opened(store.path, "map"))
    assert app.caption[0].value.startswith("60 points: one for each different first prompt")
    app = whole(send(app, "prompt_map", "enclosed", LEFT_HALF))
    assert texts(app)[0].startswith(f"{counted(store, 'map_x <= 32767')} conversations: ")


def test_a_store_without_a_map_names_the_command(opened, accepted):
    app = whole(opened(accepted, "map"))
    assert "chatscape map --store" in app.info[0].value
    assert "prompt_map" not in components(app)


def test_an_empty_slice_says_so(opened, mapped):
    app = whole(opened(mapped.path, "map", min_turns="50"))
    assert app.info[0].value.startswith("No conversation matches")
