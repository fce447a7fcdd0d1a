"""A region of the map: the value of the filter `region`, a polygon in the coordinates of one map.

Written ``PROJECTION_X-Y_X-Y_X-Y``, in characters that an address holds as they are: the projection
that the manifest names, and three corners or more. Sides may cross: what an even number of sides
encloses is outside.

A point on a side is inside if the inside lies to the right of it or, on a level side, above it. So
regions that share a side share no point, and together hold every point of both.
"""

import re
from collections.abc import Iterable

from queries.errors import FilterError
from queries.filters.clauses import InPolygon
from queries.schema import MAP_MAX

CORNERS_MIN, CORNERS_MAX = 3, 64

_PROJECTION = re.compile("[0-9a-f]{4,64}")
_CORNER = re.compile("([0-9]{1,6})-([0-9]{1,6})")


def region_text(projection: str, corners: Iterable[tuple[int, int]]) -> str:
    """A region as the filter takes it.

    Args:
        projection: `projection` of the step `map` in the manifest.
        corners: `map_x` and `map_y` of each corner, in order; the last is joined to the first.

    Raises:
        FilterError: too few or too many corners, or one outside the map.
    """
    return parse_region("region", "_".join([projection, *(f"{x}-{y}" for x, y in corners)]))


def parse_region(name: str, text: str) -> str:
    """A region in its one form, without zeros before a number.

    Raises:
        FilterError: another form, too few or too many corners, or one outside the map.
    """
    projection, *texts = text.strip().split("_")
    matches = [_CORNER.fullmatch(corner) for corner in texts]
    if not _PROJECTION.fullmatch(projection) or not all(matches):
        raise FilterError(
            f"The filter {name} takes the projection of a map and corners in whole numbers, e.g. "
            f"1a2b3c4d_100-100_900-100_500-800, not {text[:200]!r}."
        )
    if not CORNERS_MIN <= len(matches) <= CORNERS_MAX:
        raise FilterError(
            f"A region of the map has {CORNERS_MIN} to {CORNERS_MAX} corners, not {len(matches)}."
        )
    corners = [(int(match[1]), int(match[2])) for match in matches if match]
    if any(max(corner) > MAP_MAX for corner in corners):
        raise FilterError(
            f"A corner of this region is outside the map, whose coordinates are 0 to {MAP_MAX:,}."
        )
    return "_".join([projection, *(f"{x}-{y}" for x, y in corners)])


def projection_of(text: str) -> str:
    """The projection of the map that a region is a part of."""
    return text.partition("_")[0]


def region_corners(text: str) -> tuple[tuple[int, int], ...]:
    """The corners of a region, in order."""
    pairs = (corner.split("-") for corner in text.split("_")[1:])
    return tuple((int(x), int(y)) for x, y in pairs)


def region_clause(text: str) -> InPolygon:
    """The condition that the first prompt of a conversation lies in a region."""
    return InPolygon(("map_x", "map_y"), region_corners(text), projection_of(text))
