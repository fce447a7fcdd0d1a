"""Points of the map, counted by hand: classes of scores and lengths, members, labels, sizes."""

import pytest

from queries.conversations.map_points import (
    map_labels,
    map_members,
    map_points,
    map_size,
    map_values,
    point_preview,
)
from queries.filters import Filters
from queries.open_store import open_store
from queries.settings import Settings
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.map_stores import put_on_map
from tests.support.stores import prepare_store

LENGTHS = {"a": 99, "b": 100, "c": 299, "d": 300, "e": 2_999, "f": 3_000}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Six prompts of known lengths on a line, the first of them twice, and one without a place."""
    folder = tmp_path_factory.mktemp("map")
    rows = [
        tiny_dataset.row(letter, "gpt-4", "English", letter * length, "Yes.")
        for letter, length in LENGTHS.items()
    ]
    rows.append(tiny_dataset.row("8", "vicuna-13b", "English", "a" * 99, "Yes."))
    rows.append(tiny_dataset.row("9", "gpt-4", "English", "Nowhere", "Yes."))
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    places = {letter: ("abcdef".index(letter), 7) for letter in LENGTHS} | {"8": (0, 7)}
    put_on_map(StorePath(folder / "store"), lambda identifier: places.get(identifier[0]))
    store = open_store(folder / "store", Settings())
    yield store
    store.close()


def by_place(store, values):
    return dict(sorted(zip(map_points(store).places[:, 0].tolist(), values, strict=True)))


def test_there_is_a_point_for_each_different_prompt(store):
    points = map_points(store)
    assert sorted(points.places.tolist()) == [[n, 7] for n in range(6)]
    assert (points.prompt_groups[1:] > points.prompt_groups[:-1]).all()
    (size,) = map_size(store, Filters()).to_dict("records")
    assert size == {"conversation_count": 8, "placed_count": 7, "prompt_count": 6}


def test_lengths_and_models_are_those_of_the_first_conversation(store):
    assert list(by_place(store, map_values(store, "length")).values()) == [
        "below 100",
        "100 to 299",
        "100 to 299",
        "300 to 999",
        "1,000 to 2,999",
        "3,000 and above",
    ]
    assert by_place(store, map_values(store, "model")) == {
        0: "vicuna-13b",
        **dict.fromkeys(range(1, 6), "gpt-4"),
    }


def test_a_point_is_in_the_slice_if_any_of_its_conversations_is(store):
    def members(**filters):
        return by_place(store, map_members(store, Filters(**filters), map_points(store)).tolist())

    assert [place for place, is_in in members(model=("vicuna-13b",)).items() if is_in] == [0]
    assert all(members(model=("gpt-4",)).values())
    assert not any(members(min_turns=9).values())


def test_points_read_before_a_removal_do_no_harm(store):
    points = map_points(store)
    fewer = points._replace(prompt_groups=points.prompt_groups[:3], places=points.places[:3])
    assert map_members(store, Filters(), fewer).tolist() == [True] * 3


def test_without_topics_there_are_no_labels(store):
    assert map_labels(store, Filters()).empty


def test_a_preview_counts_the_conversations_of_a_prompt(store):
    places = map_points(store).places[:, 0].tolist()
    group = int(map_points(store).prompt_groups[places.index(0)])
    shown = point_preview(store, group)
    assert shown == ("8" * 32, "a" * 99, "vicuna-13b", "English", 2)
    assert point_preview(store, -1) is None
