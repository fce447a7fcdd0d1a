"""The colours of the points: those of names as in charts, those of numbers from low to high."""

import re

from dashboard.charts.colours import BLUE, ORANGE, OTHERS_COLOUR, PALETTE
from dashboard.charts.map_classes import map_classes
from queries.conversations.map_points import MAP_CLASSES


def test_names_have_the_colours_of_the_other_pages_and_a_token():
    classes = map_classes("model", [f"model {n}" for n in range(12)])
    assert [item["colour"] for item in classes] == [*PALETTE, *PALETTE[:2]]
    assert classes[1]["token"] == "model=model+1"


def test_the_other_prompts_are_grey_and_take_no_colour():
    for numbers in (("0", "1", "2"), ("00", "01", "20")):
        names = [f"{number} words" for number in numbers]
        classes = map_classes("topic", names)
        assert [item["colour"] for item in classes] == [OTHERS_COLOUR, *PALETTE[:2]]


def test_numbers_go_from_one_colour_to_another_and_filter_nothing():
    for colour in ("score", "length"):
        classes = map_classes(colour, MAP_CLASSES[colour])
        assert (classes[0]["colour"], classes[-1]["colour"]) == (BLUE, ORANGE)
        assert len({item["colour"] for item in classes}) == 5
        assert all(re.fullmatch("#[0-9a-f]{6}", item["colour"]) for item in classes)
        assert not any(item["token"] for item in classes)


def test_flags_filter_by_the_verdict():
    classes = map_classes("flagged", MAP_CLASSES["flagged"])
    assert [item["token"] for item in classes] == ["flagged=none", "flagged=any"]
