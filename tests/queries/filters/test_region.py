"""Regions of the map: what they keep, how they are written, and which are refused."""

import duckdb
import lancedb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.errors import FilterError
from queries.filters import Filters
from queries.filters.compile import duckdb_where, lance_where
from queries.filters.describe import describe
from queries.filters.filters import Complement
from queries.filters.parsing import filters_from_pairs, parse_value
from queries.filters.region import region_corners, region_text
from queries.schema import MAP_MAX
from tests.support.polygons import is_inside

SQUARE = [(10, 10), (20, 10), (20, 20), (10, 20)]
BOW_TIE = [(0, 0), (8, 8), (8, 0), (0, 8)]

small = st.tuples(st.integers(0, 12), st.integers(0, 12))
anywhere = st.tuples(st.integers(0, MAP_MAX), st.integers(0, MAP_MAX))
polygons = st.lists(small, min_size=3, max_size=9) | st.lists(anywhere, min_size=3, max_size=64)


def kept(points, corners, make=Filters):
    """The points that a region keeps, by DuckDB."""
    table = pa.table(
        {
            "map_x": pa.array([x for x, _ in points], pa.uint16()),
            "map_y": pa.array([y for _, y in points], pa.uint16()),
        }
    )
    condition, bound = duckdb_where(make(region=region_text("abcd", corners)).clauses())
    with duckdb.connect() as connection:
        connection.register("conversations", table)
        statement = f"select map_x, map_y from conversations where {condition}"
        return connection.execute(statement, bound).fetchall()


@given(polygons, st.lists(small | anywhere, max_size=40))
@settings(deadline=None)
def test_a_region_keeps_what_lies_inside_by_fractions(corners, points):
    points += corners
    assert kept(points, corners) == [point for point in points if is_inside(point, corners)]


def test_a_square_keeps_its_left_and_lower_side_and_not_the_others():
    sides = {(10, 15): True, (15, 10): True, (20, 15): False, (15, 20): False, (15, 15): True}
    assert kept(list(sides), SQUARE) == [point for point, is_kept in sides.items() if is_kept]
    assert len(kept([(x, y) for x in range(30) for y in range(30)], SQUARE)) == 100


def test_regions_that_share_a_side_share_no_point_and_lose_none():
    grid = [(x, y) for x in range(12) for y in range(12)]
    upper, lower = [(0, 0), (11, 11), (0, 11)], [(0, 0), (11, 0), (11, 11)]
    both = kept(grid, upper) + kept(grid, lower)
    assert sorted(both) == [(x, y) for x, y in grid if x < 11 and y < 11]


def test_what_crossing_sides_enclose_twice_is_outside():
    assert kept([(1, 2), (7, 4), (4, 1), (4, 7)], BOW_TIE) == [(1, 2), (7, 4)]


def test_the_whole_map_and_a_line():
    whole = [(0, 0), (MAP_MAX, 0), (MAP_MAX, MAP_MAX), (0, MAP_MAX)]
    far = MAP_MAX - 1
    assert kept([(0, 0), (far, far), (MAP_MAX, 5)], whole) == [(0, 0), (far, far)]
    assert kept([(1, 1), (2, 2)], [(0, 0), (5, 5), (9, 9)]) == []
    assert kept([(1, 5), (2, 5)], [(0, 5), (5, 5), (9, 5)]) == []


def test_a_prompt_without_a_place_is_in_no_region_but_in_the_rest():
    points = [(None, None), (15, 15), (1, 1)]
    assert kept(points, SQUARE) == [(15, 15)]
    assert kept(points, SQUARE, lambda **fields: Complement(Filters(**fields))) == [
        (None, None),
        (1, 1),
    ]


@given(polygons, st.lists(small | anywhere, min_size=1, max_size=30))
@settings(deadline=None, max_examples=15)
def test_both_engines_keep_the_same(tmp_path_factory, corners, points):
    columns = [pa.array(values, pa.uint16()) for values in zip(*points, strict=True)]
    database = lancedb.connect(tmp_path_factory.mktemp("lance"))
    table = database.create_table("t", pa.table(columns, ["map_x", "map_y"]))
    condition = lance_where(Filters(region=region_text("abcd", corners)).clauses())
    rows = table.search().where(condition).limit(100).to_list()
    found_there = [(row["map_x"], row["map_y"]) for row in rows]
    assert sorted(found_there) == sorted(kept(points, corners))


def test_a_region_is_written_in_characters_that_an_address_holds_as_they_are():
    text = region_text("1a2b3c4d", SQUARE)
    assert text == "1a2b3c4d_10-10_20-10_20-20_10-20"
    assert region_corners(text) == tuple(SQUARE)
    filters = Filters(region=text)
    assert filters_from_pairs(filters.pairs()) == filters
    assert parse_value("region", "1a2b3c4d_010-10_20-010_20-20_10-20") == text
    assert describe(filters) == "in a region of the map"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "takes the projection of a map and corners in whole numbers"),
        ("abcd", "has 3 to 64 corners, not 0"),
        ("abcd_1-1_2-2", "has 3 to 64 corners, not 2"),
        ("abcd" + "_1-1" * 65, "has 3 to 64 corners, not 65"),
        ("abcd_1-1_2-x_3-3", "takes the projection of a map and corners in whole numbers"),
        ("abcd_1-1_2--2_3-3", "takes the projection of a map and corners in whole numbers"),
        ("abcd_1.5-1_2-2_3-3", "takes the projection of a map and corners in whole numbers"),
        ("abcd_1-1_2-2_٣-3", "takes the projection of a map and corners in whole numbers"),
        ("../x_1-1_2-2_3-3", "takes the projection of a map and corners in whole numbers"),
        ("abcd_1-1_2-2_65536-3", "outside the map, whose coordinates are 0 to 65,535"),
    ],
)
def test_what_is_no_region_is_refused_in_a_sentence(text, message):
    with pytest.raises(FilterError, match=message):
        parse_value("region", text)
