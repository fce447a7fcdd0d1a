"""The colours of points on the map: of names as in charts, of numbers from low to high."""

from collections.abc import Sequence
from typing import TypedDict

from dashboard.charts.colours import BLUE, ORANGE, OTHERS_COLOUR, TEAL, colours_by_name
from dashboard.charts.filter_token import filter_token
from queries.conversations.map_points import MapColour

_FLAGGED = {"flagged": "any", "not flagged": "none"}
"""The value of the filter that keeps each class."""


class MapClass(TypedDict):
    """A class of points: its name, its colour, and the filter token of a click on it."""

    name: str
    colour: str
    token: str | None


def map_classes(colour: MapColour, names: Sequence[str]) -> list[MapClass]:
    """The classes that points are coloured by.

    Args:
        colour: what points are coloured by.
        names: the names of the classes, in order.
    """
    colours = class_colours(colour, names)
    return [MapClass(name=name, colour=colours[name], token=_token(colour, name)) for name in names]


def class_colours(colour: MapColour, names: Sequence[str]) -> dict[str, str]:
    """The colour of each class."""
    match colour:
        case "flagged":
            return dict(zip(names, (TEAL, ORANGE), strict=True))
        case "score" | "length":
            steps = max(len(names) - 1, 1)
            return {name: _mixed(BLUE, ORANGE, step / steps) for step, name in enumerate(names)}
        case "topic":
            named = colours_by_name(name for name in names if not is_other_topic(name))
            return {name: named.get(name, OTHERS_COLOUR) for name in names}
        case _:
            return colours_by_name(names)


def is_other_topic(topic: str) -> bool:
    """Whether a topic holds the prompts that fit in none: they have no place in common."""
    return not topic.partition(" ")[0].strip("0")


def _token(colour: MapColour, name: str) -> str | None:
    match colour:
        case "flagged":
            return filter_token(flagged=_FLAGGED[name])
        case "score" | "length":
            return None
        case _:
            return filter_token(**{colour: name})


def _mixed(first: str, second: str, part: float) -> str:
    """A colour between two colours of six hexadecimal digits."""
    pairs = ((int(first[n : n + 2], 16), int(second[n : n + 2], 16)) for n in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)
