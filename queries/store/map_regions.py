"""Whether the regions of a slice are of the map of a version."""

from collections.abc import Mapping
from typing import Any

from queries.errors import FilterError
from queries.filters import Slice
from queries.filters.clauses import InPolygon, flat_clauses


def check_regions(filters: Slice, manifest: Mapping[str, Any]) -> None:
    """Check that the regions of a slice are of the map of a version.

    Args:
        filters: the slice.
        manifest: of the version.

    Raises:
        FilterError: there is no map, or a region is of another one.
    """
    for clause in flat_clauses(filters.clauses()):
        if isinstance(clause, InPolygon):
            projection = manifest["steps"].get("map", {}).get("projection")
            if projection is None:
                raise FilterError(
                    "This data has no map, so it has no region of one. "
                    "Build a map with: chatscape map."
                )
            if clause.projection != projection:
                raise FilterError(
                    f"This region is of the map {clause.projection}, and this data has the map "
                    f"{projection}: draw the region again."
                )
